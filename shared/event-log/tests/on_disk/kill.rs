//! `kill -9` in the middle of appends from another process: every acknowledged commit is there, whole, and no stream has a
//! gap.
//!
//! The other process is this very test, which finds a directory in its environment then. A failing run is repeated with
//! `ERFA_SEED=<seed> cargo test -p event-log kill`, as far as the moment of a kill can be.

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use event_log::{AppendError, Expected, Filter, Log, READ_EVENTS_MAX, SledLog, SledOptions};
use types::{CommitId, Ids as _, Position, Revision, StreamId, SystemClock, SystemIds};

use crate::common::{Random, commit, seeds, stream};

const ROUNDS: u64 = 100;
const WRITERS: u64 = 6;
const SHARED_STREAM: u64 = 100;
const DIR: &str = "ERFA_TEST_KILL_DIR";
/// No round takes nearly as long.
const ROUND_SECONDS_MAX: u64 = 60;

/// What the other process said that it was answered.
#[derive(Debug)]
pub(crate) struct Acknowledged {
    pub(crate) id: CommitId,
    pub(crate) stream: StreamId,
    pub(crate) first: u64,
    pub(crate) position: u64,
    pub(crate) events: usize,
}

impl Acknowledged {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.strip_prefix("acknowledged ")?.strip_suffix(" .\n")?.split(' ');
        Some(Self {
            id: words.next()?.parse().ok()?,
            stream: words.next()?.parse().ok()?,
            first: words.next()?.parse().ok()?,
            position: words.next()?.parse().ok()?,
            events: words.next()?.parse().ok()?,
        })
    }
}

#[test]
fn acknowledged_commits_survive() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    if let Some(dir) = std::env::var_os(DIR) {
        runtime.block_on(append_for_ever(Path::new(&dir)));
    }
    for seed in seeds([]) {
        runtime.block_on(rounds(&mut Random::new(seed)));
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // The reader is gone when the test has failed; then this process has nothing more to do either.
    if out.write_all(line.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

async fn append_for_ever(dir: &Path) {
    say("opening\n");
    let log = SledLog::open(dir, SledOptions::new(Arc::new(SystemClock))).unwrap();
    say("open\n");
    let writer = |number: u64| {
        let (log, mut random) = (Log::new(log.clone()), Random::new(SystemIds.uuid().as_u128() as u64));
        async move {
            let own = log.read_stream(&stream(number), event_log::Direction::Backward, None, 1).await.unwrap();
            let mut current = own.first().map(|event| event.revision);
            loop {
                let (stream, expected) = match random.below(3) {
                    0 => (stream(SHARED_STREAM), Expected::Any),
                    _ => (stream(number), current.map_or(Expected::NoStream, Expected::Exact)),
                };
                let events = if random.below(20) == 0 { 1 + random.below(600) } else { 1 + random.below(5) };
                let mut commit = commit(&mut random, &stream, expected, events as usize, 200);
                commit.id = CommitId::new(&SystemIds);
                let id = commit.id;
                let appended = log.append(commit).await.unwrap();
                let (first, position) = (appended.first_revision, appended.position);
                say(&format!("acknowledged {id} {stream} {first} {position} {events} .\n"));
                if stream != crate::common::stream(SHARED_STREAM) {
                    current = Some(appended.last_revision);
                }
            }
        }
    };
    let writers: Vec<_> = (0..WRITERS).map(|number| tokio::spawn(writer(number))).collect();
    // None ends but by a failure, which the one who reads this process's output will notice.
    futures_util::future::select_all(writers).await.0.unwrap();
}

fn start(dir: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["kill::acknowledged_commits_survive", "--exact", "--nocapture"])
        .env(DIR, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Lets the other process append, kills it at a random moment, and gives what it said.
fn kill_once(dir: &Path, random: &mut Random) -> Vec<Acknowledged> {
    // Sometimes while it opens the log, sometimes early, sometimes late.
    let enough = [0, random.below(20), random.below(250)][random.below(5).min(2) as usize];
    kill_after(dir, enough, Duration::from_micros(random.below(3_000)))
}

/// Lets the other process append until it was answered so often and a little longer, kills it, and gives what it said.
pub(crate) fn kill_after(dir: &Path, enough: u64, spin: Duration) -> Vec<Acknowledged> {
    let mut child = start(dir);
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let (mut said, mut line, mut opening) = (Vec::new(), String::new(), false);
    let begun = Instant::now();
    loop {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "the other process ended by itself");
        opening |= line == "opening\n";
        said.extend(Acknowledged::parse(&line));
        if opening && said.len() as u64 >= enough {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(ROUND_SECONDS_MAX), "it acknowledges nothing: {said:?}");
    }
    let reached = Instant::now();
    while reached.elapsed() < spin {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it said before it was killed counts, but for a line that it could not finish.
    loop {
        line.clear();
        if lines.read_line(&mut line).unwrap() == 0 {
            return said;
        }
        said.extend(Acknowledged::parse(&line));
    }
}

async fn rounds(random: &mut Random) {
    let dir = tempfile::tempdir().unwrap();
    let (mut all, mut verified) = (Vec::new(), 0);
    for round in 1..=ROUNDS {
        all.extend(kill_once(dir.path(), random));
        // Often one crash follows another without an orderly close in between.
        if round == ROUNDS || random.below(6) == 0 {
            let log = SledLog::open(dir.path(), SledOptions::new(Arc::new(SystemClock))).unwrap();
            verify(&Log::new(log.clone()), &all, verified).await;
            verified = all.len();
            log.close().await;
        }
    }
    println!("{} commits were acknowledged", all.len());
    assert!(all.len() > 100, "the other processes hardly wrote");
}

/// Checks the whole log, and finds each of the newest commits again.
pub(crate) async fn verify(log: &Log, all: &[Acknowledged], verified: usize) {
    let (mut next, mut after) = (HashMap::<StreamId, u64>::new(), Position::START);
    let mut commits = HashMap::<CommitId, (u64, u64, usize)>::new();
    loop {
        let page = log.read_all(after, &Filter::all(), READ_EVENTS_MAX).await.unwrap();
        assert!(page.at_head || page.read_to > after, "a page makes progress");
        for event in page.events {
            assert!(event.position > after);
            let expected = next.entry(event.stream.clone()).or_default();
            assert_eq!(event.revision, Revision::new(*expected), "a gap in {}", event.stream);
            *expected += 1;
            let first = event.revision.get();
            let commit = commits.entry(event.commit).or_insert((first, 0, 0));
            (commit.1, commit.2) = (event.position.get(), commit.2 + 1);
        }
        after = page.read_to;
        if page.at_head {
            break;
        }
    }
    for said in all {
        let Acknowledged { id, first, position, events, .. } = said;
        assert_eq!(commits.get(id), Some(&(*first, *position, *events)), "{said:?} is not there as it was answered");
    }
    for said in &all[verified..] {
        let found = log.find_commit(&said.stream, said.id).await.unwrap();
        assert_eq!(found.map(|found| found.events.len()), Some(said.events), "{said:?}");
    }
    let mut late = commit(&mut Random::new(1), &stream(0), Expected::NoStream, 1, 10);
    late.id = CommitId::new(&SystemIds);
    let refused = log.append(late).await;
    let length = next.get(&stream(0)).copied();
    match refused {
        Err(AppendError::WrongRevision { current, .. }) => {
            assert_eq!(current.map(|current| current.get() + 1), length);
        }
        other => assert!(other.is_ok() && length.is_none(), "{other:?}, {length:?}"),
    }
}
