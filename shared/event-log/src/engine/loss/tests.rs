//! Logs that can be opened no more, and what is made of them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use contracts::{Audience, EventSet as _, log::LogEvent};

use super::*;
use crate::{
    Direction, EventLog as _, Verified,
    engine::{
        layout::{block, root},
        sample::{commit, options, spoil, stream},
    },
};

const COMMITS: u128 = 60;
const EVENTS_EACH: u64 = 100;

/// A closed log in `log` below this directory.
async fn closed(above: &Path) -> Verified {
    let log = SledLog::open(&above.join("log"), options()).unwrap();
    for number in 0..COMMITS {
        log.append(commit(number, stream(number % 10), EVENTS_EACH)).await.unwrap();
    }
    let verified = log.verify(|_, _| ()).await.unwrap();
    log.close().await;
    verified
}

/// Every file of the log, and its bytes.
fn files(log: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut files, mut left) = (BTreeMap::new(), vec![log.to_owned()]);
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            files.insert(path.clone(), fs::read(path).unwrap());
        }
    }
    files
}

/// Spoils bytes in the middle of what the database holds, which sled would write over.
fn spoil_bytes(log: &Path) {
    let path = log.join("db/db");
    let mut bytes = fs::read(&path).unwrap();
    let used = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    bytes[used / 2..used / 2 + 64].fill(0xa5);
    fs::write(path, bytes).unwrap();
}

fn remove_block(log: &Path, position: u64) {
    spoil(log, |store| {
        let start = store.block_start(position).unwrap().unwrap();
        store.raw().remove(block::key(start)).unwrap().unwrap();
    });
}

fn remove_epoch(log: &Path) {
    spoil(log, |store| {
        store.raw().remove(root::EPOCH).unwrap().unwrap();
    });
}

/// What is done to a log, up to where it is kept, up to where it was, and what is said of it.
type Case = (&'static str, fn(&Path), u64, Option<u64>, &'static str);

const END: u64 = COMMITS as u64 * EVENTS_EACH;

const LOST: [Case; 7] = [
    ("the epoch is gone", remove_epoch, END, None, "does not say which log it is"),
    ("the end is gone", |log| remove_block(log, END), END - EVENTS_EACH, Some(END), "acknowledged"),
    ("a block at the end is gone", |log| remove_block(log, END - 300), END - 400, Some(END), "a block is missing"),
    ("a block in the middle is gone", |log| remove_block(log, 1_000), 900, Some(END), "a block is missing"),
    ("the mark is gone", |log| fs::remove_file(log.join("mark")).unwrap(), END, None, "mark is missing"),
    ("the mark is odd", |log| fs::write(log.join("mark"), "odd").unwrap(), END, None, "can't be trusted"),
    ("the format is odd", |log| fs::write(log.join("format"), "odd").unwrap(), END, None, "names no format"),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_is_taken_into_use_and_what_was_lost_is_recorded() {
    for (what, spoil, kept_to, lost_to, words) in LOST {
        let above = tempfile::tempdir().unwrap();
        let before = closed(above.path()).await;
        let log = above.path().join("log");
        spoil(&log);
        let loss = SledLog::loss(&log, &options(), |_, _| ()).unwrap();
        let (kept, lost) = (loss.kept_to.get(), loss.lost_to.map(Position::get));
        assert!((kept, lost) == (kept_to, lost_to) && loss.reason.contains(words), "{what}: {loss:?}");

        let accepted = SledLog::accept_loss(&log, options(), "test", |_, _| ()).await.unwrap();
        assert_eq!(accepted.loss, loss, "{what}");
        assert!(accepted.set_aside.join("db/db").exists() && !above.path().join("log.new").exists(), "{what}");
        let open = SledLog::open(&log, options()).unwrap();
        let after = open.verify(|_, _| ()).await.unwrap();
        assert_eq!((after.head, after.head.get(), after.chain), (accepted.position, kept_to + 1, accepted.chain));
        assert!(after.epoch != before.epoch && after.origin == before.origin, "{what}");
        let stream = types::StreamId::new(LogEvent::CATEGORY, after.origin.uuid());
        let recorded = open.read_stream(&stream, Direction::Forward, None, 2).await.unwrap();
        let event = LogEvent::decode(&recorded[0].kind, &recorded[0].data).unwrap().unwrap();
        let LogEvent::LossAccepted(event) = event;
        assert_eq!((event.from, event.to, event.former_epoch), (kept_to + 1, lost_to, before.epoch), "{what}");
        assert_eq!((recorded.len(), recorded[0].meta.audience), (1, Audience::Secretariat));
        assert!(accepted.set_aside.ends_with(event.set_aside.as_str()), "{what}");
        open.close().await;
        let nothing = SledLog::accept_loss(&log, options(), "test", |_, _| ()).await.unwrap_err().to_string();
        assert!(nothing.contains("nothing is lost"), "{what}: {nothing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_without_an_epoch_is_not_said_to_have_lost_events() {
    let above = tempfile::tempdir().unwrap();
    let (used, fresh) = (above.path().join("log"), above.path().join("fresh"));
    closed(above.path()).await;
    SledLog::open(&fresh, options()).unwrap().close().await;
    remove_epoch(&used);
    remove_epoch(&fresh);
    for (log, words) in [(used, "does not say which log it is"), (fresh, "no event was acknowledged")] {
        let refused = SledLog::open(&log, options()).map(|_| ()).unwrap_err().to_string();
        assert!(refused.contains(words) && !refused.contains("lost events"), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_whole_or_beyond_help_stays_as_it_is() {
    for (what, spoil, words) in [
        ("a whole log", (|_| ()) as fn(&Path), "nothing is lost"),
        ("no database", |log| fs::remove_dir_all(log.join("db")).unwrap(), "restore a backup"),
        ("an empty database", |log| fs::write(log.join("db/db"), "").unwrap(), "restore a backup"),
        ("a newer format", |log| fs::write(log.join("format"), "9\n").unwrap(), "newer Erfa"),
    ] {
        let above = tempfile::tempdir().unwrap();
        closed(above.path()).await;
        let log = above.path().join("log");
        spoil(&log);
        let error = SledLog::accept_loss(&log, options(), "test", |_, _| ()).await.unwrap_err().to_string();
        assert!(error.contains(words), "{what}: {error}");
        assert_eq!(fs::read_dir(above.path()).unwrap().count(), 1, "{what}: nothing is left beside it");
    }
    let above = tempfile::tempdir().unwrap();
    let log = above.path().join("log");
    assert!(SledLog::loss(&log, &options(), |_, _| ()).is_err() && !log.exists());
    let open = SledLog::open(&log, options()).unwrap();
    assert!(matches!(SledLog::loss(&log, &options(), |_, _| ()), Err(LossError::Open(OpenError::InUse { .. }))));
    open.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_byte_stays_until_a_new_log_is_made_and_verified() {
    let above = tempfile::tempdir().unwrap();
    closed(above.path()).await;
    let log = above.path().join("log");
    spoil_bytes(&log);
    let before = files(above.path());
    let loss = SledLog::loss(&log, &options(), |_, _| ()).unwrap();
    assert!(loss.kept_to.get() < END, "{loss:?}");
    assert_eq!(files(above.path()), before, "after looking");

    let mut refusing = options();
    refusing.sync = Arc::new(|_| Err(std::io::ErrorKind::StorageFull.into()));
    let error = SledLog::accept_loss(&log, refusing, "test", |_, _| ()).await.unwrap_err();
    assert!(matches!(error, LossError::Build(BuildError::DiskFull { .. })), "{error}");
    assert_eq!(files(above.path()), before, "after a full disk");

    SledLog::reindex(&log, options()).unwrap_err();
    assert_eq!(files(above.path()), before, "after an index that can't be made");

    let accepted = SledLog::accept_loss(&log, options(), "test", |_, _| ()).await.unwrap();
    let set_aside = files(&accepted.set_aside);
    let moved = |path: &PathBuf| accepted.set_aside.join(path.strip_prefix(&log).unwrap());
    assert_eq!(set_aside, before.iter().map(|(path, bytes)| (moved(path), bytes.clone())).collect(), "set aside");
}

#[tokio::test]
async fn an_index_is_made_again() {
    let above = tempfile::tempdir().unwrap();
    let before = closed(above.path()).await;
    let log = above.path().join("log");
    spoil(&log, |store| {
        let entry = store.places_after(None).next().unwrap().unwrap();
        store.raw().remove(entry.key).unwrap();
        store.put_commits(&[(crate::engine::sample::id(9_999), 5)]).unwrap();
    });
    let open = SledLog::open(&log, options()).unwrap();
    assert!(matches!(open.verify(|_, _| ()).await, Err(crate::VerifyError::Index { .. })));
    open.close().await;
    SledLog::reindex(&log, options()).unwrap();
    assert!(!log.join("rehearsal").exists());
    let open = SledLog::open(&log, options()).unwrap();
    assert_eq!(open.verify(|_, _| ()).await.unwrap(), Verified { blocks: before.blocks, ..before });
    open.close().await;
}
