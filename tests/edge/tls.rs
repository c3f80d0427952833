//! TLS at a running server.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command, sync::Arc, time::Duration};

use contracts::directory::Role;
use futures_util::{SinkExt as _, StreamExt as _};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName},
};
use serde_json::{Value, json};
use system_tests::{Person, Server, World, erfa, finish};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest as _};

/// How long a test waits for what must come before it fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// A new certificate and its key, written where the server finds them.
fn issue(dir: &Path) -> CertificateDer<'static> {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    fs::write(dir.join("certificate.pem"), certificate.pem()).unwrap();
    fs::write(dir.join("key.pem"), key.serialize_pem()).unwrap();
    fs::set_permissions(dir.join("key.pem"), fs::Permissions::from_mode(0o600)).unwrap();
    certificate.der().clone()
}

fn settings(dir: &Path) -> [String; 4] {
    let set = |key: &str, file: &str| format!("{key}={}", dir.join(file).display());
    ["--set".into(), set("tls.certificate", "certificate.pem"), "--set".into(), set("tls.key", "key.pem")]
}

/// A connection that trusts this certificate alone; `None` if the server shows another.
async fn connect(address: &str, trusted: &CertificateDer<'static>) -> Option<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots);
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    TlsConnector::from(Arc::new(config.with_no_client_auth())).connect(name, stream).await.ok()
}

/// The head of the answer.
async fn ask(stream: &mut TlsStream<TcpStream>, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\naccept: text/html\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut heard = Vec::new();
    let hear = async {
        while !String::from_utf8_lossy(&heard).contains("</html>") && stream.read_buf(&mut heard).await.unwrap() > 0 {}
    };
    timeout(PATIENCE, hear).await.expect("a page comes");
    String::from_utf8(heard).unwrap().split("\r\n\r\n").next().unwrap().to_ascii_lowercase()
}

#[tokio::test]
async fn everything_goes_over_tls_and_a_new_certificate_is_taken_without_a_restart() {
    let (data, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let person = World::write(data.path(), async |world| {
        let agency = world.agency("Amyndigheten").await;
        world.person(agency, &[Role::Secretariat]).await
    })
    .await;
    let old = issue(files.path());
    let settings = settings(files.path());
    let settings: Vec<_> = settings.iter().map(String::as_str).collect();
    let server = Server::start_at(data.path(), "127.0.0.1:0", &settings);
    let address = server.url.strip_prefix("https://").expect("the origin is https").to_owned();
    let mut open = connect(&address, &old).await.expect("it is trusted");
    let head = ask(&mut open, "/sign-in").await;
    assert!(head.starts_with("http/1.1 200") && head.contains("strict-transport-security: max-age="), "{head}");
    let cookie = head.lines().find(|line| line.starts_with("set-cookie: __host-erfa-browser=")).expect("a cookie");
    assert!(cookie.contains("; secure") && cookie.contains("; httponly") && cookie.contains("; path=/"), "{cookie}");

    let mut request = format!("wss://{address}/api/forum/v1/live").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "erfa.live.v1".parse().unwrap());
    let stream = connect(&address, &old).await.unwrap();
    let (mut socket, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
    let hello = json!({ "t": "hello", "v": 1, "client": "tests", "lang": "sv", "token": person.token });
    socket.send(Message::text(hello.to_string())).await.unwrap();
    let welcome = timeout(PATIENCE, socket.next()).await.expect("it answers").unwrap().unwrap();
    let welcome: Value = serde_json::from_str(welcome.to_text().unwrap()).unwrap();
    assert_eq!(welcome["t"], "welcome", "{welcome}");

    let metrics = Person::new(&server.metrics_url).open("/metrics").await.html;
    assert!(metrics.contains("erfa_tls_certificate_expires_timestamp_seconds "), "{metrics}");
    fs::write(files.path().join("certificate.pem"), "half a file").unwrap();
    server.signal("HUP");
    let refused = "erfa_tls_certificate_reloads_total{outcome=\"refused\"}";
    let told = async { while !Person::new(&server.metrics_url).open("/metrics").await.html.contains(refused) {} };
    timeout(PATIENCE, told).await.expect("it is told");
    connect(&address, &old).await.expect("the one from before stays in use");
    let new = issue(files.path());
    server.signal("HUP");
    let taken = async { while connect(&address, &new).await.is_none() {} };
    timeout(PATIENCE, taken).await.expect("the new one is taken");
    assert!(connect(&address, &old).await.is_none());
    assert!(ask(&mut open, "/sign-in").await.starts_with("http/1.1 200"), "the connection from before goes on");
    assert!(socket.send(Message::text(r#"{"t":"pong"}"#)).await.is_ok(), "and so does the socket");
    drop((open, socket));
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn what_can_not_be_safe_is_not_started() {
    let (data, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (data, empty) = (data.path().join("data"), files.path().join("empty"));
    fs::create_dir(&empty).unwrap();
    issue(files.path());
    let with = settings(files.path());
    let without = settings(&empty);
    let start = |more: &[String]| -> Vec<String> {
        let refused = ["serve", "check"].map(|what| {
            let mut command: Command = match what {
                "serve" => erfa(&["serve", "--listen", "0.0.0.0:0", "--metrics-listen", "127.0.0.1:0", "--json"]),
                _ => erfa(&["config", "check", "--listen", "0.0.0.0:0"]),
            };
            command.arg("--data").arg(&data).args(more).current_dir(files.path());
            let output = command.output().unwrap();
            assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
            String::from_utf8(output.stderr).unwrap()
        });
        refused.to_vec()
    };
    for said in start(&[]) {
        assert!(
            said.contains("can be reached from outside without TLS") && said.contains("tls.terminated_by_proxy"),
            "{said}"
        );
    }
    for said in start(&without) {
        assert!(said.contains("`tls.certificate`: ") && said.contains("can't be read"), "{said}");
    }
    fs::set_permissions(files.path().join("key.pem"), fs::Permissions::from_mode(0o644)).unwrap();
    for said in start(&with) {
        assert!(said.contains("can be read by others on this machine: run `chmod o-rwx,g-w`"), "{said}");
    }
    issue(&empty);
    fs::copy(empty.join("key.pem"), files.path().join("key.pem")).unwrap();
    for said in start(&with) {
        assert!(said.contains("is not that of the first certificate"), "{said}");
    }
    assert!(!data.exists(), "nothing was begun");
    let mut check = erfa(&["config", "check", "--listen", "0.0.0.0:0"]);
    check.args(&without).current_dir(files.path());
    finish(check).well();
}
