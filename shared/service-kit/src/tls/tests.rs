use std::{fs, net::SocketAddr, os::unix::fs::PermissionsExt as _, path::Path, time::Duration};

use axum::{
    Router,
    extract::{WebSocketUpgrade, ws::WebSocket},
    routing::get,
};
use futures_util::{SinkExt as _, StreamExt as _};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion, pki_types::CertificateDer};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_util::sync::CancellationToken;
use types::{Clock, ManualClock, SystemClock};

use super::*;
use crate::{Limits, Stopped, bind, serve_tls};

const WAIT_MAX: Duration = Duration::from_secs(60);
const NAME: &str = "localhost";

/// A certificate that signs itself, until the end of this year.
struct Issued {
    der: CertificateDer<'static>,
    certificate: String,
    key: String,
}

fn issue(until: i32) -> Issued {
    let mut params = rcgen::CertificateParams::new(vec![NAME.to_owned()]).expect("a name");
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    let key = rcgen::KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    Issued { der: certificate.der().clone(), certificate: certificate.pem(), key: key.serialize_pem() }
}

fn place(dir: &Path, certificate: &str, key: &str) -> TlsFiles {
    let files = TlsFiles { certificate: dir.join("certificate.pem"), key: dir.join("key.pem") };
    fs::write(&files.certificate, certificate).expect("writable");
    fs::write(&files.key, key).expect("writable");
    fs::set_permissions(&files.key, fs::Permissions::from_mode(0o600)).expect("ours");
    files
}

struct Server {
    address: SocketAddr,
    tls: Tls,
    dir: TempDir,
    shutdown: CancellationToken,
    stopped: JoinHandle<Stopped>,
}

async fn start(issued: &Issued, limits: Limits) -> Server {
    async fn echo(mut socket: WebSocket) {
        while let Some(Ok(message)) = socket.recv().await {
            if socket.send(message).await.is_err() {
                return;
            }
        }
    }
    let socket = async |upgrade: WebSocketUpgrade| upgrade.on_upgrade(echo);
    let router = Router::new().route("/", get(|| async { "[here]" })).route("/live", get(socket));
    let dir = tempfile::tempdir().expect("a directory");
    let tls = Tls::open(place(dir.path(), &issued.certificate, &issued.key)).expect("they fit");
    let listener = bind(([127, 0, 0, 1], 0).into(), "listen").await.expect("any port is free");
    let (address, shutdown) = (listener.local_addr().expect("it listens"), CancellationToken::new());
    let (serving, token) = (tls.clone(), shutdown.clone());
    let stopped = tokio::spawn(async move { serve_tls(listener, serving, router, &limits, token).await });
    Server { address, tls, dir, shutdown, stopped }
}

/// A client that trusts this certificate alone.
fn client(issued: &Issued, versions: &[&'static SupportedProtocolVersion], alpn: &[&str]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(issued.der.clone()).expect("a certificate");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_protocol_versions(versions).expect("spoken").with_root_certificates(roots);
    let mut config = config.with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

async fn connect_as(server: &Server, client: TlsConnector) -> io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(server.address).await?;
    client.connect(NAME.try_into().expect("a name"), stream).await
}

async fn connect(server: &Server, issued: &Issued) -> io::Result<TlsStream<TcpStream>> {
    connect_as(server, client(issued, &[&TLS13, &TLS12], &["http/1.1"])).await
}

async fn ask(stream: &mut TlsStream<TcpStream>) -> String {
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("the peer reads");
    let mut heard = Vec::new();
    let hear =
        async { while !heard.ends_with(b"[here]") && stream.read_buf(&mut heard).await.expect("readable") > 0 {} };
    timeout(WAIT_MAX, hear).await.expect("something comes");
    String::from_utf8(heard).expect("text")
}

#[tokio::test]
async fn both_versions_are_spoken_and_http_1_alone() {
    let issued = issue(2090);
    let server = start(&issued, Limits::default()).await;
    for version in [&TLS13, &TLS12] {
        let mut stream = connect_as(&server, client(&issued, &[version], &["h2", "http/1.1"])).await.expect("spoken");
        assert_eq!(stream.get_ref().1.protocol_version(), Some(version.version));
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(ALPN));
        assert!(ask(&mut stream).await.starts_with("HTTP/1.1 200 OK"));
    }
    assert!(connect_as(&server, client(&issued, &[&TLS13], &["h2"])).await.is_err(), "nothing else is spoken");
    assert!(connect(&server, &issue(2090)).await.is_err(), "who trusts another certificate does not come in");
}

#[tokio::test]
async fn a_new_certificate_is_taken_while_connections_go_on() {
    let (old, new) = (issue(2090), issue(2091));
    let server = start(&old, Limits::default()).await;
    let mut open = connect(&server, &old).await.expect("trusted");
    ask(&mut open).await;
    place(server.dir.path(), &new.certificate, &new.key);
    server.tls.reload().expect("they fit");
    assert!(connect(&server, &old).await.is_err(), "new connections are shown the new one");
    let mut fresh = connect(&server, &new).await.expect("trusted");
    assert!(ask(&mut fresh).await.ends_with("[here]") && ask(&mut open).await.ends_with("[here]"));
    assert_eq!(server.tls.expires_at().to_string(), "2091-01-01T00:00:00Z");

    for (certificate, key) in [("rubbish", &*new.key), (&*old.certificate, &*new.key), (&*new.certificate, "rubbish")] {
        place(server.dir.path(), certificate, key);
        server.tls.reload().expect_err("they do not fit");
        let mut fresh = connect(&server, &new).await.expect("the one from before stays in use");
        assert!(ask(&mut fresh).await.ends_with("[here]") && ask(&mut open).await.ends_with("[here]"));
    }
}

#[tokio::test(start_paused = true)]
async fn files_that_change_are_noticed() {
    let (old, new) = (issue(2090), issue(2091));
    let server = start(&old, Limits::default()).await;
    let watch = server.tls.watch(Arc::new(SystemClock), server.shutdown.clone()).expect("signals can be heard");
    let watch = tokio::spawn(watch);
    // One of the two comes before the other, and for a moment they do not fit.
    place(server.dir.path(), &new.certificate, &old.key);
    tokio::time::sleep(Duration::from_secs(30)).await;
    connect(&server, &old).await.expect("the one from before stays in use");
    place(server.dir.path(), &new.certificate, &new.key);
    tokio::time::sleep(Duration::from_secs(30)).await;
    connect(&server, &new).await.expect("the new one is in use");
    server.shutdown.cancel();
    timeout(WAIT_MAX, watch).await.expect("it ends").expect("no panic");
}

#[tokio::test]
async fn sighup_takes_the_files_as_they_are() {
    let (old, new) = (issue(2090), issue(2091));
    let server = start(&old, Limits::default()).await;
    place(server.dir.path(), &new.certificate, &new.key);
    // As if these files had been looked at: then nothing but the signal has them read.
    server.tls.known().stamp = server.tls.0.files.stamp();
    let watch = server.tls.watch(Arc::new(SystemClock), server.shutdown.clone()).expect("signals can be heard");
    tokio::spawn(watch);
    rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::HUP).expect("ours");
    let taken = async {
        while connect(&server, &new).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), taken).await.expect("it is taken");
}

#[tokio::test]
async fn websockets_go_over_it() {
    let issued = issue(2090);
    let server = start(&issued, Limits::default()).await;
    let stream = connect(&server, &issued).await.expect("trusted");
    let (mut socket, _) = tokio_tungstenite::client_async("wss://localhost/live", stream).await.expect("an upgrade");
    socket.send("over TLS".into()).await.expect("the peer reads");
    let heard = timeout(WAIT_MAX, socket.next()).await.expect("something comes");
    assert_eq!(heard.expect("a frame").expect("readable").into_text().expect("text").as_str(), "over TLS");
}

#[tokio::test(start_paused = true)]
async fn a_handshake_has_its_time_and_its_place() {
    let issued = issue(2090);
    let limits = Limits { connections_max: 1, ..Limits::default() };
    let server = start(&issued, limits.clone()).await;
    let started = tokio::time::Instant::now();
    let mut silent = TcpStream::connect(server.address).await.expect("it listens");
    let mut second = connect(&server, &issued).await.expect("there is room once the first is given up");
    assert!(started.elapsed() >= limits.tls_handshake_max, "a handshake holds a place");
    ask(&mut second).await;
    assert_eq!(silent.read(&mut [0; 10]).await.expect("readable"), 0, "the first was closed");
    let mut plain = TcpStream::connect(server.address).await.expect("it listens");
    drop(second);
    plain.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("the peer reads");
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP/"), "plain http is not answered");
    server.shutdown.cancel();
    assert_eq!(timeout(WAIT_MAX, server.stopped).await.expect("it stops").expect("no panic").connections_cut, 0);
}

#[test]
fn what_is_wrong_with_the_files_is_said() {
    let dir = tempfile::tempdir().expect("a directory");
    let (one, other) = (issue(2030), issue(2060));
    let good = place(dir.path(), &one.certificate, &one.key);
    assert_eq!(Tls::open(good.clone()).expect("they fit").expires_at().to_string(), "2030-01-01T00:00:00Z");
    let said = |files: TlsFiles| Tls::open(files).expect_err("wrong").to_string();
    let nowhere = dir.path().join("nowhere.pem");
    for (files, words) in [
        (TlsFiles { certificate: nowhere.clone(), ..good.clone() }, "`tls.certificate`: "),
        (TlsFiles { key: nowhere, ..good.clone() }, "nowhere.pem can't be read"),
        (TlsFiles { certificate: good.key.clone(), ..good.clone() }, "holds no certificate in PEM"),
    ] {
        let said = said(files);
        assert!(said.contains(words), "{said}");
    }
    for (certificate, key, words) in [
        (&*one.certificate, &*other.key, "is not that of the first certificate"),
        (&one.certificate, "", "holds no private key in PEM"),
        (&one.certificate, &one.certificate, "holds no private key in PEM"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", &one.key, "can't be read"),
    ] {
        let said = said(place(dir.path(), certificate, key));
        assert!(said.contains(words), "{said}");
    }
    // Both ways in which certificates write years.
    let long = place(dir.path(), &other.certificate, &other.key);
    assert_eq!(Tls::open(long.clone()).expect("they fit").expires_at().to_string(), "2060-01-01T00:00:00Z");
    for (mode, is_open) in [(0o640, false), (0o400, false), (0o604, true), (0o620, true), (0o644, true)] {
        fs::set_permissions(&long.key, fs::Permissions::from_mode(mode)).expect("ours");
        let refused = Tls::open(long.clone()).err().is_some_and(|it| it.to_string().contains("chmod o-rwx,g-w"));
        assert_eq!(refused, is_open, "{mode:o}");
    }
}

#[test]
fn an_end_that_is_near_is_told() {
    let dir = tempfile::tempdir().expect("a directory");
    let issued = issue(2030);
    let tls = Tls::open(place(dir.path(), &issued.certificate, &issued.key)).expect("they fit");
    let at = |text: &str| ManualClock::at(text.parse().expect("a time")).now();
    assert_eq!(tls.warning(at("2029-12-17T23:59:59Z")), None);
    assert!(tls.warning(at("2029-12-20T00:00:00Z")).is_some_and(|it| it.contains("in 12 days")));
    assert!(tls.warning(at("2030-01-01T00:00:00Z")).is_some_and(|it| it.contains("expired at 2030-01-01")));
}
