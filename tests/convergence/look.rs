//! What the server shows when it is asked: the API's list, and the page.

use reqwest::{Method, StatusCode};
use system_tests::{Inhabitant, Person};

use crate::{
    fold::{Post, posts_in},
    stage::Thread,
    writer::until_answered,
};

/// Posts that the API is asked for at a time: few, so that there are many pages.
const API_POSTS: usize = 7;
/// Posts of a page.
const PAGE_POSTS: usize = 50;

/// What somebody is shown of a thread, or the status of the refusal.
pub(crate) type Seen = Result<Vec<Post>, StatusCode>;

/// What somebody is shown of a thread, by the API and in the page.
pub(crate) struct Look {
    pub(crate) in_api: Seen,
    pub(crate) in_pages: Seen,
}

/// The API's list of posts, page by page.
pub(crate) async fn in_api(person: &Person, thread: &Thread) -> Seen {
    let mut posts = Vec::new();
    for page in 1.. {
        let path = format!("/api/forum/v1/threads/{}/posts?limit={API_POSTS}&page={page}", thread.id);
        let answer = until_answered(|| person.request(Method::GET, &path)).await;
        if answer.status != StatusCode::OK {
            return Err(answer.status);
        }
        let items = answer.json["items"].as_array().expect("a list has items");
        posts.extend(items.iter().map(|item| Post {
            number: item["number"].as_u64().expect("a post has a number"),
            body: item["body"].as_str().map(str::to_owned),
        }));
        if items.len() < API_POSTS {
            assert_eq!(answer.json["total"], posts.len(), "the API counts what it lists");
            break;
        }
    }
    Ok(posts)
}

/// The posts of the thread's pages, in somebody's browser.
pub(crate) async fn in_pages(address: &str, of: &Inhabitant, thread: &Thread) -> Seen {
    let mut posts = Vec::new();
    for page in 1.. {
        let found = posts_in(&open(address, of, thread, page).await?);
        let last = found.len() < PAGE_POSTS;
        posts.extend(found);
        if last {
            break;
        }
    }
    Ok(posts)
}

/// A page of the thread, in somebody's browser.
pub(crate) async fn open(address: &str, of: &Inhabitant, thread: &Thread, page: usize) -> Result<String, StatusCode> {
    let path = format!("/threads/{}?page={page}", thread.id);
    let browser = Person::new(&format!("http://{address}"));
    let response = browser.request(Method::GET, &path).header("cookie", &of.cookie).send().await;
    let response = response.expect("the server answers");
    match response.status() {
        StatusCode::OK => Ok(response.text().await.expect("a page has a text")),
        refused => Err(refused),
    }
}

/// The cursor that a page carries.
pub(crate) fn cursor_of(html: &str) -> &str {
    let (_, cursor) = html.split_once("data-live-cursor=\"").expect("the page is live");
    cursor.split('"').next().unwrap_or_default()
}
