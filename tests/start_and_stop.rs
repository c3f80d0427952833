//! How the server begins and ends.

use std::time::Duration;

use contracts::{directory::Role, forum::ArenaAccess};
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Page, Person, Server, Socket, World};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// How long a test waits for what must come before it fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// Reads until this has come.
async fn hear(stream: &mut TcpStream, end: &str) -> String {
    let mut heard = Vec::new();
    let hear = async {
        while !String::from_utf8_lossy(&heard).contains(end) {
            assert!(
                stream.read_buf(&mut heard).await.expect("it can be read") > 0,
                "closed after {}",
                String::from_utf8_lossy(&heard)
            );
        }
    };
    timeout(PATIENCE, hear).await.expect("it comes in time");
    String::from_utf8(heard).expect("it speaks UTF-8")
}

async fn health(server: &Server, path: &str) -> (u16, Value) {
    let answer = Person::new(&server.metrics_url).request(Method::GET, path).send().await.expect("the server answers");
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

#[tokio::test]
async fn a_stop_says_goodbye_and_finishes_what_was_begun() {
    let data = tempfile::tempdir().unwrap();
    let (arena, author) = World::write(data.path(), async |world| {
        let agency = world.agency("Amyndigheten").await;
        let author = world.person(agency, &[Role::Secretariat]).await;
        (world.arena("Arbetssätt", ArenaAccess::Open, &[author.person]).await, author)
    })
    .await;
    let server = Server::start(data.path());
    let path = format!("/api/forum/v1/arenas/{arena}/threads");
    let mut socket = Socket::connect(server.address(), "forum", &author.token).await;
    socket.subscribe(1, &format!("arena/{arena}"), "now", "event").await;
    socket.until("live").await;
    let (status, ready) = health(&server, "/health/ready").await;
    assert_eq!((status, &ready["stopping"]), (200, &json!(false)), "{ready}");

    // A request whose body is still to come: the server says that it waits for it.
    let body = json!({"kind": "question", "title": "Hinner vi?", "body": "Precis."}).to_string();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: erfa\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nexpect: 100-continue\r\n\r\n",
        author.token,
        body.len()
    );
    let mut request = TcpStream::connect(server.address()).await.unwrap();
    request.write_all(head.as_bytes()).await.unwrap();
    hear(&mut request, "100 Continue\r\n\r\n").await;

    server.signal("TERM");
    let (frames, code) = socket.end().await;
    assert_eq!(code, Some(4001), "{frames:?}");
    let bye = frames.last().unwrap();
    assert_eq!((&bye["t"], &bye["code"]), (&json!("bye"), &json!(4001)), "{bye}");
    let unready = async {
        while health(&server, "/health/ready").await.0 == 200 {}
        health(&server, "/health/ready").await
    };
    let (status, unready) = timeout(PATIENCE, unready).await.expect("it turns not ready while a request is under way");
    assert_eq!((status, &unready["stopping"]), (503, &json!(true)), "{unready}");
    assert_eq!(health(&server, "/health/live").await.0, 200, "it lives, though");

    request.write_all(body.as_bytes()).await.unwrap();
    let answer = hear(&mut request, "}").await;
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert_eq!(server.ended(), Some(0));

    let server = Server::start(data.path());
    let (_, threads) = Person::with_token(&server.url, &author.token).api(Method::GET, &path, None).await;
    assert_eq!(threads["items"][0]["title"], "Hinner vi?", "what was answered is there: {threads}");
    server.signal("INT");
    assert_eq!(server.ended(), Some(0), "Ctrl-C is a stop as well");
}

#[tokio::test]
async fn the_first_link_is_printed_until_somebody_has_joined() {
    let data = tempfile::tempdir().unwrap();
    let first = Server::start(data.path());
    let unused = first.sign_in_link.clone().expect("a link at the first start");
    assert_eq!(first.stop(), Some(0));

    let second = Server::start(data.path());
    let link = second.sign_in_link.clone().expect("a link as long as nobody has joined");
    assert_ne!(link, unused);
    let person = Person::new(&second.url);
    let page = person.open(&link).await;
    let page = person.submit(&page, "/sign-in/link", &[]).await;
    let joined: Page = person.submit(&page, page.url.path(), &[("name", "Den första"), ("title", "")]).await;
    assert_eq!(joined.status, 200, "{}", joined.html);
    assert!(person.open("/me").await.html.contains("Den första"));
    assert_eq!(second.stop(), Some(0));

    let third = Server::start(data.path());
    assert_eq!(third.sign_in_link, None, "somebody has joined");
    assert!(person.at(&third.url).open("/me").await.html.contains("Den första"), "a session outlives a stop");
}

#[tokio::test]
async fn health_and_metrics_are_on_a_port_of_their_own() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    for (path, holds) in
        [("/health/live", ""), ("/health/ready", "\"ready\":true"), ("/metrics", "erfa_log_read_only 0")]
    {
        let answer = Person::new(&server.metrics_url).open(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.html.contains(holds), "{path}: {}", answer.html);
        assert_eq!(Person::new(&server.url).open(path).await.status, 404, "{path} is not for everybody");
    }
    for path in ["/", "/sign-in", "/api/forum/v1/arenas"] {
        assert_eq!(Person::new(&server.metrics_url).open(path).await.status, 404, "{path} is not for the monitoring");
    }
}
