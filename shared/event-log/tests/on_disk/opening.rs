//! `kill -9` while a log with an index that lags behind is opened and while it is closed, at random moments: so also in the
//! middle of writing the mark, the index and sled's snapshot. Whatever was done before, the next opening has everything.
//! A failing run is repeated with `ERFA_SEED=<seed> cargo test -p event-log opening`, as far as the moment of a kill can be.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use event_log::{Direction, Expected, Filter, Log, READ_EVENTS_MAX, SledLog, SledOptions};
use types::{Position, SystemClock};

use crate::common::{Random, commit, copy, seeds, stream};

const ROUNDS: u64 = 40;
/// So many events lie in the log, each in a stream of its own: more than opening leaves unindexed.
const EVENTS: u64 = 24_000;
const DIR: &str = "ERFA_TEST_OPENING_DIR";
/// In the other process: append first, and wait to be killed.
const FILL: &str = "ERFA_TEST_OPENING_FILL";
const TEST: &str = "opening::a_kill_while_opening_or_closing_costs_nothing";

fn open(dir: &Path) -> SledLog {
    SledLog::open(dir, SledOptions::new(Arc::new(SystemClock))).unwrap()
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    if out.write_all(line.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// The other process.
async fn open_and_close(dir: &Path) {
    say("opening .\n");
    let log = open(dir);
    say("open .\n");
    if std::env::var_os(FILL).is_some() {
        let (writes, mut random, mut under_way) = (Log::new(log.clone()), Random::new(1), Vec::new());
        for number in 0..EVENTS {
            let commit = commit(&mut random, &stream(number), Expected::NoStream, 1, 100);
            under_way.push(writes.submit(commit).await.unwrap());
        }
        for pending in under_way {
            pending.await.unwrap();
        }
        say("filled .\n");
        std::future::pending::<()>().await;
    }
    say("closing .\n");
    log.close().await;
    say("closed .\n");
}

struct Other {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Other {
    fn start(dir: &Path, fill: bool) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([TEST, "--exact", "--nocapture"]).env(DIR, dir).stdout(Stdio::piped());
        if fill {
            command.env(FILL, "1");
        }
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// Waits until it says this, and gives how long that took.
    fn wait_for(&mut self, what: &str) -> Duration {
        let begun = Instant::now();
        let mut line = String::new();
        while line.trim_end() != format!("{what} .") {
            line.clear();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "the other process ended before it was {what}");
        }
        begun.elapsed()
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A log with much that is not indexed, as a killed process left it.
fn lagging() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut other = Other::start(dir.path(), true);
    other.wait_for("filled");
    other.kill();
    dir
}

async fn verify(dir: &Path, random: &mut Random) {
    let log = open(dir);
    let reads = Log::new(log.clone());
    let (mut after, mut found) = (Position::START, 0);
    loop {
        let page = reads.read_all(after, &Filter::all(), READ_EVENTS_MAX).await.unwrap();
        (after, found) = (page.read_to, found + page.events.len() as u64);
        if page.at_head {
            break;
        }
    }
    assert_eq!(found, EVENTS);
    for _ in 0..200 {
        let stream = stream(random.below(EVENTS));
        let events = reads.read_stream(&stream, Direction::Forward, None, 10).await.unwrap();
        assert_eq!(events.len(), 1, "`{stream}`");
        assert!(reads.find_commit(&stream, events[0].commit).await.unwrap().is_some());
    }
    assert_eq!(log.stats().unwrap().streams, EVENTS);
    log.close().await;
}

async fn rounds(random: &mut Random) {
    let lagging = lagging();
    let fresh = || {
        let dir = tempfile::tempdir().unwrap();
        copy(lagging.path(), dir.path());
        dir
    };
    let whole = fresh();
    let mut other = Other::start(whole.path(), false);
    other.wait_for("opening");
    let (opening, closing) = (other.wait_for("open"), other.wait_for("closed"));
    assert!(other.child.wait().unwrap().success());
    println!("opening takes {opening:?}, closing {closing:?}");

    let (mut dir, mut kills) = (fresh(), [0, 0]);
    for _ in 0..ROUNDS {
        let mut other = Other::start(dir.path(), false);
        let phase = random.below(2) as usize;
        other.wait_for(["opening", "closing"][phase]);
        let moment = [opening, closing][phase].mul_f64(random.below(1_000) as f64 / 1_000.0);
        let reached = Instant::now();
        while reached.elapsed() < moment {
            std::hint::spin_loop();
        }
        other.kill();
        kills[phase] += 1;
        // Often one kill follows another.
        if random.below(5) == 0 {
            verify(dir.path(), random).await;
            dir = fresh();
        }
    }
    verify(dir.path(), random).await;
    println!("{} kills while opening, {} while closing", kills[0], kills[1]);
}

#[test]
fn a_kill_while_opening_or_closing_costs_nothing() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    if let Some(dir) = std::env::var_os(DIR) {
        runtime.block_on(open_and_close(Path::new(&dir)));
        return;
    }
    for seed in seeds([]) {
        runtime.block_on(rounds(&mut Random::new(seed)));
    }
}
