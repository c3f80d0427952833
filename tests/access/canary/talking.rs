//! The steps in which arenas are opened and something is said there.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;
use types::{Ids as _, SystemIds};

use super::{
    oracle::{Arena, Post, SECRETARY, SHY, Thread, What},
    stage::Stage,
};

const CLASSES: [&str; 3] = ["open", "members", "invited"];
const SHOWN: [&str; 3] = ["name", "role", "agency"];

impl Stage {
    pub(super) async fn open(&mut self, class: usize) {
        let at = self.truth.arenas.len();
        let (name, purpose) = (self.truth.word(What::Card(at)), self.truth.word(What::Card(at)));
        let body = json!({"name": name, "purpose": purpose, "access": CLASSES[class]});
        let opened =
            self.api(SECRETARY, Method::POST, "forum/v1/arenas", body).await.expect("the secretariat opens arenas");
        let id = opened["id"].as_str().expect("it has an id").to_owned();
        self.truth.arenas.push(Arena { id, class, changes: 0, members: BTreeSet::new(), invited: BTreeSet::new() });
    }

    pub(super) async fn change(&mut self, arena: usize, class: usize) {
        let name = self.truth.word(What::Card(arena));
        let Arena { id, changes, .. } = &self.truth.arenas[arena];
        let fields = format!("name={name}&purpose=Annat.&access={}&changes={changes}", CLASSES[class]);
        let path = format!("/arenas/{id}/edit");
        if self.form(SECRETARY, &path, &format!("commit={}&{fields}", SystemIds.uuid())).await {
            let arena = &mut self.truth.arenas[arena];
            (arena.class, arena.changes) = (class, arena.changes + 1);
        }
    }

    /// As what somebody appears; one of them never with their name.
    fn shown(who: usize, shown: usize) -> &'static str {
        if who == SHY { SHOWN[1 + shown % 2] } else { SHOWN[shown % 3] }
    }

    pub(super) async fn thread(&mut self, who: usize, arena: usize, shown: usize) {
        let (title, body) = (self.truth.word(What::Inside(arena)), self.truth.word(What::Inside(arena)));
        let body = json!({"kind": "question", "title": title, "body": body, "shownAs": Self::shown(who, shown)});
        let path = format!("forum/v1/arenas/{}/threads", self.truth.arenas[arena].id);
        let Some(opened) = self.api(who, Method::POST, &path, body).await else { return };
        let text = |name: &str| opened[name].as_str().expect("it has an id").to_owned();
        let (thread, post) = (self.truth.threads.len(), self.truth.posts.len());
        self.truth.threads.push(Thread { id: text("id"), arena });
        self.truth.posts.push(Post { id: text("post"), thread, author: who, withdrawn: false });
        // The last word was that of its first post.
        *self.truth.words.last_mut().expect("there are two") = What::Post(post);
    }

    pub(super) async fn post(&mut self, who: usize, thread: usize, shown: usize) {
        let post = self.truth.posts.len();
        // It stands where the post will, if it is taken; what is refused is seen by nobody.
        let word = self.truth.word(What::Nobody);
        let path = format!("forum/v1/threads/{}/posts", self.truth.threads[thread].id);
        let body = json!({"body": word, "shownAs": Self::shown(who, shown)});
        let Some(added) = self.api(who, Method::POST, &path, body).await else { return };
        let id = added["id"].as_str().expect("it has an id").to_owned();
        self.truth.posts.push(Post { id, thread, author: who, withdrawn: false });
        *self.truth.words.last_mut().expect("there is one") = What::Post(post);
    }

    pub(super) async fn closing(&mut self, method: Method, thread: usize) {
        let word = self.truth.word(What::Inside(self.truth.threads[thread].arena));
        let path = format!("forum/v1/threads/{}/closing", self.truth.threads[thread].id);
        self.api(SECRETARY, method, &path, json!({"reason": word})).await;
    }
}
