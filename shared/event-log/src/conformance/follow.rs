//! Promise 6: followers.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt as _, stream::BoxStream};
use tokio::time::timeout;
use types::Position;

use super::{
    Engine, everything, read,
    sample::{APPLE, PEAR, commit, stream},
};
use crate::{Expected, Filter, Followed, Log, ReadError, Recorded};

type Follower = BoxStream<'static, Result<Followed, ReadError>>;

/// Far longer than anything here takes: a follower that says nothing for so long has missed its wake-up.
const SILENCE_SECONDS_MAX: u64 = 60;

async fn next(follower: &mut Follower) -> Followed {
    let item = timeout(Duration::from_secs(SILENCE_SECONDS_MAX), follower.next()).await;
    read(item.expect("a follower speaks when there is something to say").expect("a follower does not end"))
}

/// Reads until `to` was reached, and checks that progress never goes back.
async fn until(follower: &mut Follower, from: Position, to: Position) -> Vec<Arc<Recorded>> {
    let (mut events, mut reached) = (Vec::new(), from);
    while reached < to {
        let now = match next(follower).await {
            Followed::Event(event) => {
                assert!(event.position > reached, "once, and in order");
                reached = event.position;
                events.push(event);
                continue;
            }
            Followed::Checkpoint(position) | Followed::CaughtUp(position) | Followed::Behind(position) => position,
        };
        assert!(now >= reached, "progress never goes back");
        reached = now;
    }
    events
}

async fn caught_up(follower: &mut Follower) -> Position {
    loop {
        match next(follower).await {
            Followed::CaughtUp(position) => return position,
            Followed::Checkpoint(_) => {}
            other => unreachable!("expected to be caught up, heard {other:?}"),
        }
    }
}

async fn write(log: &Log, ids: std::ops::Range<u64>, size: usize) {
    for id in ids {
        let stream = if id % 2 == 0 { stream(APPLE, 1) } else { stream(PEAR, 1) };
        log.append(commit(id, &stream, Expected::Any, size)).await.expect("it is taken");
    }
}

pub(super) async fn from_stored_to_live<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let mut early = log.follow(Position::START, Filter::all());
    assert_eq!(caught_up(&mut early).await, Position::START, "in an empty log one is caught up");
    write(&log, 0..50, 7).await;
    let all = everything(&log).await;
    let head = read(log.head().await);
    assert_eq!(until(&mut early, Position::START, head).await, all, "live");
    for after in [0, 1, 6, 100, all.len() - 1, all.len()] {
        let from = if after == 0 { Position::START } else { all[after - 1].position };
        let mut late = log.follow(from, Filter::all());
        assert_eq!(until(&mut late, from, head).await, all[after..], "stored, after {after}");
        assert_eq!(caught_up(&mut late).await, head);
    }
    write(&log, 50..51, 1).await;
    let Followed::Event(event) = next(&mut early).await else { unreachable!("an event is what comes next") };
    assert_eq!(event.position, read(log.head().await));
}

pub(super) async fn progress_is_reported_when_nothing_matches<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let mut live = log.follow(Position::START, Filter::stream(stream(APPLE, 99)));
    assert_eq!(caught_up(&mut live).await, Position::START);
    write(&log, 0..20, 500).await;
    let head = read(log.head().await);
    assert!(until(&mut live, Position::START, head).await.is_empty(), "live");
    let mut stored = log.follow(Position::START, Filter::stream(stream(APPLE, 99)));
    assert!(matches!(next(&mut stored).await, Followed::Checkpoint(position) if position < head), "in steps");
    assert!(until(&mut stored, Position::START, head).await.is_empty(), "stored");
}

pub(super) async fn nothing_is_lost_while_writers_write<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    write(&log, 0..10, 100).await;
    let writer = |number: u64| {
        let log = log.clone();
        async move {
            for id in 0..200 {
                let stream = stream(if number == 1 { APPLE } else { PEAR }, 7);
                log.append(commit(number * 1_000 + id, &stream, Expected::Any, 3)).await.expect("it is taken");
            }
        }
    };
    let filters = || [Filter::all(), Filter::categories([PEAR]), Filter::stream(stream(APPLE, 7))];
    let total = 1_000 + 1_200;
    let follower = |filter: Filter, mut follower: Follower| async move {
        let mut events: Vec<Arc<Recorded>> = Vec::new();
        let expected = match (&filter.stream, filter.categories.len()) {
            (Some(_), _) => 600,
            (None, 1) => 500 + 600,
            _ => total,
        };
        while events.len() < expected {
            if let Followed::Event(event) = next(&mut follower).await {
                events.push(event);
            }
        }
        (filter, events)
    };
    let start = |filter: Filter| tokio::spawn(follower(filter.clone(), log.follow(Position::START, filter)));
    let mut followers: Vec<_> = filters().into_iter().map(start).collect();
    let writers = [tokio::spawn(writer(1)), tokio::spawn(writer(2))];
    followers.extend(filters().into_iter().map(start));
    for writer in writers {
        writer.await.expect("a writer ends well");
    }
    followers.extend(filters().into_iter().map(start));
    let all = everything(&log).await;
    assert_eq!(all.len(), total);
    for follower in followers {
        let (filter, events) = follower.await.expect("a follower ends well");
        let expected: Vec<_> = all.iter().filter(|event| filter.matches(event)).cloned().collect();
        assert_eq!(events, expected, "{filter:?}");
    }
}

pub(super) async fn a_slow_follower_stops_nobody_and_misses_nothing<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let mut slow = log.follow(Position::START, Filter::all());
    assert_eq!(caught_up(&mut slow).await, Position::START);
    write(&log, 0..20, 1_000).await;
    let (mut events, mut behind) = (Vec::new(), 0);
    while events.len() < 20_000 || behind > 0 {
        match next(&mut slow).await {
            Followed::Event(event) => events.push(event),
            Followed::Behind(_) => behind += 1,
            Followed::CaughtUp(position) => {
                assert_eq!(position, read(log.head().await), "who was behind hears when it is over");
                behind -= 1;
            }
            Followed::Checkpoint(_) => {}
        }
    }
    assert_eq!(events, everything(&log).await);
}
