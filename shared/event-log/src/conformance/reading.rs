//! Promises 1 and 7: what was acknowledged is read, from both ends, in pages, and after reopening.

use std::sync::Arc;

use bytes::Bytes;
use types::{Position, Revision};

use super::{
    Engine, everything, read,
    sample::{APPLE, PEAR, commit, stream, write_many},
};
use crate::{COMMIT_BYTES_MAX, Direction, Expected, Filter, Log, READ_BYTES_MAX, READ_EVENTS_MAX, Recorded};

/// Seven commits to each of three streams in turn, 5 events each.
async fn fill(log: &Log) {
    for id in 0..21 {
        let stream = [stream(APPLE, 1), stream(PEAR, 1), stream(APPLE, 2)][id as usize % 3].clone();
        log.append(commit(id, &stream, Expected::Any, 5)).await.expect("it is taken");
    }
}

pub(super) async fn a_stream_is_read_from_both_ends<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    fill(&log).await;
    let a = stream(APPLE, 1);
    let (forward, backward) = (Direction::Forward, Direction::Backward);
    for (direction, from, limit, expected) in [
        (forward, None, 100, (0..35).collect::<Vec<u64>>()),
        (forward, Some(0), 3, vec![0, 1, 2]),
        (forward, Some(4), 3, vec![4, 5, 6]),
        (forward, Some(33), 10, vec![33, 34]),
        (forward, Some(35), 10, vec![]),
        (forward, Some(u64::MAX), 10, vec![]),
        (forward, None, 0, vec![]),
        (backward, None, 100, (0..35).rev().collect()),
        (backward, Some(34), 2, vec![34, 33]),
        (backward, Some(6), 3, vec![6, 5, 4]),
        (backward, Some(1), 10, vec![1, 0]),
        (backward, Some(0), 10, vec![0]),
        (backward, Some(u64::MAX), 2, vec![34, 33]),
        (backward, None, 0, vec![]),
    ] {
        let events = read(log.read_stream(&a, direction, from.map(Revision::new), limit).await);
        let revisions: Vec<_> = events.iter().map(|event| event.revision.get()).collect();
        assert_eq!(revisions, expected, "{direction:?} from {from:?}, {limit}");
        assert!(events.iter().all(|event| event.stream == a));
    }
    let none = read(log.read_stream(&stream(APPLE, 3), forward, None, 10).await);
    assert!(none.is_empty(), "a stream that nobody wrote to is empty");
}

pub(super) async fn the_whole_log_is_read_page_by_page<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let empty = read(log.read_all(Position::START, &Filter::all(), 10).await);
    assert!(empty.events.is_empty() && empty.at_head && empty.read_to == Position::START, "an empty log is read");
    fill(&log).await;
    let all = everything(&log).await;
    let kinds = Filter { kinds: vec!["sample.odd.v1".into()], ..Filter::default() };
    let both = Filter { kinds: kinds.kinds.clone(), stream: Some(stream(PEAR, 1)), ..Filter::default() };
    for filter in [Filter::all(), Filter::categories([APPLE]), Filter::stream(stream(APPLE, 2)), kinds, both] {
        let expected: Vec<_> = all.iter().filter(|event| filter.matches(event)).cloned().collect();
        assert!(!expected.is_empty());
        for limit in [1, 2, 7, 64, READ_EVENTS_MAX + 1] {
            let (mut found, mut after) = (Vec::new(), Position::START);
            loop {
                let page = read(log.read_all(after, &filter, limit).await);
                assert!(page.events.len() <= limit, "never more than was asked for");
                assert!(page.at_head || page.read_to > after, "a page makes progress");
                found.extend(page.events);
                after = page.read_to;
                if page.at_head {
                    break;
                }
            }
            assert_eq!(found, expected, "{filter:?}, {limit}");
            assert_eq!(after, read(log.head().await));
        }
    }
    let beyond = read(log.read_all(Position::new(u64::MAX), &Filter::all(), 10).await);
    assert!(beyond.events.is_empty(), "nothing lies beyond the head");
    let none = read(log.read_all(Position::START, &Filter::all(), 0).await);
    assert!(none.events.is_empty() && none.read_to == Position::START, "nothing was asked for");
}

/// Whoever reads large events gets few at a time, and comes through all the same.
pub(super) async fn large_events_come_in_short_pages<E: Engine>(engine: &mut E) {
    const EVENTS: usize = 4 * READ_BYTES_MAX / LARGE;
    const LARGE: usize = 500_000;
    let log = engine.open().await;
    let a = stream(APPLE, 1);
    let text: Bytes = format!("\"{}\"", "x".repeat(LARGE)).into();
    let commits = (0..EVENTS as u64).map(|id| {
        let mut commit = commit(id, &a, Expected::Any, 1);
        commit.events[0].data = text.clone();
        commit
    });
    write_many(&log, commits).await;
    let bytes = |events: &[Arc<Recorded>]| events.iter().map(|event| event.data.len()).sum::<usize>();
    let short = |events: &[Arc<Recorded>]| bytes(events) < READ_BYTES_MAX + COMMIT_BYTES_MAX;
    let (mut pages, mut after) = (Vec::new(), Position::START);
    loop {
        let page = read(log.read_all(after, &Filter::all(), READ_EVENTS_MAX).await);
        assert!(short(&page.events), "{} bytes in one page", bytes(&page.events));
        pages.extend(page.events);
        after = page.read_to;
        if page.at_head {
            break;
        }
    }
    assert_eq!(pages.len(), EVENTS, "every event comes");
    for direction in [Direction::Forward, Direction::Backward] {
        let mut events: Vec<Arc<Recorded>> = Vec::new();
        loop {
            let next = match (direction, events.last()) {
                (_, None) => None,
                (Direction::Forward, Some(last)) => Some(last.revision.plus(1)),
                (Direction::Backward, Some(last)) if last.revision == Revision::FIRST => break,
                (Direction::Backward, Some(last)) => Some(Revision::new(last.revision.get() - 1)),
            };
            let page = read(log.read_stream(&a, direction, next, READ_EVENTS_MAX).await);
            assert!(short(&page), "{} bytes in one page", bytes(&page));
            if page.is_empty() {
                break;
            }
            events.extend(page);
        }
        if direction == Direction::Backward {
            events.reverse();
        }
        assert_eq!(events, pages, "{direction:?}");
    }
}

pub(super) async fn what_was_acknowledged_is_there_after_reopening<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    fill(&log).await;
    let (before, head, epoch) = (everything(&log).await, read(log.head().await), log.epoch());
    drop(log);
    for round in 0..3 {
        let Some(log) = engine.reopen().await else { return };
        assert_eq!(log.epoch(), epoch, "the same life of the log");
        let after = everything(&log).await;
        assert_eq!(after[..before.len()], before, "the same events, at the same positions");
        assert_eq!(after.len(), before.len() + round * 2);
        let written =
            commit(100 + round as u64, &stream(APPLE, 1), Expected::Exact(Revision::new(34 + round as u64 * 2)), 2);
        let appended = log.append(written).await.expect("the stream goes on where it was");
        assert!(appended.position > head, "so does the order");
    }
}
