//! Somebody who writes as a careful program does: with a key, and again until it is answered.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use system_tests::Person;
use tokio::sync::{mpsc, oneshot};

use crate::stage::Thread;

/// How long they wait before they ask again, as a client does whose server is away.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(20);

/// What a writer is to do.
#[derive(Debug)]
pub(crate) enum Deed {
    Post {
        thread: usize,
    },
    Edit,
    Withdraw,
    /// Say that everything before was answered.
    Answered(oneshot::Sender<()>),
}

/// What a writer was answered to a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) thread: usize,
    pub(crate) body: String,
    pub(crate) answer: Answer,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It is posted, under this number.
    Posted(u64),
    /// It was refused; whether nothing that was sent before went unanswered, so that it was not posted at all.
    Refused { surely: bool },
}

/// A post that the writer knows to be theirs.
struct Own {
    id: String,
    withdrawn: bool,
}

/// Somebody who writes.
pub(crate) struct Writer {
    number: usize,
    person: Person,
    threads: Vec<Thread>,
    own: Vec<Own>,
    sent: usize,
    outcomes: Vec<Outcome>,
}

impl Writer {
    pub(crate) fn new(number: usize, person: Person, threads: Vec<Thread>) -> Self {
        Self { number, person, threads, own: Vec::new(), sent: 0, outcomes: Vec::new() }
    }

    /// Does what it is told until there is no more, and gives what became of its posts.
    pub(crate) async fn write(mut self, mut deeds: mpsc::Receiver<Deed>) -> Vec<Outcome> {
        while let Some(deed) = deeds.recv().await {
            match deed {
                Deed::Post { thread } => self.post(thread).await,
                Deed::Edit => self.edit().await,
                Deed::Withdraw => self.withdraw().await,
                Deed::Answered(tell) => _ = tell.send(()),
            }
        }
        self.outcomes
    }

    async fn post(&mut self, thread: usize) {
        self.sent += 1;
        let (key, body) = (format!("nyckel-{}", self.sent), format!("ord {}-{}", self.number, self.sent));
        let path = format!("/api/forum/v1/threads/{}/posts", self.threads[thread].id);
        let request = || {
            let request = self.person.request(Method::POST, &path).header("idempotency-key", &key);
            request.json(&json!({ "body": body }))
        };
        let Answered { status, json, times } = until_answered(request).await;
        let answer = match status {
            StatusCode::CREATED => {
                self.own.push(Own { id: json["id"].as_str().expect("a post has an id").to_owned(), withdrawn: false });
                Answer::Posted(json["number"].as_u64().expect("a post has a number"))
            }
            _ => Answer::Refused { surely: times == 1 },
        };
        self.outcomes.push(Outcome { thread, body, answer });
    }

    /// Changes their newest post. If that was not answered it is read what it says now.
    async fn edit(&mut self) {
        let Some(post) = self.own.last().filter(|post| !post.withdrawn) else { return };
        self.sent += 1;
        let (path, body) = (format!("/api/forum/v1/posts/{}", post.id), format!("ord {}-{}", self.number, self.sent));
        loop {
            let read = until_answered(|| self.person.request(Method::GET, &path)).await;
            if read.status != StatusCode::OK || read.json["body"] == body {
                return;
            }
            let etag = format!("\"{}\"", read.json["revision"]);
            let change = || {
                let request = self.person.request(Method::PATCH, &path).header("if-match", &etag);
                request.json(&json!({ "body": body }))
            };
            if until_answered(change).await.status != StatusCode::PRECONDITION_FAILED {
                return;
            }
        }
    }

    async fn withdraw(&mut self) {
        let Some(post) = self.own.last_mut() else { return };
        post.withdrawn = true;
        let path = format!("/api/forum/v1/posts/{}", post.id);
        until_answered(|| self.person.request(Method::DELETE, &path)).await;
    }
}

/// An answer, and how many times it was asked for.
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) json: Value,
    times: usize,
}

/// Asks until there is an answer that is not the server's trouble.
pub(crate) async fn until_answered(request: impl Fn() -> RequestBuilder) -> Answered {
    for times in 1.. {
        match request().send().await {
            Ok(response) if !response.status().is_server_error() => {
                let status = response.status();
                if let Ok(json) = response.json().await {
                    return Answered { status, json, times };
                }
            }
            Ok(_) | Err(_) => {}
        }
        tokio::time::sleep(ASK_AGAIN_AFTER).await;
    }
    unreachable!("it is asked until there is an answer")
}
