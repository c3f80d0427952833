//! Logs that were spoiled where opening does not look.

use std::path::Path;

use types::{Clock, ManualClock, Timestamp};
use uuid::Uuid;

use super::*;
use crate::{
    EventLog as _, SledLog,
    check::check,
    engine::{
        layout::{
            block, commits,
            places::{self, Place},
        },
        records::{self, Admitted},
        sample::{commit, id, options, spoil, stream},
    },
};

const COMMITS: u128 = 120;
const EVENTS_EACH: u64 = 50;

/// A closed log of ten streams. Its index is complete.
async fn closed(dir: &Path) -> Verified {
    let log = SledLog::open(dir, options()).unwrap();
    for number in 0..COMMITS {
        log.append(commit(number, stream(number % 10), EVENTS_EACH)).await.unwrap();
    }
    let verified = log.verify(|_, _| ()).await.unwrap();
    log.close().await;
    verified
}

async fn complaint(dir: &Path) -> (u64, String) {
    let log = SledLog::open(dir, options()).unwrap();
    let outcome = log.verify(|_, _| ()).await;
    log.close().await;
    match outcome {
        Err(VerifyError::Damaged { position, reason }) => (position.get(), reason.to_string()),
        Err(VerifyError::Index { position, reason }) => (position.get(), format!("index: {reason}")),
        other => panic!("{other:?}"),
    }
}

fn block_of(store: &Store, position: u64) -> (Vec<u8>, Vec<u8>) {
    let key = block::key(store.block_start(position).unwrap().unwrap());
    (key.to_vec(), store.raw().get(key).unwrap().unwrap().to_vec())
}

#[tokio::test]
async fn a_whole_log_is_described() {
    let dir = tempfile::tempdir().unwrap();
    let open = closed(dir.path()).await;
    let events = EVENTS_EACH * COMMITS as u64;
    assert_eq!((open.events, open.streams, u128::from(open.commits)), (events, 10, COMMITS));
    let log = SledLog::open(dir.path(), options()).unwrap();
    let seen = std::sync::Mutex::new(Vec::new());
    let again = log.verify(|done, of| seen.lock().unwrap().push((done, of))).await.unwrap();
    assert_eq!(again, open, "indexed and not indexed");
    assert_eq!(Some(again.chain), log.stats().unwrap().chain);
    let seen = seen.into_inner().unwrap();
    assert!(seen.is_sorted() && seen.iter().all(|(done, of)| done <= of && *of == events * 3), "{seen:?}");
    log.close().await;
    assert!(matches!(log.verify(|_, _| ()).await, Err(VerifyError::Unavailable { .. })));
}

#[tokio::test]
async fn an_empty_log_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let log = SledLog::open(dir.path(), options()).unwrap();
    let verified = log.verify(|_, _| ()).await.unwrap();
    assert_eq!((verified.events, verified.streams, verified.chain.0), (0, 0, block::genesis(log.epoch())));
    log.close().await;
}

#[tokio::test]
async fn it_is_verified_while_others_write() {
    let dir = tempfile::tempdir().unwrap();
    closed(dir.path()).await;
    let log = SledLog::open(dir.path(), options()).unwrap();
    let writing = async {
        for number in COMMITS..COMMITS + 500 {
            log.append(commit(number, stream(number % 30), EVENTS_EACH)).await.unwrap();
        }
    };
    let verifying = async {
        for _ in 0..10 {
            log.verify(|_, _| ()).await.unwrap();
        }
    };
    futures_util::future::join(writing, verifying).await;
    log.close().await;
}

type Spoil = fn(&Store);

#[tokio::test]
async fn what_was_spoiled_is_named() {
    let third = 2 * EVENTS_EACH + 1;
    let spoiled: [(&str, Spoil, u64, &str); 12] = [
        ("a block is gone", |s| drop(s.raw().remove(block_of(s, 101).0).unwrap()), third, "a block is missing"),
        (
            "a byte of a block",
            |s| {
                let (key, mut value) = block_of(s, 101);
                *value.last_mut().unwrap() ^= 1;
                s.raw().insert(key, value).unwrap();
            },
            third,
            "block",
        ),
        (
            "a block of another history",
            |s| {
                let block = s.block_at(101).unwrap().unwrap();
                let (value, _) =
                    block::Packer::default().pack(101, block.header.count, &block.sections[0].records, [7; 32]);
                s.raw().insert(block::key(101), value).unwrap();
            },
            third,
            "the chain is broken",
        ),
        (
            "places are gone",
            |s| drop(s.raw().remove(places::key(&stream(3), 0)).unwrap()),
            151,
            "index: the index does not name this event",
        ),
        (
            "places of another block",
            |s| {
                let entry = s.places_after(None).next().unwrap().unwrap();
                let mut places = entry.places;
                places[0].block = 101;
                s.raw().insert(entry.key, places::encode(&places)).unwrap();
            },
            1,
            "or elsewhere",
        ),
        (
            "places of no stream",
            |s| s.put_places(&stream(77), &[Place { block: 101, first: 0, count: 1 }]).unwrap(),
            101,
            "not there",
        ),
        (
            "more places than events",
            |s| s.put_places(&stream(1), &[Place { block: 101, first: 600, count: 1 }]).unwrap(),
            101,
            "not there",
        ),
        (
            "places that are none",
            |s| drop(s.raw().insert(places::key(&stream(3), 0), &[255][..]).unwrap()),
            6_000,
            "index: a value of places ends too early",
        ),
        (
            "a commit is gone",
            |s| {
                let (lowest, mut page) = s.pages_after(None).next().unwrap().unwrap();
                page.remove(2);
                s.raw().insert(commits::key(lowest), commits::encode(&page)).unwrap();
            },
            third,
            "does not name the commit",
        ),
        (
            "a commit elsewhere",
            |s| {
                let (lowest, mut page) = s.pages_after(None).next().unwrap().unwrap();
                page[2].1 = 1;
                s.raw().insert(commits::key(lowest), commits::encode(&page)).unwrap();
            },
            third,
            "does not name the commit",
        ),
        (
            "a commit that is none",
            |s| assert_eq!(s.put_commits(&[(id(7_000), 5)]).unwrap(), 1),
            6_000,
            "commits that are not there",
        ),
        (
            "commits out of order",
            |s| {
                let (lowest, mut page) = s.pages_after(None).next().unwrap().unwrap();
                page.swap(2, 3);
                s.raw().insert(commits::key(lowest), commits::encode(&page)).unwrap();
            },
            third,
            "in the wrong place",
        ),
    ];
    for (what, change, position, words) in spoiled {
        let dir = tempfile::tempdir().unwrap();
        closed(dir.path()).await;
        spoil(dir.path(), change);
        let (at, reason) = complaint(dir.path()).await;
        assert!(at == position && reason.contains(words), "{what}: at {at}: {reason}");
    }
}

/// A log whose chain holds, of these commits: number, stream, first revision.
fn written_otherwise(dir: &Path, commits: &[(u128, u128, u64)]) {
    spoil_new(dir, |store, epoch| {
        let (mut first, mut chain) = (1, block::genesis(epoch));
        for (number, of, revision) in commits {
            let checked = check(commit(*number, stream(*of), EVENTS_EACH)).unwrap();
            let group = [Admitted { checked, first: *revision }];
            let plan = records::plan(&group);
            let clock = ManualClock::at(Timestamp::UNIX_EPOCH);
            let (records, count) = records::encode(&group, &plan[0], clock.now());
            let (value, after) = block::Packer::default().pack(first, count, &records, chain);
            store.put_blocks(&[(first, value)]).unwrap();
            (first, chain) = (first + u64::from(count), after);
        }
        Mark { epoch, position: first - 1, chain }
    });
}

fn spoil_new(dir: &Path, write: impl FnOnce(&Store, LogEpoch) -> Mark) {
    let epoch = LogEpoch::from_uuid(Uuid::from_u128(1));
    std::fs::write(dir.join("format"), "1\n").unwrap();
    spoil(dir, |store| {
        store.put_epoch(epoch).unwrap();
        write(store, epoch).write(dir).unwrap();
    });
}

#[tokio::test]
async fn a_chain_that_holds_does_not_excuse_what_is_in_it() {
    for (commits, position, words) in [
        (&[(1, 1, 0), (2, 1, 51)][..], 51, "have a gap"),
        (&[(1, 1, 0), (2, 1, 0)], 51, "have a gap"),
        (&[(1, 1, 3)], 1, "have a gap"),
        (&[(1, 1, 0), (2, 2, 0), (1, 3, 0)], 101, "has the id of another"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        written_otherwise(dir.path(), commits);
        let (at, reason) = complaint(dir.path()).await;
        assert!(at == position && reason.contains(words), "{commits:?}: at {at}: {reason}");
    }
}
