//! The rehearsal: a backup that follows under load, a database that is destroyed, and Erfa as it was, from the backup.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use contracts::forum::ArenaAccess;
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Inhabitant, Person, Server, Socket, World, erfa, run};
use tokio::task::JoinSet;

const WRITERS: usize = 6;
/// So many posts are acknowledged before a look at the log says up to where the backup has to come.
const POSTS: usize = 60;
/// How long the writers may take for that.
const PATIENCE: Duration = Duration::from_secs(60);

/// A backup that follows.
struct Following {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Following {
    fn start(data: &Path, backup: &Path) -> Self {
        let mut command = erfa(&["log", "backup", backup.to_str().unwrap(), "--follow", "--json", "--data"]);
        let mut child = command.arg(data).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// What it says once it is durable up to this position.
    fn until(&mut self, position: u64) -> Value {
        loop {
            let said: Value = serde_json::from_str(&self.lines.next().expect("it goes on").unwrap()).unwrap();
            if said["position"].as_u64().unwrap() >= position {
                return said;
            }
        }
    }

    /// Ends it as Ctrl-C does. Gives the last that it says, if it says anything more, and its exit code.
    fn interrupt(&mut self) -> (Option<Value>, Option<i32>) {
        let sent = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
        let last = self.lines.by_ref().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).last();
        (last, self.child.wait().unwrap().code())
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// People who write in one thread until they are told to stop, and what of that was acknowledged.
struct Writers {
    tasks: JoinSet<()>,
    stop: Arc<AtomicBool>,
    acknowledged: Arc<Mutex<BTreeSet<String>>>,
}

impl Writers {
    fn start(server: &Server, people: &[Inhabitant], path: &str) -> Self {
        let (stop, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::<Mutex<BTreeSet<_>>>::default());
        let mut tasks = JoinSet::new();
        for (writer, inhabitant) in people.iter().enumerate() {
            let author = Person::with_token(&server.url, &inhabitant.token);
            let (path, stop, acknowledged) = (path.to_owned(), stop.clone(), acknowledged.clone());
            tasks.spawn(async move {
                for number in 0.. {
                    let body = format!("inlägg {writer}-{number}");
                    let request = author.request(Method::POST, &path).json(&json!({ "body": body }));
                    match request.send().await {
                        Ok(response) if response.status() == 201 => {
                            acknowledged.lock().unwrap().insert(body);
                        }
                        Ok(response) if response.status().is_server_error() || response.status() == 429 => {}
                        Ok(response) => panic!("refused: {}", response.status()),
                        Err(_) => return,
                    }
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                }
            });
        }
        Self { tasks, stop, acknowledged }
    }

    /// What was acknowledged, once it is so many.
    async fn until(&self, posts: usize) -> BTreeSet<String> {
        let enough = async {
            loop {
                let acknowledged = self.acknowledged.lock().unwrap().clone();
                if acknowledged.len() >= posts {
                    return acknowledged;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, enough).await.expect("the writers get on")
    }

    async fn end(self) {
        self.stop.store(true, Ordering::SeqCst);
        self.tasks.join_all().await;
    }
}

fn destroy(data: &Path) {
    let path = data.join("log/db/db");
    let length = fs::metadata(&path).unwrap().len();
    fs::write(&path, vec![0xA5; usize::try_from(length).unwrap()]).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_backup_reported_is_there_after_the_database_was_destroyed() {
    let above = tempfile::tempdir().unwrap();
    let (data, backup) = (above.path().join("data"), above.path().join("backup"));
    let (arena, people) = World::write(&data, async |world| {
        let agency = world.agency("Amyndigheten").await;
        let mut people = Vec::new();
        for _ in 0..WRITERS {
            people.push(world.person(agency, &[]).await);
        }
        let members: Vec<_> = people.iter().map(|inhabitant| inhabitant.person).collect();
        (world.arena("Övning", ArenaAccess::Open, &members).await, people)
    })
    .await;
    let server = Server::start(&data);
    let opener = Person::with_token(&server.url, &people[0].token);
    let thread = json!({"kind": "discussion", "title": "Övning", "body": "Början."});
    let (_, thread) = opener.api(Method::POST, &format!("/api/forum/v1/arenas/{arena}/threads"), Some(&thread)).await;
    let old_cursor = thread["cursor"].as_str().unwrap().to_owned();
    let thread = thread["id"].as_str().unwrap().to_owned();
    let posts = format!("/api/forum/v1/threads/{thread}/posts");
    assert_eq!(opener.api(Method::GET, &posts, None).await.0, 200, "the thread is known");

    let mut following = Following::start(&data, &backup);
    let writers = Writers::start(&server, &people, &posts);
    let acknowledged = writers.until(POSTS).await;
    let head = run(&data, &["log", "stats", "--json"]).json()["head"].as_u64().unwrap();
    let reported = tokio::task::block_in_place(|| following.until(head));
    server.kill();
    writers.end().await;
    let (last, code) = tokio::task::block_in_place(|| following.interrupt());
    assert_eq!(code, Some(0), "it is ended in an orderly way though its server is away");
    let last = last.unwrap_or(reported);

    destroy(&data);
    let refused = run(&data, &["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    let restore = ["log", "restore", backup.to_str().unwrap(), "--json"];
    let occupied = run(&data, &restore[..3]).refused();
    assert!(occupied.contains("never writes over a log"), "{occupied}");
    fs::rename(data.join("log"), above.path().join("destroyed")).unwrap();
    let restored = run(&data, &restore).json();
    assert_eq!((&restored["position"], &restored["chain"]), (&last["position"], &last["chain"]));
    assert!(restored["position"].as_u64().unwrap() >= head);
    let verified = run(&data, &["log", "verify", "--json"]).json();
    assert_eq!((&verified["head"], &verified["chain"]), (&restored["position"], &restored["chain"]));
    assert_ne!(verified["epoch"], verified["origin"], "it is a new life of the same log");

    let server = Server::start(&data);
    let running = run(&data, &["log", "verify", "--json"]).json();
    assert_eq!(running["chain"], restored["chain"], "the server verifies as well");
    let mut socket = Socket::connect(server.address(), "forum", &people[0].token).await;
    let topic = format!("thread/{thread}");
    socket.subscribe(1, &topic, &old_cursor, "event").await;
    let refused = socket.until("err").await;
    assert_eq!(refused["problem"]["status"], 410, "{refused}");
    socket.subscribe(2, &topic, "start", "event").await;
    let mut missing = acknowledged;
    while !missing.is_empty() {
        let frame = socket.next().await.expect("the socket stays open");
        if let Some(body) = frame["e"]["data"]["body"].as_str() {
            missing.remove(body);
        }
        socket.send(json!({"t": "ack", "s": 2, "c": frame["c"]})).await;
    }
    let reader = Person::with_token(&server.url, &people[0].token);
    let old = reader.request(Method::GET, &posts).header("erfa-at-least", &old_cursor).send().await.unwrap();
    assert!(old.status().is_client_error(), "a cursor of the former life is refused: {}", old.status());
    let (status, answer) = reader.api(Method::POST, &posts, Some(&json!({"body": "Det går vidare."}))).await;
    assert_eq!(status, 201, "{answer}");

    let again = run(&data, &["log", "backup", backup.to_str().unwrap(), "--json"]).json();
    let stats = run(&data, &["log", "stats", "--json"]).json();
    assert_eq!((&again["position"], &again["chain"]), (&stats["head"], &stats["chain"]), "the backup goes on");
    assert_eq!(server.stop(), Some(0));
}
