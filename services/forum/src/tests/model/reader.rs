//! Somebody with a socket, who checks every frame against the model when they take it.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};
use types::PersonId;

use super::{
    book::{Book, Form, Topic, Viewer},
    subscription::Subscription,
};
use crate::tests::world::{ORIGIN, Someone};

/// How long a frame that is sure to come may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The subscription that is tried with cursors that are not theirs.
const FORGED: u64 = 99;

/// Somebody who listens to the same things each time, and remembers how far they have come.
pub(super) struct Reader {
    pub(super) someone: Someone,
    pub(super) viewer: Viewer,
    wanted: Vec<Wanted>,
    socket: Option<Socket>,
}

/// What they listen to.
struct Wanted {
    topic: Topic,
    name: String,
    form: Form,
    window: usize,
    /// Every cursor that they were told, with its position.
    cursors: Vec<(String, u64)>,
}

struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    subscriptions: Vec<Option<Subscription>>,
    /// Where what they signed in with was revoked.
    ends_at: Option<u64>,
    /// Forged cursors that were not refused yet.
    forged: usize,
    /// The forum is stopping.
    draining: bool,
    closed: Option<u16>,
}

/// Opens the cursors of a person, which no client can.
pub(super) type Open<'a> = &'a dyn Fn(PersonId, &str) -> u64;

impl Reader {
    pub(super) fn new(someone: Someone, viewer: Viewer, topics: Vec<(Topic, String, Form)>) -> Self {
        let start = || vec![("start".to_owned(), 0)];
        let wanted = topics.into_iter().enumerate().map(|(at, (topic, name, form))| {
            let window = 5 + 6 * (at % 3);
            Wanted { topic, name, form, window, cursors: start() }
        });
        Self { someone, viewer, wanted: wanted.collect(), socket: None }
    }

    pub(super) fn is_connected(&self) -> bool {
        self.socket.is_some()
    }

    /// The newest cursor that they have, if they were told any.
    pub(super) fn cursor(&self) -> String {
        self.wanted[0].cursors.last().unwrap().0.clone()
    }

    /// Connects, as a page or as a program, and subscribes to everything. Goes back by so many cursors.
    pub(super) async fn connect(&mut self, address: &str, as_page: bool, book: &Book, back: usize, forged: &[String]) {
        let mut request = format!("ws://{address}/api/forum/v1/live").into_client_request().unwrap();
        let mut header = |name, value: &str| request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
        header("sec-websocket-protocol", "erfa.live.v1");
        let mut hello = json!({"t": "hello", "v": 1, "client": "model", "lang": "sv"});
        if as_page {
            header("cookie", self.someone.cookie());
            header("origin", ORIGIN);
        } else {
            hello["token"] = self.someone.token().into();
        }
        let (stream, _) = connect_async(request).await.unwrap();
        let mut socket = Socket {
            stream,
            subscriptions: Vec::new(),
            ends_at: None,
            forged: forged.len(),
            draining: false,
            closed: None,
        };
        socket.send(hello).await;
        let welcome = socket.next().await;
        assert_eq!(welcome.map(|frame| frame["t"].clone()), Some(json!("welcome")));
        for cursor in forged {
            let name = &self.wanted[0].name;
            socket.send(json!({"t": "sub", "s": FORGED, "topic": name, "after": cursor, "as": "event"})).await;
        }
        for (s, wanted) in self.wanted.iter_mut().enumerate() {
            let keep = wanted.cursors.len().saturating_sub(back).max(1);
            wanted.cursors.truncate(keep);
            let (after, from) = wanted.cursors.last().unwrap();
            let form = match wanted.form {
                Form::Event => "event",
                Form::Html => "html",
            };
            let window = wanted.window;
            let sub = json!({"t": "sub", "s": s, "topic": wanted.name, "after": after, "as": form, "window": window});
            socket.send(sub).await;
            let subscription = Subscription::new(book, self.viewer, (wanted.topic, wanted.form), window, *from);
            socket.subscriptions.push(Some(subscription));
        }
        self.socket = Some(socket);
    }

    pub(super) fn disconnect(&mut self) {
        self.socket = None;
    }

    /// What is coming to each of their subscriptions.
    pub(super) fn coming(&self, book: &Book) -> Vec<Vec<u64>> {
        self.open_subscriptions().map(|subscription| subscription.coming(book)).collect()
    }

    /// Something has happened.
    pub(super) fn look(&mut self, book: &Book, coming: &[Vec<u64>]) {
        let subscriptions = self.socket.iter_mut().flat_map(|socket| socket.subscriptions.iter_mut().flatten());
        for (subscription, coming) in subscriptions.zip(coming) {
            subscription.look(book, coming);
        }
    }

    /// What they signed in with was revoked.
    pub(super) fn revoked(&mut self, at: u64) {
        if let Some(socket) = &mut self.socket {
            socket.ends_at.get_or_insert(at);
        }
    }

    fn open_subscriptions(&self) -> impl Iterator<Item = &Subscription> {
        self.socket.iter().flat_map(|socket| socket.subscriptions.iter().flatten())
    }

    /// Takes a frame, if one is sure to come, acknowledging what keeps it from coming. `false` if none is.
    pub(super) async fn take_sure(&mut self, book: &Book, open: Open<'_>) -> bool {
        if !self.open_subscriptions().any(|subscription| !subscription.live && !subscription.ended) {
            return false;
        }
        self.acknowledge(|subscription| !subscription.live && subscription.out > 0).await;
        self.take(book, open).await
    }

    /// Acknowledges what was taken of these subscriptions.
    pub(super) async fn acknowledge(&mut self, of: impl Fn(&Subscription) -> bool) {
        let Some(socket) = &mut self.socket else { return };
        for s in 0..socket.subscriptions.len() {
            let Some(subscription) = socket.subscriptions[s].as_mut().filter(|it| !it.ended && of(it)) else {
                continue;
            };
            subscription.acknowledge();
            let cursor = self.wanted[s].cursors.last().unwrap().0.clone();
            socket.send(json!({"t": "ack", "s": s, "c": cursor})).await;
        }
    }

    /// Takes everything up to the mark of each arena.
    pub(super) async fn take_all(&mut self, marks: &[u64], book: &Book, open: Open<'_>) {
        let quiet = |reader: &Self| {
            let socket = reader.socket.as_ref();
            socket.is_none_or(|socket| socket.ends_at.is_none() && socket.forged == 0)
                && reader
                    .open_subscriptions()
                    .all(|subscription| subscription.is_quiet(marks[subscription.topic.arena()]))
        };
        while !quiet(self) {
            self.acknowledge(|subscription| 2 * subscription.out > subscription.window).await;
            self.take(book, open).await;
        }
    }

    /// Takes everything up to the end, which the forum says goodbye at.
    pub(super) async fn take_goodbye(&mut self, book: &Book, open: Open<'_>) {
        if let Some(socket) = &mut self.socket {
            socket.draining = true;
        }
        while self.take(book, open).await {}
    }

    /// Takes the next frame; `false` if there is none, because the socket is closed.
    async fn take(&mut self, book: &Book, open: Open<'_>) -> bool {
        let Some(socket) = &mut self.socket else { return false };
        let Some(frame) = socket.next().await else {
            let is_expected = match socket.closed {
                Some(4503) => socket.ends_at.is_some(),
                Some(4001) => socket.draining,
                _ => false,
            };
            assert!(is_expected, "closed by {:?}", socket.closed);
            self.socket = None;
            return false;
        };
        let kind = frame["t"].as_str().unwrap().to_owned();
        if kind == "err" && frame["re"]["s"] == FORGED {
            assert!(frame["problem"]["type"].as_str().unwrap().starts_with("/problems/cursor-"), "{frame}");
            socket.forged -= 1;
            return true;
        }
        if matches!(kind.as_str(), "bye") || frame["problem"]["type"] == "/problems/live-revoked" {
            assert!(kind == "bye" || socket.ends_at.is_some(), "nothing was revoked: {frame}");
            return true;
        }
        let about = if kind == "err" { &frame["re"]["s"] } else { &frame["s"] };
        let s = usize::try_from(about.as_u64().unwrap_or_else(|| panic!("{frame}"))).unwrap();
        let subscription = socket.subscriptions[s].as_mut().unwrap_or_else(|| panic!("it was refused: {frame}"));
        assert!(!subscription.ended, "it has ended: {frame}");
        let position = frame["c"].as_str().map(|cursor| open(self.viewer.person, cursor));
        match (kind.as_str(), position) {
            ("ev" | "html", Some(position)) => {
                assert!(socket.ends_at.is_none_or(|end| position < end), "after it was revoked: {frame}");
                subscription.brought(book, position, &frame.to_string());
            }
            ("live", Some(position)) => subscription.is_live(book, position),
            ("chk", Some(position)) => subscription.reached(book, position),
            ("behind", Some(position)) => {
                subscription.reached(book, position);
                subscription.live = false;
            }
            ("drop", None) => subscription.dropped(),
            ("subd", None) => {}
            ("err", None) => {
                assert_eq!(frame["problem"]["type"], "/problems/not-found", "{frame}");
                subscription.refused();
            }
            _ => panic!("{frame}"),
        }
        if let (Some(cursor), Some(position)) = (frame["c"].as_str(), position) {
            self.wanted[s].cursors.push((cursor.to_owned(), position));
        }
        true
    }
}

impl Socket {
    async fn send(&mut self, frame: Value) {
        // The forum may have closed already.
        let _ = self.stream.send(Message::text(frame.to_string())).await;
    }

    async fn next(&mut self) -> Option<Value> {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.stream.next()).await.expect("a frame in time");
            match next {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    if frame["t"] != "ping" {
                        return Some(frame);
                    }
                    self.send(json!({"t": "pong"})).await;
                }
                Some(Ok(Message::Close(close))) => {
                    self.closed = close.map(|close| u16::from(close.code));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }
}
