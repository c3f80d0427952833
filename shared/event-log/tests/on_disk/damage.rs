//! Flipped bytes, truncated and emptied files at random places of logs that were closed in an orderly way and of logs whose
//! process was killed: either everything that was acknowledged can still be read, or opening or reading says what is wrong
//! and what to do. A failing round is repeated with `ERFA_SEED=<seed> cargo test -p event-log damage`.

use std::{
    collections::{BTreeMap, HashMap},
    fs::{self, File},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use event_log::{
    Direction, Expected, Filter, Log, OpenError, READ_EVENTS_MAX, ReadError, Recorded, SledLog, SledOptions,
};
use tempfile::TempDir;
use types::{CommitId, Position, StreamId, SystemClock};

use crate::{
    common::{Random, commit, copy, paths, seeds, stream},
    kill::kill_after,
};

/// Damages of each of the logs.
const ROUNDS: u64 = 100;
/// Of sled's file.
const SEGMENT_BYTES: usize = 16 * 1024 * 1024;
const WAYS_OUT: [&str; 2] = ["`erfa log restore`", "start a newer Erfa"];

fn open(dir: &Path) -> Result<SledLog, OpenError> {
    SledLog::open(dir, SledOptions::new(Arc::new(SystemClock)))
}

/// A log, and what was acknowledged of it.
struct Sample {
    dir: TempDir,
    acknowledged: Vec<Arc<Recorded>>,
}

async fn everything(log: &Log) -> Result<Vec<Arc<Recorded>>, ReadError> {
    let (mut all, mut after) = (Vec::new(), Position::START);
    loop {
        let page = log.read_all(after, &Filter::all(), READ_EVENTS_MAX).await?;
        assert!(page.at_head || page.read_to > after, "a page makes progress");
        all.extend(page.events);
        after = page.read_to;
        if page.at_head {
            return Ok(all);
        }
    }
}

async fn fill(log: &SledLog, random: &mut Random, commits: u64) {
    let log = Log::new(log.clone());
    for _ in 0..commits {
        let (stream, events) = (stream(random.below(9)), 1 + random.below(30) as usize);
        let bytes = if random.below(4) == 0 { 12_000 } else { 300 };
        log.append(commit(random, &stream, Expected::Any, events, bytes)).await.unwrap();
    }
}

/// A log of several segments that was opened `times` times and closed in an orderly way each time.
async fn closed(times: u64) -> Sample {
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for time in 0..times {
        let log = open(dir.path()).unwrap();
        fill(&log, &mut Random::new(time), 320 / times).await;
        acknowledged = everything(&Log::new(log.clone())).await.unwrap();
        log.close().await;
    }
    Sample { dir, acknowledged }
}

/// A log whose process was killed while it wrote.
async fn killed() -> Sample {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path()).unwrap();
    fill(&log, &mut Random::new(1), 100).await;
    let mut acknowledged = everything(&Log::new(log.clone())).await.unwrap();
    log.close().await;
    let last = kill_after(dir.path(), 600, Duration::ZERO).into_iter().map(|said| said.position).max().unwrap();
    let whole = tempfile::tempdir().unwrap();
    copy(dir.path(), whole.path());
    let log = open(whole.path()).unwrap();
    acknowledged.splice(.., everything(&Log::new(log.clone())).await.unwrap());
    acknowledged.retain(|event| event.position.get() <= last);
    assert_eq!(acknowledged.last().map(|event| event.position.get()), Some(last));
    log.close().await;
    Sample { dir, acknowledged }
}

fn anywhere(dir: &Path, random: &mut Random) -> String {
    let files: Vec<PathBuf> = paths(dir).into_iter().filter(|path| fs::metadata(path).unwrap().len() > 0).collect();
    let database = dir.join("db/db");
    let path = match random.below(2) {
        0 => &database,
        _ => &files[random.below(files.len() as u64) as usize],
    };
    let file = File::options().read(true).write(true).open(path).unwrap();
    let content = fs::read(path).unwrap();
    let used = content.iter().rposition(|byte| *byte != 0).map_or(1, |last| last as u64 + 1);
    let name = path.strip_prefix(dir).unwrap().display();
    let at = random.below(used);
    match random.below(10) {
        0 => {
            file.set_len(0).unwrap();
            format!("{name} was emptied")
        }
        1 | 2 => {
            file.set_len(at).unwrap();
            format!("{name} was cut off at {at} of {used}")
        }
        3 => {
            let length = 4_096.min(used - at);
            file.write_all_at(&vec![0; length as usize], at).unwrap();
            format!("{length} bytes of {name} at {at} of {used} were zeroed")
        }
        _ => {
            let change = 1 << random.below(8);
            file.write_all_at(&[content[at as usize] ^ change], at).unwrap();
            format!("a bit of {name} was flipped at {at} of {used}")
        }
    }
}

const TOLD: &str = "told while reading";

/// Whoever reads is told where the damage lies; what lies before it can still be read.
async fn told(log: &Log, acknowledged: &[Arc<Recorded>], error: &ReadError) -> String {
    let ReadError::Damaged { position, .. } = error else { panic!("{error}") };
    assert!(error.to_string().contains(WAYS_OUT[0]), "{error}");
    let (mut found, before) = (Vec::new(), position.get().saturating_sub(1).min(acknowledged.len() as u64));
    while (found.len() as u64) < before {
        let after = found.last().map_or(Position::START, |event: &Arc<Recorded>| event.position);
        let room = (before as usize - found.len()).min(READ_EVENTS_MAX);
        match log.read_all(after, &Filter::all(), room).await {
            Ok(page) => found.extend(page.events),
            // A stream or a commit was read before, and what it told lies further on.
            Err(ReadError::Damaged { position, .. }) => {
                assert_eq!(position.get(), found.len() as u64 + 1, "the position of the damage");
                break;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(acknowledged.starts_with(&found), "what was read before the damage is as it was written");
    TOLD.to_owned()
}

/// Every file and its content, but for sled's snapshots: those are made again from its file.
fn evidence(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let is_snapshot = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("snap."));
    let files = paths(dir).into_iter().filter(|path| !is_snapshot(path));
    files.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// Whether everything is there that could be salvaged from. Where damage lies that sled does not read again when it opens,
/// it may have written at its end, and given up segments without a page.
fn is_kept(before: &[u8], now: &[u8]) -> bool {
    now.len() >= before.len()
        && before.chunks(SEGMENT_BYTES).zip(now.chunks(SEGMENT_BYTES)).all(|(before, now)| {
            before.iter().zip(now).all(|(before, now)| before == now || *before == 0)
                || now.iter().all(|byte| *byte == 0)
        })
}

/// What the damage comes to. Panics if an acknowledged event is lost and nobody is told.
async fn outcome(dir: &Path, acknowledged: &[Arc<Recorded>]) -> String {
    let before = evidence(dir);
    let log = match open(dir) {
        Ok(log) => log,
        Err(error) => {
            assert!(WAYS_OUT.iter().any(|way| error.to_string().contains(way)), "{error}");
            let now = evidence(dir);
            let changed =
                before.iter().find(|(path, content)| !is_kept(content, now.get(*path).map_or(&[], Vec::as_slice)));
            assert!(changed.is_none(), "{:?} was changed: {error}", changed.map(|(path, _)| path));
            return "refused".to_owned();
        }
    };
    let reads = Log::new(log.clone());
    let outcome = match read(&reads, acknowledged).await {
        Ok(()) => "whole".to_owned(),
        Err(error) => told(&reads, acknowledged, &error).await,
    };
    log.close().await;
    outcome
}

/// Reads all that was acknowledged, in each way.
async fn read(log: &Log, acknowledged: &[Arc<Recorded>]) -> Result<(), ReadError> {
    let (mut streams, mut commits) = (HashMap::<StreamId, u64>::new(), HashMap::<CommitId, StreamId>::new());
    for event in acknowledged {
        *streams.entry(event.stream.clone()).or_default() += 1;
        commits.insert(event.commit, event.stream.clone());
    }
    for (stream, events) in streams {
        let newest = log.read_stream(&stream, Direction::Backward, None, 1).await?;
        let found = newest.first().map_or(0, |event| event.revision.get() + 1);
        assert!(found >= events, "{found} of {events} events of `{stream}` are there");
    }
    for (id, stream) in commits {
        assert!(log.find_commit(&stream, id).await?.is_some(), "commit {id} is not found");
    }
    let found = everything(log).await?;
    assert!(found.starts_with(acknowledged), "{} of {} events are there", found.len(), acknowledged.len());
    Ok(())
}

type Outcomes = BTreeMap<String, u64>;

async fn rounds(
    sample: &Sample,
    always: std::ops::Range<u64>,
    damage: impl Fn(&Path, &mut Random) -> String,
) -> Outcomes {
    let mut outcomes = Outcomes::new();
    for seed in seeds(always) {
        let dir = tempfile::tempdir().unwrap();
        copy(sample.dir.path(), dir.path());
        println!("{}", damage(dir.path(), &mut Random::new(seed)));
        let outcome = outcome(dir.path(), &sample.acknowledged).await;
        println!("  {outcome}");
        *outcomes.entry(outcome).or_default() += 1;
    }
    println!("{outcomes:?}");
    outcomes
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_log_that_was_closed_once() {
    rounds(&closed(1).await, 0..ROUNDS, anywhere).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_log_that_was_closed_often() {
    rounds(&closed(4).await, 1_000..1_000 + ROUNDS, anywhere).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_log_whose_process_was_killed() {
    rounds(&killed().await, 2_000..2_000 + ROUNDS, anywhere).await;
}

/// A bit before the end of the database, which is hardly looked at when the log is opened.
fn among_old_blocks(dir: &Path, random: &mut Random) -> String {
    let file = File::options().read(true).write(true).open(dir.join("db/db")).unwrap();
    let length = file.metadata().unwrap().len();
    let at = length / 8 + random.below(length / 2);
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ 1], at).unwrap();
    format!("a bit at {at} of {length} was flipped")
}

#[tokio::test(flavor = "multi_thread")]
async fn of_old_blocks_is_told_where_they_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for time in 0..2 {
        let log = open(dir.path()).unwrap();
        let writes = Log::new(log.clone());
        for _ in 0..50 * (1 - time) {
            let (stream, mut random) = (stream(3), Random::new(writes.head().await.unwrap().get()));
            writes.append(commit(&mut random, &stream, Expected::Any, 200, 1_200)).await.unwrap();
        }
        acknowledged = everything(&writes).await.unwrap();
        log.close().await;
    }
    let outcomes = rounds(&Sample { dir, acknowledged }, 3_000..3_020, among_old_blocks).await;
    assert!(outcomes.contains_key(TOLD), "{outcomes:?}");
}
