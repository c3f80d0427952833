//! Somebody who listens to all threads over one socket, and resumes where it broke.

use std::time::Duration;

use serde_json::{Value, json};
use system_tests::Socket;
use tokio::sync::watch;

use crate::{
    fold::{EventFold, PageFold, text},
    stage::Thread,
};

/// Frames of a subscription that may be out, and when they are acknowledged.
const WINDOW: usize = 8;
const ACKNOWLEDGED_AT: usize = 5;
/// How long they wait before they connect again.
const CONNECT_AGAIN_AFTER: Duration = Duration::from_millis(20);

/// What is known of one thread.
#[derive(Clone, Debug)]
pub(crate) struct Following {
    cursor: String,
    pub(crate) shown: Shown,
    /// Whether the mark that is set when all is quiet has come.
    pub(crate) marked: bool,
    /// The server said that this is not theirs to read any more.
    pub(crate) ended: bool,
}

/// What is made of it.
#[derive(Clone, Debug)]
pub(crate) enum Shown {
    Events(EventFold),
    Page(PageFold),
}

/// What a reader has heard.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) threads: Vec<Following>,
    /// The code that ended it for good.
    pub(crate) closed: Option<u16>,
    /// What no server may say.
    pub(crate) faults: Vec<String>,
}

impl Heard {
    /// Whether nothing more is to be waited for.
    pub(crate) fn is_quiet(&self) -> bool {
        self.closed.is_some() || self.threads.iter().all(|thread| thread.marked || thread.ended)
    }
}

impl Following {
    /// From the beginning of the log.
    pub(crate) fn from_start() -> Self {
        Self::new("start".to_owned(), Shown::Events(EventFold::default()))
    }

    /// From a page that was read, whose cursor this is.
    pub(crate) fn from_page(html: &str, cursor: String) -> Self {
        Self::new(cursor, Shown::Page(PageFold::of(html)))
    }

    fn new(cursor: String, shown: Shown) -> Self {
        Self { cursor, shown, marked: false, ended: false }
    }

    fn form(&self) -> &'static str {
        match self.shown {
            Shown::Events(_) => "event",
            Shown::Page(_) => "html",
        }
    }
}

/// Somebody who listens.
pub(crate) struct Reader {
    address: String,
    token: String,
    threads: Vec<Thread>,
    paused: watch::Receiver<bool>,
    heard: watch::Sender<Heard>,
    /// What ends the word that is said when all is quiet.
    mark: &'static str,
}

impl Reader {
    /// Who listens at this address. Gives where it is told what was heard.
    pub(crate) fn new(
        (address, token): (String, String),
        (threads, following): (Vec<Thread>, Vec<Following>),
        paused: watch::Receiver<bool>,
        mark: &'static str,
    ) -> (Self, watch::Receiver<Heard>) {
        let (heard, told) = watch::channel(Heard { threads: following, closed: None, faults: Vec::new() });
        (Self { address, token, threads, paused, heard, mark }, told)
    }

    /// Listens until it is not welcome any more.
    pub(crate) async fn listen(mut self) {
        loop {
            let closed = match Socket::try_connect(&self.address, "forum", &self.token).await {
                Ok(socket) => self.follow(socket).await,
                Err(closed) => closed,
            };
            if let Some(code @ 4500..) = closed {
                self.heard.send_modify(|heard| heard.closed = Some(code));
                return;
            }
            tokio::time::sleep(CONNECT_AGAIN_AFTER).await;
        }
    }

    /// Takes what comes over a socket until it is closed.
    async fn follow(&mut self, mut socket: Socket) -> Option<u16> {
        let following = self.heard.borrow().threads.clone();
        for (s, thread) in following.iter().enumerate().filter(|(_, thread)| !thread.ended) {
            let topic = format!("thread/{}", self.threads[s].id);
            let (after, form) = (&thread.cursor, thread.form());
            let sub = json!({"t": "sub", "s": s, "topic": topic, "after": after, "as": form, "window": WINDOW});
            socket.try_send(sub).await;
        }
        let mut unacknowledged = vec![0; following.len()];
        loop {
            let _ = self.paused.wait_for(|paused| !paused).await;
            let Some(frame) = socket.next().await else { return socket.closed };
            self.heard.send_modify(|heard| heard.take(&frame, self.mark));
            let Some(s) = frame["s"].as_u64().and_then(|s| usize::try_from(s).ok()) else { continue };
            unacknowledged[s] += usize::from(matches!(text(&frame["t"]), "ev" | "html"));
            if unacknowledged[s] >= ACKNOWLEDGED_AT || frame["t"] == "behind" {
                unacknowledged[s] = 0;
                let cursor = self.heard.borrow().threads[s].cursor.clone();
                socket.try_send(json!({"t": "ack", "s": s, "c": cursor})).await;
            }
        }
    }
}

impl Heard {
    fn take(&mut self, frame: &Value, mark: &str) {
        let about = if frame["t"] == "err" { &frame["re"]["s"] } else { &frame["s"] };
        let Some(s) = about.as_u64().and_then(|s| usize::try_from(s).ok()) else { return };
        let Some(thread) = self.threads.get_mut(s) else { return };
        let kind = text(&frame["t"]);
        if thread.ended {
            self.faults.push(format!("after the end of thread {s}: {frame}"));
        }
        match (kind, &mut thread.shown) {
            ("ev", Shown::Events(fold)) => fold.take(&frame["e"]),
            ("html", Shown::Page(fold)) => fold.take(frame),
            ("drop", _) => thread.ended = frame["retry"] == false,
            ("err", _) => match frame["problem"]["status"].as_u64() {
                Some(404) => thread.ended = true,
                Some(503) => {}
                _ => self.faults.push(format!("refused: {frame}")),
            },
            ("subd" | "chk" | "live" | "behind", _) => {}
            _ => self.faults.push(format!("unexpected: {frame}")),
        }
        let says_more = frame["more"] == true;
        if let Some(cursor) = frame["c"].as_str().filter(|_| !says_more) {
            thread.cursor = cursor.to_owned();
        }
        let said = [&frame["e"]["data"]["body"], &frame["html"]].map(text);
        thread.marked |= said.iter().any(|said| said.contains(mark));
    }
}
