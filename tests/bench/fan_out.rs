//! From a post to the frames that it causes, in a thread that many sockets read.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use contracts::forum::ArenaAccess;
use futures_util::StreamExt as _;
use hdrhistogram::Histogram;
use reqwest::Method;
use serde_json::json;
use system_tests::{Inhabitant, Person, Server, Socket, World};
use tokio::{sync::Notify, task::JoinSet, time::MissedTickBehavior};
use tokio_tungstenite::{connect_async, tungstenite::Message};

use crate::{bare_writer::BareWriter, report::Report};

/// As many as a person may have.
const SOCKETS_PER_PERSON: usize = 8;
/// How long the last frames may be on their way.
const GRACE: Duration = Duration::from_secs(10);

pub(crate) struct Plan {
    pub(crate) sockets: usize,
    pub(crate) posts_per_second: u32,
    pub(crate) time: Duration,
}

pub(crate) async fn measure(report: &mut Report, data: &Path, plan: &Plan) {
    let bare = bare(plan).await;
    let erfa = erfa(&data.join("fan-out"), plan).await;
    let Plan { sockets, posts_per_second, .. } = plan;
    let name = |what: &str| format!("fan-out, {sockets} sockets, {posts_per_second} posts/s: {what}");
    let millis = |histogram: &Histogram<u64>, quantile| histogram.value_at_quantile(quantile) as f64 / 1_000.0;
    for (quantile, label) in [(0.5, "post to frame p50"), (0.99, "post to frame p99")] {
        report.add(name(label), millis(&erfa.latency, quantile), "ms", Some(millis(&bare.latency, quantile)));
    }
    report.add(name("frames"), erfa.latency.len() as f64, "frames", Some(bare.latency.len() as f64));
    report.add(name("acknowledged p99"), millis(&erfa.acknowledged, 0.99), "ms", None);
}

struct Outcome {
    latency: Histogram<u64>,
    acknowledged: Histogram<u64>,
}

/// What the sockets heard so far, and of how much.
struct Heard {
    start: Instant,
    frames: AtomicU64,
    expected: AtomicU64,
    all: Notify,
}

impl Heard {
    fn new() -> Arc<Self> {
        let zero = || AtomicU64::new(0);
        Arc::new(Self { start: Instant::now(), frames: zero(), expected: zero(), all: Notify::new() })
    }

    /// The mark that a post carries, so that a frame tells when it was posted.
    fn mark(&self) -> String {
        format!("sent-at={};", self.start.elapsed().as_micros())
    }

    /// Records a frame that carries a mark.
    fn frame(&self, text: &str, latency: &mut Histogram<u64>) {
        let Some((_, mark)) = text.split_once("sent-at=") else { return };
        let Some(sent_at) = mark.split(';').next().and_then(|micros| micros.parse::<u64>().ok()) else { return };
        latency.record((self.start.elapsed().as_micros() as u64).saturating_sub(sent_at)).expect("a histogram grows");
        if self.frames.fetch_add(1, Ordering::SeqCst) + 1 == self.expected.load(Ordering::SeqCst) {
            self.all.notify_one();
        }
    }

    async fn wait(&self, expected: u64) {
        self.expected.store(expected, Ordering::SeqCst);
        if self.frames.load(Ordering::SeqCst) < expected {
            let waited = tokio::time::timeout(GRACE, self.all.notified()).await;
            let heard = self.frames.load(Ordering::SeqCst);
            assert!(waited.is_ok() || heard == expected, "only {heard} of {expected} frames came");
        }
    }
}

async fn pace(plan: &Plan, mut post: impl AsyncFnMut()) -> u64 {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / plan.posts_per_second);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (start, mut posts) = (Instant::now(), 0);
    while start.elapsed() < plan.time {
        ticks.tick().await;
        post().await;
        posts += 1;
    }
    posts
}

fn merge(histograms: Vec<Histogram<u64>>) -> Histogram<u64> {
    histograms.into_iter().fold(histogram(), |mut sum, one| {
        sum.add(one).expect("the same kind of histogram");
        sum
    })
}

fn histogram() -> Histogram<u64> {
    Histogram::new(3).expect("three digits are allowed")
}

async fn bare(plan: &Plan) -> Outcome {
    let mut writer = BareWriter::start(plan.sockets);
    let (heard, mut readers) = (Heard::new(), JoinSet::new());
    for _ in 0..plan.sockets {
        let (mut socket, _) = connect_async(format!("ws://{}", writer.address)).await.expect("the writer accepts");
        let heard = heard.clone();
        readers.spawn(async move {
            let mut latency = histogram();
            while let Some(Ok(Message::Text(text))) = socket.next().await {
                heard.frame(&text, &mut latency);
            }
            latency
        });
    }
    let posts = pace(plan, async || writer.send(&heard.mark())).await;
    heard.wait(posts * plan.sockets as u64).await;
    drop(writer);
    Outcome { latency: merge(readers.join_all().await), acknowledged: histogram() }
}

async fn erfa(data: &Path, plan: &Plan) -> Outcome {
    let _ = std::fs::remove_dir_all(data);
    let (arena, people) = World::write(data, async |world| {
        let agency = world.agency("Mätmyndigheten").await;
        let mut people = Vec::<Inhabitant>::new();
        for _ in 0..plan.sockets.div_ceil(SOCKETS_PER_PERSON) + 1 {
            people.push(world.person(agency, &[]).await);
        }
        let members: Vec<_> = people.iter().map(|inhabitant| inhabitant.person).collect();
        (world.arena("Mätning", ArenaAccess::Open, &members).await, people)
    })
    .await;
    let server = Server::start(data);
    let author = Person::with_token(&server.url, &people[0].token);
    let thread = json!({"kind": "discussion", "title": "Mätning", "body": "Första inlägget."});
    let (status, thread) =
        author.api(Method::POST, &format!("/api/forum/v1/arenas/{arena}/threads"), Some(&thread)).await;
    assert_eq!(status, 201, "{thread}");
    let thread = thread["id"].as_str().expect("a thread has an id").to_owned();

    let (heard, mut readers) = (Heard::new(), JoinSet::new());
    for number in 0..plan.sockets {
        let reader = &people[1 + number / SOCKETS_PER_PERSON];
        let mut socket = Socket::connect(server.address(), "forum", &reader.token).await;
        socket.subscribe(1, &format!("thread/{thread}"), "now", "event").await;
        socket.until("live").await;
        let heard = heard.clone();
        readers.spawn(async move {
            let mut latency = histogram();
            while let Some(text) = socket.next_text().await {
                heard.frame(&text, &mut latency);
                socket.acknowledge(1, &text).await;
            }
            latency
        });
    }
    let path = format!("/api/forum/v1/threads/{thread}/posts");
    let mut acknowledged = histogram();
    let posts = pace(plan, async || {
        let before = Instant::now();
        let body = format!("{} {}", heard.mark(), "Ett inlägg av vanlig längd. ".repeat(4));
        let (status, answer) = author.api(Method::POST, &path, Some(&json!({"body": body}))).await;
        assert_eq!(status, 201, "{answer}");
        acknowledged.record(before.elapsed().as_micros() as u64).expect("a histogram grows");
    })
    .await;
    heard.wait(posts * plan.sockets as u64).await;
    server.kill();
    std::fs::remove_dir_all(data).expect("the directory is ours");
    Outcome { latency: merge(readers.join_all().await), acknowledged }
}
