//! Those who write all the time.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use futures_util::future::join_all;
use reqwest::Client;
use serde_json::json;
use tokio::task::JoinHandle;
use types::ThreadId;

use super::stage::Stage;

/// Members who post into these threads in turn, each as fast as they are answered.
pub(crate) struct Load {
    over: Arc<AtomicBool>,
    writers: Vec<JoinHandle<usize>>,
}

impl Load {
    pub(crate) fn begin(stage: &Stage, threads: [ThreadId; 2]) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let writers = stage.writers.iter().map(|writer| {
            let client = system_tests::client().build().expect("the client has no exotic options");
            let paths = threads.map(|it| format!("{}/api/forum/v1/threads/{it}/posts", stage.server.url));
            tokio::spawn(write(client, paths, writer.token.clone(), over.clone()))
        });
        Self { writers: writers.collect(), over }
    }

    /// Until all of it is written. How much that was.
    pub(crate) async fn end(mut self) -> usize {
        self.over.store(true, Ordering::Release);
        let written = join_all(std::mem::take(&mut self.writers)).await;
        written.into_iter().map(|it| it.expect("a writer does not fail")).sum()
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
    }
}

/// Rounds of one post into each, the last of them begun when it was over.
async fn write(client: Client, paths: [String; 2], token: String, over: Arc<AtomicBool>) -> usize {
    let mut written = 0;
    loop {
        let is_last = over.load(Ordering::Acquire);
        for path in &paths {
            let body = json!({"body": format!("Inlägg {written}."), "shownAs": "name"});
            let request = client.post(path).bearer_auth(&token).json(&body);
            let status = request.send().await.expect("the server answers").status();
            assert_eq!(status, 201, "writers may write");
            written += 1;
        }
        if is_last {
            return written;
        }
    }
}
