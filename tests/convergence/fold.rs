//! What a client makes of what it hears: posts as it would show them.

use std::collections::BTreeMap;

use serde_json::Value;

/// A post as somebody is shown it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Post {
    /// Its number in its thread.
    pub(crate) number: u64,
    /// What it says; `None` once it is withdrawn.
    pub(crate) body: Option<String>,
}

/// What a program makes of the events of a thread.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventFold {
    /// The ids of the events, as they came.
    pub(crate) heard: Vec<String>,
    posts: BTreeMap<String, Post>,
    /// Posts in the order in which they were added.
    order: Vec<String>,
}

impl EventFold {
    /// Takes an event.
    pub(crate) fn take(&mut self, event: &Value) {
        let (kind, data) = (text(&event["type"]), &event["data"]);
        self.heard.push(text(&event["id"]).to_owned());
        let id = text(&data["post"]).to_owned();
        let body = || Some(text(&data["body"]).to_owned());
        match kind.trim_start_matches("se.erfa.forum.") {
            "post-added.v1" => {
                let post = Post { number: data["number"].as_u64().unwrap_or_default(), body: body() };
                self.posts.insert(id.clone(), post);
                self.order.push(id);
            }
            "post-edited.v1" => {
                if let Some(post) = self.posts.get_mut(&id) {
                    post.body = body();
                }
            }
            "post-withdrawn.v1" => {
                if let Some(post) = self.posts.get_mut(&id) {
                    post.body = None;
                }
            }
            _ => {}
        }
    }

    /// The posts that it would show, in the order in which it heard of them.
    pub(crate) fn posts(&self) -> Vec<Post> {
        self.order.iter().map(|id| self.posts[id].clone()).collect()
    }
}

/// What a page is, and becomes by what it hears.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageFold(Vec<Post>);

impl PageFold {
    /// The page as it was read.
    pub(crate) fn of(html: &str) -> Self {
        Self(posts_in(html))
    }

    /// Takes a fragment, as the page's script does: what is there already is replaced where it stands.
    pub(crate) fn take(&mut self, frame: &Value) {
        let action = text(&frame["action"]);
        for post in posts_in(text(&frame["html"])) {
            match self.0.iter_mut().find(|known| known.number == post.number) {
                Some(known) => *known = post,
                None if action == "append" => self.0.push(post),
                None => {}
            }
        }
    }

    /// The posts that it shows, from the top.
    pub(crate) fn posts(&self) -> Vec<Post> {
        self.0.clone()
    }
}

/// The posts in a piece of a page, from the top.
pub(crate) fn posts_in(html: &str) -> Vec<Post> {
    let items = html.split("<li class=\"post").skip(1);
    items
        .filter_map(|item| {
            let (_, id) = item.split_once("id=\"post-")?;
            let number = id.split('"').next()?.parse().ok()?;
            let withdrawn = item.starts_with(" withdrawn");
            let body = item.split_once("<div class=\"post-body").and_then(|(_, body)| body.split_once("<p>"));
            let body = body.and_then(|(_, body)| body.split_once("</p>")).map(|(body, _)| body.to_owned());
            Some(Post { number, body: body.filter(|_| !withdrawn) })
        })
        .collect()
}

/// The text of a JSON value; of anything else, nothing.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
