//! A client of the live protocol.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _, http::HeaderName},
};

/// How long a test waits for what must come before it fails: longer than a server that is there says nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// A socket that has said hello.
pub struct Socket {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The code that it was closed with.
    pub closed: Option<u16>,
}

impl Socket {
    /// Connects to a service's live endpoint at `address` with an API token.
    pub async fn connect(address: &str, service: &str, token: &str) -> Self {
        let mut socket = Self::connect_silently(address, service).await;
        socket.send(json!({"t": "hello", "v": 1, "client": "tests", "lang": "sv", "token": token})).await;
        socket.until("welcome").await;
        socket
    }

    /// Connects and says hello, if the network lets it; else, or if it is not welcome, `Err` with the code of the close.
    pub async fn try_connect(address: &str, service: &str, token: &str) -> Result<Self, Option<u16>> {
        Self::reach(address, service, None).await.map_err(|_| None)?.greet(Some(token)).await
    }

    /// The same, as one of Erfa's own pages does in a browser with this cookie.
    pub async fn try_connect_in_browser(address: &str, service: &str, cookie: &str) -> Result<Self, Option<u16>> {
        Self::reach(address, service, Some(cookie)).await.map_err(|_| None)?.greet(None).await
    }

    async fn greet(mut self, token: Option<&str>) -> Result<Self, Option<u16>> {
        let mut hello = json!({"t": "hello", "v": 1, "client": "tests", "lang": "sv"});
        if let Some(token) = token {
            hello["token"] = token.into();
        }
        self.try_send(hello).await;
        loop {
            match self.next().await {
                Some(frame) if frame["t"] == "welcome" => return Ok(self),
                Some(_) => {}
                None => return Err(self.closed),
            }
        }
    }

    /// Connects without saying hello.
    pub async fn connect_silently(address: &str, service: &str) -> Self {
        Self::reach(address, service, None).await.expect("the server takes the socket")
    }

    async fn reach(address: &str, service: &str, cookie: Option<&str>) -> Result<Self, Error> {
        let mut request =
            format!("ws://{address}/api/{service}/v1/live").into_client_request().expect("the address is well formed");
        request.headers_mut().insert("sec-websocket-protocol", "erfa.live.v1".parse().expect("plain text"));
        if let Some(cookie) = cookie {
            let origin = format!("http://{address}").parse().expect("an address is plain text");
            request.headers_mut().extend([
                (HeaderName::from_static("cookie"), cookie.parse().expect("cookies are plain text")),
                (HeaderName::from_static("origin"), origin),
            ]);
        }
        let (socket, _) = connect_async(request).await?;
        Ok(Self { socket, closed: None })
    }

    /// Sends a message as it is.
    pub async fn say(&mut self, message: Message) {
        self.socket.send(message).await.expect("the socket is open");
    }

    /// Sends a message as it is; `false` if the socket is closed, or was while it was sent.
    pub async fn try_say(&mut self, message: Message) -> bool {
        self.socket.send(message).await.is_ok()
    }

    /// Sends bytes as they are, whether they are frames or not. The server may have closed already.
    pub async fn say_bytes(&mut self, bytes: &[u8]) {
        let _ = self.socket.get_mut().write_all(bytes).await;
    }

    /// The frames that come until the socket is closed, and the code that it is closed with.
    pub async fn end(&mut self) -> (Vec<Value>, Option<u16>) {
        let mut frames = Vec::new();
        loop {
            let frame = tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("a frame comes in time");
            match frame {
                Some(Ok(Message::Text(text))) => frames.push(serde_json::from_str(&text).expect("frames are JSON")),
                Some(Ok(Message::Close(close))) => return (frames, close.map(|close| close.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return (frames, None),
            }
        }
    }

    /// Sends a frame.
    pub async fn send(&mut self, frame: Value) {
        assert!(self.try_send(frame).await, "the socket is open");
    }

    /// Sends a frame; `false` if the socket is closed.
    pub async fn try_send(&mut self, frame: Value) -> bool {
        self.socket.send(Message::text(frame.to_string())).await.is_ok()
    }

    /// Subscribes to a topic's events.
    pub async fn subscribe(&mut self, subscription: u32, topic: &str, after: &str, form: &str) {
        self.send(json!({"t": "sub", "s": subscription, "topic": topic, "after": after, "as": form, "window": 256}))
            .await;
    }

    /// The next frame that is not a heartbeat (which is answered); `None` once the socket is closed.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            let frame = tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("a frame comes in time");
            match frame {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).expect("frames are JSON");
                    if frame["t"] != "ping" {
                        return Some(frame);
                    }
                    self.try_send(json!({"t": "pong"})).await;
                }
                Some(Ok(Message::Close(close))) => {
                    self.closed = close.map(|close| close.code.into());
                    return None;
                }
                Some(Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// Passes over frames until one with this name comes.
    ///
    /// # Panics
    /// If the socket closes before.
    pub async fn until(&mut self, name: &str) -> Value {
        loop {
            let frame = self.next().await.unwrap_or_else(|| panic!("the socket closed before `{name}` came"));
            assert!(frame["t"] != "err" || name == "err", "an error came before `{name}`: {frame}");
            if frame["t"] == name {
                return frame;
            }
        }
    }
}
