use std::sync::atomic::{AtomicBool, Ordering};

use axum::{
    extract::{WebSocketUpgrade, ws::WebSocket},
    routing::get,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::Notify,
    task::JoinHandle,
};

use super::*;

/// Longer than anything here takes, so that what never comes fails a test.
const WAIT_MAX: Duration = Duration::from_secs(60);

struct Server {
    address: SocketAddr,
    shutdown: CancellationToken,
    stopped: JoinHandle<Stopped>,
}

async fn start(router: Router, limits: Limits) -> Server {
    let listener = bind(([127, 0, 0, 1], 0).into(), "listen").await.expect("any port is free");
    let (address, shutdown) = (listener.local_addr().expect("it listens"), CancellationToken::new());
    let token = shutdown.clone();
    let stopped = tokio::spawn(async move { serve(listener, router, &limits, token).await });
    Server { address, shutdown, stopped }
}

impl Server {
    async fn stopped(self) -> Stopped {
        timeout(WAIT_MAX, self.stopped).await.expect("it stops").expect("no panic")
    }
}

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.address).await.expect("it listens")
}

async fn ask(stream: &mut TcpStream, path: &str) {
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("the peer reads");
}

/// What comes until `end` has come, or the connection ends.
async fn hear(stream: &mut TcpStream, end: &str) -> String {
    let mut heard = Vec::new();
    let hear = async {
        while !String::from_utf8_lossy(&heard).contains(end) && stream.read_buf(&mut heard).await.expect("readable") > 0
        {
        }
    };
    timeout(WAIT_MAX, hear).await.expect("something comes");
    String::from_utf8(heard).expect("text")
}

#[tokio::test]
async fn a_stop_finishes_the_request_that_is_running() {
    let (begun, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (has_begun, may_finish) = (begun.clone(), finish.clone());
    let slow = move || async move {
        has_begun.notify_one();
        may_finish.notified().await;
        "finished"
    };
    let router = Router::new().route("/", get(slow));
    let server = start(router, Limits::default()).await;
    let (mut running, mut idle) = (connect(&server).await, connect(&server).await);
    ask(&mut running, "/").await;
    begun.notified().await;

    server.shutdown.cancel();
    assert_eq!(hear(&mut idle, "never").await, "", "an idle connection is closed at once");
    finish.notify_one();
    let answer = hear(&mut running, "finished").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("connection: close"), "{answer}");
    assert_eq!(hear(&mut running, "never").await, "");
    let address = server.address;
    assert_eq!(server.stopped().await, Stopped { connections_cut: 0 });
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let begun = Arc::new(Notify::new());
    let has_begun = begun.clone();
    let endless = move || async move {
        has_begun.notify_one();
        std::future::pending::<()>().await;
    };
    let router = Router::new().route("/", get(endless));
    let server = start(router, Limits { stop_max: Duration::ZERO, ..Limits::default() }).await;
    let mut stream = connect(&server).await;
    ask(&mut stream, "/").await;
    begun.notified().await;
    server.shutdown.cancel();
    assert_eq!(server.stopped().await, Stopped { connections_cut: 1 });
    assert_eq!(hear(&mut stream, "never").await, "", "the connection is cut off");
}

async fn socket(upgrade: WebSocketUpgrade) -> axum::response::Response {
    upgrade.on_upgrade(async |mut socket: WebSocket| while socket.recv().await.is_some_and(|frame| frame.is_ok()) {})
}

async fn open_socket(server: &Server) -> TcpStream {
    let mut stream = connect(server).await;
    let handshake = "GET /live HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                     sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(handshake.as_bytes()).await.expect("the peer reads");
    let answer = hear(&mut stream, "\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
    stream
}

#[tokio::test]
async fn a_socket_holds_its_place_until_it_is_closed() {
    for (stays, connections_cut) in [(true, 1), (false, 0)] {
        let stop_max = if stays { Duration::ZERO } else { Limits::default().stop_max };
        let router = Router::new().route("/live", get(socket));
        let server = start(router, Limits { stop_max, ..Limits::default() }).await;
        let stream = open_socket(&server).await;
        server.shutdown.cancel();
        let _open = stays.then_some(stream);
        assert_eq!(server.stopped().await, Stopped { connections_cut });
    }
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_their_place() {
    let first_left = Arc::new(AtomicBool::new(false));
    let left = first_left.clone();
    let router = Router::new()
        .route("/", get(|| async { "here" }))
        .route("/left", get(move || async move { format!("[first left: {}]", left.load(Ordering::SeqCst)) }));
    let server = start(router, Limits { connections_max: 1, ..Limits::default() }).await;
    let mut first = connect(&server).await;
    ask(&mut first, "/").await;
    hear(&mut first, "here").await;
    let mut second = connect(&server).await;
    ask(&mut second, "/left").await;
    for _ in 0..20 {
        ask(&mut first, "/").await;
        hear(&mut first, "here").await;
    }
    first_left.store(true, Ordering::SeqCst);
    drop(first);
    assert!(hear(&mut second, "]").await.contains("[first left: true]"));
}

#[tokio::test]
async fn a_handler_knows_the_peer() {
    let peer = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| format!("[peer {peer}]");
    let server = start(Router::new().route("/", get(peer)), Limits::default()).await;
    let mut stream = connect(&server).await;
    ask(&mut stream, "/").await;
    let expected = format!("[peer {}]", stream.local_addr().expect("connected"));
    assert!(hear(&mut stream, "]").await.contains(&expected));
}

#[tokio::test]
async fn a_head_has_its_limits() {
    let server = start(Router::new(), Limits { headers_max: 16, ..Limits::default() }).await;
    let mut stream = connect(&server).await;
    ask(&mut stream, &format!("/ HTTP/1.1\r\n{}x:", "a: b\r\n".repeat(17))).await;
    assert!(hear(&mut stream, "\r\n").await.starts_with("HTTP/1.1 431"));

    let mut stream = connect(&server).await;
    let endless = b"GET / HTTP/1.1\r\na: ".iter().copied().chain(std::iter::repeat(b'x'));
    let head: Vec<_> = endless.take(Limits::default().header_bytes_max * 8).collect();
    // The server does not read it to its end, so that writing it may fail before an answer is read.
    let _ = stream.write_all(&head).await;
    let mut answer = Vec::new();
    while stream.read_buf(&mut answer).await.is_ok_and(|read| read > 0) {}
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 431"), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_come_is_not_waited_for() {
    let limits = Limits::default();
    let server = start(Router::new(), limits.clone()).await;
    let started = tokio::time::Instant::now();
    let mut stream = connect(&server).await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost:").await.expect("the peer reads");
    hear(&mut stream, "never").await;
    assert!(started.elapsed() >= limits.header_read_max && started.elapsed() < limits.header_read_max * 2);
}

#[tokio::test]
async fn two_servers_on_one_port_are_told_what_to_do() {
    let server = start(Router::new(), Limits::default()).await;
    let error = bind(server.address, "metrics_listen").await.expect_err("in use");
    let shown = error.to_string().replace(&server.address.to_string(), "<address>");
    insta::assert_snapshot!(
        shown,
        @"<address> is in use by another program: stop that program (perhaps another Erfa), or choose another address with `metrics_listen`"
    );
    let elsewhere = bind(([203, 0, 113, 1], 1).into(), "listen").await.expect_err("not ours");
    assert!(elsewhere.to_string().contains("can't listen at 203.0.113.1:1"), "{elsewhere}");
}
