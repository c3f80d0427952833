//! A client that says what it is told to, and keeps what it hears.

use std::{net::SocketAddr, sync::LazyLock};

use futures_util::{SinkExt as _, StreamExt as _};
use jsonschema::Validator;
use live::protocol::ServerFrame;
use schemars::schema_for;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _, http::HeaderValue},
};

use crate::world::PATIENCE;

/// Of everything that the server says.
static SCHEMA: LazyLock<Validator> =
    LazyLock::new(|| jsonschema::validator_for(&schema_for!(ServerFrame).to_value()).unwrap());

/// What bytes go over.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

pub(crate) struct Client {
    socket: WebSocketStream<Box<dyn Wire>>,
    /// The code that it was closed with.
    pub(crate) closed: Option<u16>,
}

/// Tries to connect with these headers; the status of the answer if it is no socket.
pub(crate) async fn try_connect(address: SocketAddr, headers: &[(&'static str, &str)]) -> Result<Client, u16> {
    let wire = TcpStream::connect(address).await.unwrap();
    try_over(Box::new(wire), address, headers).await
}

async fn try_over(wire: Box<dyn Wire>, address: SocketAddr, headers: &[(&'static str, &str)]) -> Result<Client, u16> {
    let mut request = format!("ws://{address}/api/test/v1/live").into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().append(*name, HeaderValue::from_str(value).unwrap());
    }
    match client_async(request, wire).await {
        Ok((socket, _)) => Ok(Client { socket, closed: None }),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr, cookie: Option<&str>) -> Self {
        Self::over(Box::new(TcpStream::connect(address).await.unwrap()), address, cookie).await
    }

    pub(crate) async fn over(wire: Box<dyn Wire>, address: SocketAddr, cookie: Option<&str>) -> Self {
        let origin = format!("http://{address}");
        let mut headers = vec![("sec-websocket-protocol", "erfa.live.v1")];
        if let Some(cookie) = cookie {
            headers.extend([("cookie", cookie), ("origin", &origin)]);
        }
        try_over(wire, address, &headers).await.unwrap()
    }

    pub(crate) async fn send(&mut self, frame: Value) {
        self.say(Message::text(frame.to_string())).await;
    }

    /// Sends whatever it is. The server may have closed already.
    pub(crate) async fn say(&mut self, message: Message) {
        let _ = self.socket.send(message).await;
    }

    /// Whether the other end is still there to be written to.
    pub(crate) async fn is_connected(&mut self) -> bool {
        self.socket.send(Message::Ping(Vec::new().into())).await.is_ok()
    }

    /// The next frame but pings, which it answers; `None` when the socket is closed.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        loop {
            let next = timeout(PATIENCE, self.socket.next()).await.expect("a frame in time");
            match next {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    assert!(SCHEMA.is_valid(&frame), "not as described: {frame}");
                    if frame["t"] != "ping" {
                        return Some(frame);
                    }
                    self.send(json!({ "t": "pong" })).await;
                }
                Some(Ok(Message::Close(close))) => self.closed = close.map(|close| u16::from(close.code)),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }

    /// The next frame, which has this `t`. How far a quiet subscription has come may be said in between at any time.
    #[track_caller]
    pub(crate) fn expect(&mut self, t: &str) -> impl Future<Output = Value> {
        let (t, caller) = (t.to_owned(), std::panic::Location::caller());
        async move {
            let mut frame = json!({ "t": "chk" });
            while frame["t"] == "chk" {
                frame = self.next().await.unwrap_or_else(|| panic!("{t} at {caller}: closed {:?}", self.closed));
            }
            assert_eq!(frame["t"], *t, "at {caller}: {frame}");
            frame
        }
    }

    /// Reads to the end: the codes of errors and goodbyes on the way, and the code of the close.
    pub(crate) async fn end(&mut self) -> (Vec<String>, Option<u16>) {
        let mut heard = Vec::new();
        while let Some(frame) = self.next().await {
            match frame["t"].as_str().unwrap() {
                "err" => heard.push(frame["problem"]["type"].as_str().unwrap().replace("/problems/", "")),
                "bye" => heard.push(format!("bye {}", frame["code"])),
                _ => {}
            }
        }
        (heard, self.closed)
    }

    pub(crate) async fn hello(&mut self, token: Option<&str>) -> Value {
        let mut hello = json!({ "t": "hello", "v": 1, "client": "test", "lang": "sv" });
        if let Some(token) = token {
            hello["token"] = token.into();
        }
        self.send(hello).await;
        self.expect("welcome").await
    }

    /// Subscribes, and waits until it stands.
    pub(crate) async fn sub(&mut self, s: u32, topic: &str, after: &str, form: &str) -> Value {
        self.send(json!({ "t": "sub", "s": s, "topic": topic, "after": after, "as": form })).await;
        self.expect("subd").await
    }

    /// Subscribes to what happens from now on, and waits until it is live.
    pub(crate) async fn follow(&mut self, s: u32, topic: &str) {
        self.sub(s, topic, "now", "event").await;
        self.expect("live").await;
    }

    /// The text of the next post, and its cursor.
    #[track_caller]
    pub(crate) fn post(&mut self) -> impl Future<Output = (String, String)> {
        let frame = self.expect("ev");
        async move {
            let frame = frame.await;
            let body = frame["e"]["data"]["body"].as_str().unwrap_or_else(|| panic!("{frame}")).to_owned();
            (body, frame["c"].as_str().unwrap().to_owned())
        }
    }

    /// Nothing is heard until a question that the server answers in order is answered.
    #[track_caller]
    pub(crate) fn expect_nothing(&mut self) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            self.send(json!({ "t": "typing", "topic": "nothing" })).await;
            let frame = self.next().await.unwrap();
            assert_eq!(frame["problem"]["type"], "/problems/not-found", "at {caller}: {frame}");
        }
    }
}
