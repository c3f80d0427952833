//! Limits at a running server: whom they hold up, whom they do not, and that nothing is lost by them.

use contracts::forum::ArenaAccess;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use system_tests::{Inhabitant, Page, Person, Server, Socket, World};
use tempfile::TempDir;
use types::ThreadId;

/// Long, with everything in it that a page has to take care of.
const TEXT: &str =
    "\nFörsta raden är \"lång\" & <b>inte</b> markerad, och </textarea> är bara text.\n\n  Sista raden 🙂";

struct Site {
    data: TempDir,
    person: Inhabitant,
    cookie: String,
    thread: ThreadId,
}

impl Site {
    async fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let (person, cookie, thread) = World::write(data.path(), async |world| {
            let agency = world.agency("Amyndigheten").await;
            let person = world.person(agency, &[]).await;
            let arena = world.arena("Arbetssätt", ArenaAccess::Open, &[person.person]).await;
            let thread = world.thread(arena, &person, "Hur gör ni?", 1).await;
            let cookie = world.session(person.person).await;
            (person, cookie, thread)
        })
        .await;
        Self { data, person, cookie, thread }
    }

    fn serve(&self, settings: &[&str]) -> Server {
        let arguments: Vec<_> = settings.iter().flat_map(|setting| ["--set", setting]).collect();
        Server::start_at(self.data.path(), "127.0.0.1:0", &arguments)
    }

    fn posts(&self) -> String {
        format!("/threads/{}/posts", self.thread)
    }

    /// The same as a browser in which the person is signed in.
    fn browser(&self, browser: &Person, method: Method, path: &str) -> RequestBuilder {
        let request = browser.request(method, path).header("cookie", &self.cookie);
        request.header("accept", "text/html").header("accept-language", "sv")
    }

    async fn page(&self, browser: &Person, method: Method, path: &str, form: &[(String, String)]) -> Page {
        let is_post = method == Method::POST;
        let mut request = self.browser(browser, method, path);
        if is_post {
            request = request.form(form);
        }
        let answer = request.send().await.unwrap();
        let (url, status) = (answer.url().clone(), answer.status().as_u16());
        Page { url, status, html: answer.text().await.unwrap() }
    }

    async fn bodies(&self, reader: &Person) -> Vec<String> {
        let (status, posts) = reader.api(Method::GET, &format!("/api/forum/v1{}", self.posts()), None).await;
        assert_eq!(status, 200, "{posts}");
        posts["items"].as_array().unwrap().iter().map(|post| post["body"].as_str().unwrap_or("").to_owned()).collect()
    }
}

/// What a browser sends for the text in the page's visible field, whose first line break belongs to the markup.
fn visible_text(page: &Page) -> (String, String) {
    let (_, rest) = page.html.split_once("<textarea").expect("what is long is shown");
    let (tag, rest) = rest.split_once(">\n").expect("a line break comes first");
    let (text, _) = rest.split_once("</textarea>").unwrap();
    let (_, name) = tag.split_once(" name=\"").unwrap();
    let unescaped = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain));
    (name.split_once('"').unwrap().0.to_owned(), unescaped.replace("\r\n", "\n").replace('\n', "\r\n"))
}

#[tokio::test]
async fn a_form_over_the_limit_comes_back_whole_and_is_sent_again_once() {
    let site = Site::new().await;
    // One a second.
    let server = site.serve(&["rates.person_writes=60"]);
    let browser = Person::new(&server.url);
    let thread = format!("/threads/{}", site.thread);
    let shown = site.page(&browser, Method::GET, &thread, &[]).await;
    let mut form = shown.hidden_fields(&site.posts());
    form.push(("body".to_owned(), TEXT.replace('\n', "\r\n")));
    let commit = form.iter().find(|(name, _)| name == "commit").cloned().expect("a form has an id");
    // What is wrong with the form is not known before it is counted.
    let nothing = [("csrf".to_owned(), form[0].1.clone())];
    let refused = loop {
        site.page(&browser, Method::POST, &site.posts(), &nothing).await;
        let answer = site.page(&browser, Method::POST, &site.posts(), &form[..form.len() - 1]).await;
        if answer.status == 429 {
            break site.page(&browser, Method::POST, &site.posts(), &form).await;
        }
    };
    assert_eq!(refused.status, 429, "{}", refused.html);
    assert!(refused.html.contains("Skicka igen") && refused.html.contains("1 sekund"), "{}", refused.html);
    let mut again = refused.hidden_fields(&site.posts());
    assert!(again.contains(&commit), "the form keeps its id");
    let text = visible_text(&refused);
    assert_eq!(text, ("body".to_owned(), TEXT.replace('\n', "\r\n")), "and every letter of the text");
    again.push(text);
    let reader = Person::with_token(&server.url, &site.person.token);
    let before = site.bodies(&reader).await.len();
    // By the button, twice, as soon as it works.
    for _ in 0..2 {
        while site.page(&browser, Method::POST, &site.posts(), &again).await.status == 429 {}
    }
    let after = site.bodies(&reader).await;
    assert_eq!(after.len(), before + 1, "it comes once: {after:?}");
    assert!(after.last().unwrap().contains("</textarea> är bara text."), "{after:?}");
}

#[tokio::test]
async fn another_sites_form_does_not_come_back() {
    let site = Site::new().await;
    let server = site.serve(&["rates.address=1"]);
    let browser = Person::new(&server.url);
    let send = async |origin: &str, from: &str| {
        let request = reqwest::Client::builder()
            .no_proxy()
            .build()
            .unwrap()
            .post(format!("{}/sign-in", server.url))
            .header("accept", "text/html");
        let request = request.header("origin", origin).header("sec-fetch-site", from);
        let answer = request.form(&[("csrf", "x"), ("email", TEXT)]).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap().contains("data-resend"))
    };
    browser.open("/sign-in").await;
    assert_eq!(send(&server.url, "same-origin").await, (429, true));
    assert_eq!(send("https://evil.example", "cross-site").await, (429, false));
    assert_eq!(send("null", "cross-site").await, (429, false));
}

#[tokio::test]
async fn a_request_over_the_limit_works_later_with_the_same_key() {
    let site = Site::new().await;
    let server = site.serve(&["rates.token_writes=60"]);
    let person = Person::with_token(&server.url, &site.person.token);
    let path = format!("/api/forum/v1{}", site.posts());
    let send = async |key: &str| {
        let request = person.request(Method::POST, &path).header("idempotency-key", key);
        let answer = request.json(&json!({ "body": key })).send().await.unwrap();
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let headers = (header("ratelimit-policy"), header("ratelimit"), header("retry-after"));
        (answer.status(), headers, answer.json::<Value>().await.unwrap())
    };
    let (status, (policy, limit, retry), _) = send("first").await;
    assert_eq!((status, policy.as_deref(), retry), (StatusCode::CREATED, Some("\"token-writes\";q=60;w=60"), None));
    assert_eq!(limit.as_deref(), Some("\"token-writes\";r=59;t=1"));
    let mut number = 0;
    let late = loop {
        number += 1;
        let key = format!("key-{number}");
        let (status, (_, limit, retry), problem) = send(&key).await;
        if status == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!((retry.as_deref(), limit.as_deref()), (Some("1"), Some("\"token-writes\";r=0;t=60")));
            assert_eq!(problem["type"], "/problems/rate-limited");
            break key;
        }
    };
    while send(&late).await.0 != StatusCode::CREATED {}
    let metrics = Person::new(&server.metrics_url).open("/metrics").await.html;
    assert!(metrics.contains("erfa_rate_limited_total{class=\"token-writes\"}"), "{metrics}");
}

#[tokio::test]
async fn behind_a_proxy_people_are_who_the_proxy_says() {
    let site = Site::new().await;
    let server = site.serve(&["rates.address=3", "proxies.trusted=127.0.0.1"]);
    let somebody = Person::new(&server.url);
    let ask = async |from: &str| {
        let request = somebody.request(Method::GET, "/sign-in").header("x-forwarded-for", from);
        request.send().await.unwrap().status().as_u16()
    };
    for expected in [200, 200, 200, 429] {
        assert_eq!(ask("198.51.100.9, 203.0.113.7").await, expected);
    }
    assert_eq!(ask("203.0.113.8").await, 200);
    // Who is signed in reads, posts and listens all the same, from the address that may ask for nothing more.
    let browser = Person::new(&server.url);
    for _ in 0..10 {
        let request = site.browser(&browser, Method::GET, "/arenas").header("x-forwarded-for", "203.0.113.7");
        assert_eq!(request.send().await.unwrap().status(), 200);
        let upgrade = site.browser(&browser, Method::GET, "/api/forum/v1/live").headers(upgrade());
        let upgrade = upgrade.header("x-forwarded-for", "203.0.113.7").header("origin", &server.url);
        assert_eq!(upgrade.send().await.unwrap().status(), StatusCode::SWITCHING_PROTOCOLS);
    }
    // A token that is not right costs its address what twenty requests do.
    let mut closed = Socket::connect_silently(server.address(), "forum").await;
    closed.send(json!({ "t": "hello", "v": 1, "client": "tests", "lang": "sv", "token": "erfa_x" })).await;
    assert_eq!(closed.end().await.1, Some(4500));
    let refused = somebody.request(Method::GET, "/sign-in").send().await.unwrap();
    assert_eq!(refused.status(), 429, "the proxy's own address counts where it says nothing");
}

fn upgrade() -> reqwest::header::HeaderMap {
    let pairs = [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("sec-websocket-protocol", "erfa.live.v1"),
    ];
    pairs.into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}
