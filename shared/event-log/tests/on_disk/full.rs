//! A disk that is really full: a small file system in memory, filled under load. Nothing acknowledged is lost, refusals say
//! what to do, reading and following go on, and when there is room the log takes commits again by itself.
//!
//! The test runs itself again with a file system of its own, for which the system must let it mount one.

use std::{
    fs::{self, File},
    io::Write as _,
    os::unix::fs::MetadataExt as _,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use event_log::{
    AppendError, Appended, Commit, Expected, Filter, Followed, Log, READ_EVENTS_MAX, ReadError, Recorded, SledLog,
    SledOptions,
};
use futures_util::StreamExt as _;
use types::{Position, SystemClock};

use crate::common::{Random, commit, paths, seeds, stream};

const DISK_BYTES: u64 = 192 * 1024 * 1024;
/// What the log may still write before the disk is full.
const LEFT_BYTES: u64 = 14 * 1024 * 1024;
const LITTLE_BYTES: u64 = 8 * 1024 * 1024;
/// Longer than the log needs to look for room twice.
const STAYS_FULL: Duration = Duration::from_millis(2_500);
const FILLINGS: u64 = 3;
const WRITERS: u64 = 4;
const DIR: &str = "ERFA_TEST_FULL_DIR";
const TEST: &str = "full::a_full_disk_costs_nothing_and_the_log_recovers";
/// Recovering takes seconds.
const RECOVERY_SECONDS_MAX: u64 = 60;

fn open(dir: &Path) -> SledLog {
    let mut options = SledOptions::new(Arc::new(SystemClock));
    // So that reading goes to the disk.
    options.cache_bytes = 1024 * 1024;
    SledLog::open(dir, options).unwrap()
}

#[test]
fn a_full_disk_costs_nothing_and_the_log_recovers() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    if let Some(dir) = std::env::var_os(DIR) {
        for seed in seeds([]) {
            runtime.block_on(fillings(Path::new(&dir), seed));
        }
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let script = format!(r#"mount -t tmpfs -o size={DISK_BYTES} erfa-test "$1" && shift && echo mounted && exec "$@""#);
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", &script, "sh"]).arg(dir.path());
    command.arg(std::env::current_exe().unwrap()).args([TEST, "--exact", "--nocapture"]).env(DIR, dir.path());
    let ran = command.output().unwrap_or_else(|error| panic!("`unshare` of util-linux is needed: {error}"));
    let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(
        out.starts_with("mounted"),
        "this test mounts a file system of its own; run it as root, or let users have namespaces: {err}"
    );
    println!("{out}{err}");
    assert!(ran.status.success(), "{}", ran.status);
}

/// Leaves so little room that the disk is soon full.
fn take_room(dir: &Path) {
    let used: u64 = paths(dir).into_iter().map(|path| fs::metadata(path).unwrap().blocks() * 512).sum();
    let mut ballast = File::create(dir.join("ballast")).unwrap();
    let chunk = vec![7; 1 << 20];
    for _ in 0..(DISK_BYTES - LEFT_BYTES).saturating_sub(used) >> 20 {
        ballast.write_all(&chunk).unwrap();
    }
}

/// Appends until the log refuses, and gives what was acknowledged and what was not.
async fn write_until_refused(log: Log, writer: u64, seed: u64) -> (Vec<(Commit, Appended)>, Commit, AppendError) {
    let (mut random, mut acknowledged) = (Random::new(seed), Vec::new());
    loop {
        let events = 1 + random.below(40) as usize;
        let commit = commit(&mut random, &stream(writer), Expected::Any, events, 2_000);
        match log.append(commit.clone()).await {
            Ok(appended) => acknowledged.push((commit, appended)),
            Err(error) => return (acknowledged, commit, error),
        }
    }
}

async fn everything(log: &Log) -> Result<Vec<Arc<Recorded>>, ReadError> {
    let (mut all, mut after) = (Vec::new(), Position::START);
    loop {
        let page = log.read_all(after, &Filter::all(), READ_EVENTS_MAX).await?;
        all.extend(page.events);
        after = page.read_to;
        if page.at_head {
            return Ok(all);
        }
    }
}

async fn check(log: &Log, acknowledged: &[(Commit, Appended)]) -> Result<(), ReadError> {
    let all = everything(log).await?;
    assert!(all.iter().zip(1..).all(|(event, position)| event.position.get() == position), "positions have no gap");
    for (commit, appended) in acknowledged {
        let last = appended.position.get() as usize;
        let stored = &all[last - commit.events.len()..last];
        assert!(stored.iter().zip(&commit.events).all(|(stored, event)| stored.id == event.id), "{appended:?}");
        let found = log.find_commit(&commit.stream, commit.id).await?;
        assert_eq!(found.map(|found| found.events.len()), Some(commit.events.len()), "{appended:?}");
    }
    Ok(())
}

/// Sends the commit until it is taken.
async fn insist(log: &Log, commit: &Commit) -> Appended {
    let begun = Instant::now();
    loop {
        match log.append(commit.clone()).await {
            Ok(appended) => return appended,
            Err(error) => assert!(
                error.may_retry() && begun.elapsed() < Duration::from_secs(RECOVERY_SECONDS_MAX),
                "no recovery: {error}"
            ),
        }
        tokio::task::yield_now().await;
    }
}

async fn fillings(dir: &Path, seed: u64) {
    let disk = open(&dir.join("log"));
    let log = Log::new(disk.clone());
    let heard = Arc::new(AtomicU64::new(0));
    let (mut follower, theirs) = (log.follow(Position::START, Filter::all()), Arc::clone(&heard));
    let following = tokio::spawn(async move {
        while let Some(followed) = follower.next().await {
            if let Followed::Event(event) = followed.expect("the follower goes on") {
                assert_eq!(event.position.get(), theirs.load(Ordering::SeqCst) + 1, "once, and in order");
                theirs.store(event.position.get(), Ordering::SeqCst);
            }
        }
    });
    let mut acknowledged = Vec::new();
    for filling in 0..FILLINGS {
        take_room(dir);
        let writers = (0..WRITERS).map(|writer| {
            tokio::spawn(write_until_refused(log.clone(), writer, seed.wrapping_add(filling * WRITERS + writer)))
        });
        let mut unknown = Vec::new();
        for writer in futures_util::future::join_all(writers).await {
            let (written, commit, error) = writer.unwrap();
            acknowledged.extend(written);
            assert!(error.may_retry() && error.to_string().contains("make room on the disk"), "{error}");
            unknown.push(commit);
        }
        println!("filling {filling}: {} commits are acknowledged", acknowledged.len());
        assert!(disk.read_only().is_some_and(|reason| reason.contains("by itself")), "{:?}", disk.read_only());
        assert!(disk.stats().unwrap().read_only.is_some());
        // sled may refuse pages that it could not write. Nobody has seen it yet.
        let read = check(&log, &acknowledged).await;
        assert!(matches!(read, Ok(()) | Err(ReadError::Unavailable { .. })), "{read:?}");
        println!("  reading everything meanwhile: {read:?}");

        // A little room is not enough, and the log does not try itself out on it.
        let ballast = File::options().write(true).open(dir.join("ballast")).unwrap();
        ballast.set_len(ballast.metadata().unwrap().len() - LITTLE_BYTES).unwrap();
        drop(ballast);
        let begun = Instant::now();
        while begun.elapsed() < STAYS_FULL {
            let refused = log.append(unknown[0].clone()).await.unwrap_err();
            assert!(matches!(refused, AppendError::ReadOnly { .. }), "{refused}");
            tokio::task::yield_now().await;
        }

        fs::remove_file(dir.join("ballast")).unwrap();
        let begun = Instant::now();
        for commit in unknown {
            let appended = insist(&log, &commit).await;
            acknowledged.push((commit, appended));
        }
        println!("  it took commits again after {:?}", begun.elapsed());
        assert!(disk.read_only().is_none() && disk.stats().unwrap().read_only.is_none());
        check(&log, &acknowledged).await.unwrap();
    }
    let head = log.head().await.unwrap().get();
    disk.close().await;
    following.await.unwrap();
    assert_eq!(heard.load(Ordering::SeqCst), head, "the follower has heard everything");
    let disk = open(&dir.join("log"));
    check(&Log::new(disk.clone()), &acknowledged).await.unwrap();
    disk.close().await;
}
