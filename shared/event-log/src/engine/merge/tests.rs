//! What is merged, and that nobody notices.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use contracts::{Actor, Audience, Meta};
use types::{Category, CommitId, EventId, Position, Revision, StreamId, SystemClock, Timestamp};
use uuid::Uuid;

use super::*;
use crate::{Commit, Direction, EventLog as _, Expected, Filter, NewEvent, SledLog, SledOptions};

fn spans(counts: &[u32]) -> Vec<Span> {
    let mut next = 1;
    let span = |count: &u32| {
        let first = next;
        next += u64::from(*count);
        Span { first, count: *count, bytes: 100 * *count as usize }
    };
    counts.iter().map(span).collect()
}

#[test]
fn small_blocks_are_merged_as_far_as_they_fit() {
    let lone = Merging::of(&spans(&[1; 600]));
    assert_eq!(lone.merges.iter().map(Vec::len).collect::<Vec<_>>(), [256, 256, 88]);
    let large = Merging::of(&[Span { first: 1, count: 1, bytes: 20_000 }, Span { first: 2, count: 1, bytes: 90_000 }]);
    assert_eq!(large.merges.len(), 0, "two are left as they are");
    let mixed = Merging::of(&spans(&[[1; 20], [200; 20], [7; 20]].concat()));
    assert_eq!(
        mixed.merges.iter().map(|merge| (merge[0], merge.len())).collect::<Vec<_>>(),
        [(1, 21), (3_821, 9), (4_077, 12)]
    );
}

#[test]
fn places_follow_their_blocks() {
    let merging = Merging::of(&spans(&[[1; 10], [255; 10], [1; 10]].concat()));
    assert_eq!(merging.merges.len(), 2);
    let place = |block, first, count| Place { block, first, count };
    let places = [place(2, 0, 1), place(4, 1, 1), place(11, 2, 200), place(2_563, 202, 1), place(2_565, 203, 1)];
    let merged = [place(1, 0, 2), place(11, 2, 200), place(2_562, 202, 2)];
    assert_eq!(merging.places(&places), merged);
}

/// More than are kept unindexed.
const LONE: u64 = 18_000;
const STREAMS: u64 = 7;

fn stream(number: u64) -> StreamId {
    StreamId::new(Category::declared("apple"), Uuid::from_u128(number.into()))
}

fn id(number: u64) -> CommitId {
    CommitId::from_uuid(Uuid::from_u128(u128::from(number) << 64))
}

fn lone(number: u64) -> Commit {
    let id = id(number);
    let event = NewEvent {
        id: EventId::derived(id.uuid(), "event 0"),
        kind: "merge.event.v1".into(),
        data: format!("{{\"number\":{number}}}").into(),
    };
    let audience = Audience::Arena(types::ArenaId::from_uuid(Uuid::nil()));
    let meta = Meta::new(Actor::System { part: "merge".into() }, audience, Timestamp::UNIX_EPOCH);
    let expected = number
        .checked_sub(STREAMS)
        .map_or(Expected::NoStream, |before| Expected::Exact(Revision::new(before / STREAMS)));
    Commit { id, stream: stream(number % STREAMS), expected, meta, events: vec![event] }
}

fn options() -> SledOptions {
    let mut options = SledOptions::new(Arc::new(SystemClock));
    // Nothing here is about what survives.
    options.sync = Arc::new(|_| Ok(()));
    options
}

/// Reads around this commit in every way, and finds what was written.
async fn look(log: &SledLog, number: u64, written: u64) {
    let after = Position::new(number);
    let page = log.read_all(after, &Filter::all(), 300).await.unwrap();
    let numbers: Vec<_> = page.events.iter().map(|event| event.commit).collect();
    let expected: Vec<_> = (number..page.read_to.get()).map(id).collect();
    assert!(numbers == expected && !numbers.is_empty(), "from {number}");
    let found = log.find_commit(&stream(number % STREAMS), id(number)).await.unwrap();
    assert_eq!(found.unwrap().events[0].position.get(), number + 1);
    let from = Revision::new(number / STREAMS);
    let events = log.read_stream(&stream(number % STREAMS), Direction::Forward, Some(from), 90).await.unwrap();
    let numbers: Vec<_> = events.iter().map(|event| event.commit).collect();
    let expected: Vec<_> = (0..events.len() as u64).map(|n| id(number + n * STREAMS)).collect();
    assert!(numbers == expected && (numbers.len() == 90 || number + 90 * STREAMS > written), "stream of {number}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_does_not_notice() {
    let dir = tempfile::tempdir().unwrap();
    let log = SledLog::open(dir.path(), options()).unwrap();
    let written = Arc::new(AtomicU64::new(0));
    let readers = (1..=3_u64).map(|seed| {
        let (log, written) = (log.clone(), Arc::clone(&written));
        tokio::spawn(async move {
            let mut random = seed;
            loop {
                let there = written.load(Ordering::SeqCst);
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                if there > 0 {
                    look(&log, (random >> 33) % there, there).await;
                }
                if there == LONE {
                    return;
                }
                tokio::task::yield_now().await;
            }
        })
    });
    let readers: Vec<_> = readers.collect();
    for number in 0..LONE {
        assert_eq!(log.append(lone(number)).await.unwrap().position.get(), number + 1);
        written.store(number + 1, Ordering::SeqCst);
        if number % 5_000 == 0 {
            log.verify(|_, _| ()).await.unwrap();
        }
    }
    for reader in readers {
        reader.await.unwrap();
    }
    let open = log.verify(|_, _| ()).await.unwrap();
    assert!(open.blocks < LONE - crate::engine::index::UNINDEXED_EVENTS * 9 / 10, "{open:?}");
    log.close().await;
    let log = SledLog::open(dir.path(), options()).unwrap();
    let closed = log.verify(|_, _| ()).await.unwrap();
    assert_eq!((closed.chain, closed.events, closed.commits), (open.chain, LONE, LONE));
    assert!(closed.blocks < LONE / 200, "{closed:?}");
    for number in (0..LONE).step_by(997) {
        look(&log, number, LONE).await;
    }
    log.close().await;
}
