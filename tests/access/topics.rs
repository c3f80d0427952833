//! What can be listened to: every topic, for everybody, in every class of arena, held against the same table as the routes.

use std::collections::BTreeSet;

use access::Keys;
use serde_json::Value;
use system_tests::{Server, Socket, World};

use crate::{
    ask::Asker,
    cast::{Cast, Credentials, Scene, thing},
    published::SERVICES,
    setting,
    table::{Answer, CLASSES, Policy},
};

/// A kind of topic.
pub(crate) struct Topic {
    pub(crate) service: &'static str,
    /// A topic is `<kind>/<id>`.
    pub(crate) kind: &'static str,
    /// Of which thing of the scene.
    pub(crate) thing: &'static str,
    /// By which rule of `policy.txt` it is opened.
    rule: &'static str,
}

/// All of them. A new one is a row here.
pub(crate) const TOPICS: [Topic; 2] = [
    Topic { service: "forum", kind: "thread", thing: "thread", rule: "live.content" },
    Topic { service: "forum", kind: "arena", thing: "arena", rule: "live.content" },
];

/// The rules that the rows go by.
pub(crate) fn rules<'r>() -> impl Iterator<Item = &'r str> {
    TOPICS.iter().map(|topic| topic.rule)
}

/// One question.
struct Cell<'t> {
    topic: &'static Topic,
    role: &'t str,
    class: &'static str,
    expected: &'t Answer,
    who: Credentials,
    /// The topic's name.
    name: String,
}

impl Cell<'_> {
    /// With what it is asked: a token where there is one, and a cookie. What a token may not do, its person's browser may.
    fn ways(&self) -> Vec<bool> {
        let by_token = self.who.token.is_some();
        let by_cookie = !by_token || !["reader", "writer"].contains(&self.role);
        [true, false].into_iter().filter(|token| if *token { by_token } else { by_cookie }).collect()
    }

    /// What is wrong with what was answered.
    async fn faults(&self, address: &str) -> Vec<String> {
        let mut faults = Vec::new();
        for by_token in self.ways() {
            for form in ["event", "html"] {
                let given = self.ask(address, by_token, form).await;
                if given != Ok(self.expected.clone()) {
                    let Self { topic, role, class, expected, .. } = self;
                    let way = if by_token { "token" } else { "cookie" };
                    faults.push(format!(
                        "{} topic {} as {form}, {role} by {way}, {class}: expected {expected:?}, was answered {given:?}",
                        topic.service, topic.kind
                    ));
                }
            }
        }
        faults
    }

    async fn ask(&self, address: &str, by_token: bool, form: &str) -> Result<Answer, String> {
        let service = self.topic.service;
        let connected = match self.who.token.as_deref().filter(|_| by_token) {
            Some(token) => Socket::try_connect(address, service, token).await,
            None => Socket::try_connect_in_browser(address, service, &self.who.cookies).await,
        };
        let mut socket = match connected {
            Ok(socket) => socket,
            Err(code) => return code.map(Answer::Status).ok_or_else(|| "no answer".to_owned()),
        };
        socket.subscribe(1, &self.name, "start", form).await;
        let mut told = 0;
        loop {
            let frame = socket.next().await.ok_or("the socket was closed")?;
            match frame["t"].as_str().unwrap_or_default() {
                "err" => return status(&frame),
                "ev" | "html" => told += 1,
                // Whoever may listen is told what there is.
                "live" if told > 0 => return Ok(Answer::Ok),
                "live" => return Err("nothing was told".to_owned()),
                _ => {}
            }
        }
    }
}

fn status(refusal: &Value) -> Result<Answer, String> {
    let status = refusal["problem"]["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    status.map(Answer::Status).ok_or_else(|| refusal.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_hears_of_what_the_table_says() {
    let policy = Policy::read();
    let data = tempfile::tempdir().expect("there is room for it");
    let keys = Keys::open(data.path()).expect("keys can be made");
    let cells = World::write(data.path(), async |world| {
        let mut cast = Cast::enter(world, keys).await;
        let mut cells = Vec::new();
        for class in CLASSES {
            let scene: Scene = cast.scene(class, None).await;
            for role in policy.listeners() {
                let (_, who) = cast.credentials(role).await;
                for topic in &TOPICS {
                    let expected = policy.expected(topic.rule, class, role);
                    let name = format!("{}/{}", topic.kind, thing(&scene, topic.thing));
                    cells.push(Cell { topic, role, class, expected, who: who.clone(), name });
                }
            }
        }
        cells
    })
    .await;
    let server: Server = tokio::task::block_in_place(|| setting::start(data.path()));
    let mut faults = Vec::new();
    for cell in &cells {
        faults.extend(cell.faults(server.address()).await);
    }
    assert!(faults.is_empty(), "{} of {} cells:\n{}", faults.len(), cells.len(), faults.join("\n"));
}

/// Whether the table has a row for each kind of topic, and each row is one.
#[test]
fn every_kind_of_topic_has_a_row_and_every_row_a_kind() {
    let rows: BTreeSet<_> = TOPICS.iter().map(|topic| (topic.service, topic.kind)).collect();
    let of_service =
        |service: &'static crate::published::Service| (service.topics)().iter().map(move |kind| (service.name, *kind));
    let declared: BTreeSet<_> = SERVICES.iter().flat_map(of_service).collect();
    assert_eq!(rows, declared, "every kind of topic that a service declares is a row in tests/access/topics.rs");
}

/// A service that says it has no topics has nothing to listen to.
#[tokio::test]
async fn whoever_declares_no_topics_has_no_socket() {
    let data = tempfile::tempdir().expect("there is room for it");
    let server = Server::start(data.path());
    let asker = Asker::new(&server.url);
    for service in &SERVICES {
        let path = format!("/api/{}/v1/live", service.name);
        let status = asker.bare(reqwest::Method::GET, &path).send().await.expect("the server answers").status();
        assert_eq!(status == 404, (service.topics)().is_empty(), "{path}: {status}");
    }
}
