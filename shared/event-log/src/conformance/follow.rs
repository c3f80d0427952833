//! Promise 6: followers.

use std::sync::Arc;

use types::Position;

use super::{
    Engine, everything, read,
    sample::{APPLE, Follower, PEAR, caught_up, commit, next, stream, until, write},
};
use crate::{Expected, FOLLOW_BEHIND_EVENTS, Filter, Followed, Recorded};

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

pub(super) async fn from_beyond_the_head<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    write(&log, 0..3, 10).await;
    let head = read(log.head().await);
    let beyond = Position::new(head.get() + 15);
    let mut follower = log.follow(beyond, Filter::all());
    assert_eq!(caught_up(&mut follower).await, beyond, "there is nothing after it yet");
    write(&log, 3..8, 10).await;
    let expected: Vec<_> = everything(&log).await.into_iter().filter(|event| event.position > beyond).collect();
    assert_eq!(
        until(&mut follower, beyond, read(log.head().await)).await,
        expected,
        "what comes after it, and no more"
    );
}

/// Every kind of restriction, and several at once: stored, and live.
pub(super) async fn every_filter_lets_through_what_it_says<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let (a, b) = (stream(APPLE, 1), stream(PEAR, 1));
    let kinds = |kinds: &[&str]| kinds.iter().map(|kind| Box::from(*kind)).collect::<Vec<_>>();
    let (even, odd, none) = ("sample.even.v1", "sample.odd.v1", "sample.none.v1");
    let filters = [
        Filter::all(),
        Filter::categories([APPLE]),
        Filter::categories([APPLE, PEAR]),
        Filter { categories: vec!["appl".into()], ..Filter::default() },
        Filter { kinds: kinds(&[even]), ..Filter::default() },
        Filter { kinds: kinds(&[none, odd]), ..Filter::default() },
        Filter { kinds: kinds(&[none]), ..Filter::default() },
        Filter { kinds: kinds(&["sample.even"]), ..Filter::default() },
        Filter::stream(a.clone()),
        Filter::stream(stream(APPLE, 2)),
        Filter { kinds: kinds(&[even]), ..Filter::categories([PEAR]) },
        Filter { kinds: kinds(&[odd]), ..Filter::stream(b.clone()) },
        Filter { stream: Some(b), ..Filter::categories([APPLE]) },
        Filter { kinds: kinds(&[even, none]), stream: Some(a), ..Filter::categories([APPLE]) },
    ];
    let wanted = |filter: &Filter, event: &Recorded| {
        (filter.categories.is_empty()
            || filter.categories.iter().any(|category| **category == *event.stream.category()))
            && (filter.kinds.is_empty() || filter.kinds.iter().any(|kind| **kind == *event.kind))
            && filter.stream.as_ref().is_none_or(|stream| *stream == event.stream)
    };
    let mut live: Vec<_> = filters.iter().map(|filter| (filter, log.follow(Position::START, filter.clone()))).collect();
    for (_, follower) in &mut live {
        caught_up(follower).await;
    }
    write(&log, 0..40, 9).await;
    let (all, head) = (everything(&log).await, read(log.head().await));
    for (filter, live) in &mut live {
        let expected: Vec<_> = all.iter().filter(|event| wanted(filter, event)).cloned().collect();
        assert_eq!(until(live, Position::START, head).await, expected, "live, {filter:?}");
        let mut stored = log.follow(Position::START, filter.clone());
        assert_eq!(until(&mut stored, Position::START, head).await, expected, "stored, {filter:?}");
        assert_eq!(caught_up(&mut stored).await, head);
    }
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
    // Also when something matches, but nothing near the head does.
    let mut long_ago = log.follow(Position::START, Filter::stream(stream(APPLE, 1)));
    write(&log, 21..22, 10).await;
    let head = read(log.head().await);
    assert_eq!(until(&mut long_ago, Position::START, head).await.len(), 5_000);
    assert_eq!(caught_up(&mut long_ago).await, head);
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
    const EVENTS: usize = 20_000;
    const { assert!(EVENTS as u64 > 2 * FOLLOW_BEHIND_EVENTS) };
    let log = engine.open().await;
    let mut slow = log.follow(Position::START, Filter::all());
    assert_eq!(caught_up(&mut slow).await, Position::START);
    write(&log, 0..20, EVENTS / 20).await;
    let (mut events, mut behind, mut live) = (Vec::new(), 0, true);
    while events.len() < EVENTS || !live {
        match next(&mut slow).await {
            Followed::Event(event) => events.push(event),
            Followed::Behind(_) => {
                assert!(live, "who is behind hears it once");
                (behind, live) = (behind + 1, false);
            }
            Followed::CaughtUp(position) => {
                assert!(!live, "who is live is not caught up again");
                assert_eq!(position, read(log.head().await), "who was behind hears when it is over");
                live = true;
            }
            Followed::Checkpoint(_) => {}
        }
    }
    assert!(behind > 0, "who falls so far behind hears it");
    assert_eq!(events, everything(&log).await);
}
