//! Promise 6, of many: a thousand followers, each of which does something else, and writers who notice nothing of them.

use std::{sync::Arc, time::Duration};

use futures_util::{FutureExt as _, StreamExt as _};
use tokio::time::timeout;
use types::Position;

use super::{
    Engine, everything, read,
    sample::{APPLE, Follower, PEAR, commit, next, stream, until},
};
use crate::{Expected, Filter, Followed, Log, Recorded};

const FOLLOWERS: usize = 1_000;
const COMMITS: u64 = 60;
const COMMIT_EVENTS: usize = 10;
const EVENTS: usize = COMMITS as usize * COMMIT_EVENTS;
/// Far longer than the writers take, whoever follows them.
const WRITING_SECONDS_MAX: u64 = 120;

/// Numbers that look random and are the same in every run.
fn scatter(number: usize, below: usize) -> usize {
    (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) % below
}

async fn take(follower: &mut Follower, count: usize) -> Vec<Arc<Recorded>> {
    let mut taken = Vec::new();
    while taken.len() < count {
        if let Followed::Event(event) = next(follower).await {
            taken.push(event);
        }
    }
    taken
}

/// Follows to the end, but stops at random places, lets go of the follower and begins again behind what it has.
async fn restarts(log: Log, number: usize) -> Vec<Arc<Recorded>> {
    let mut taken: Vec<Arc<Recorded>> = Vec::new();
    while taken.len() < EVENTS {
        let after = taken.last().map_or(Position::START, |event| event.position);
        let count = (1 + scatter(number + taken.len(), EVENTS)).min(EVENTS - taken.len());
        taken.extend(take(&mut log.follow(after, Filter::all()), count).await);
    }
    taken
}

pub(super) async fn a_thousand_followers_of_whom_some_never_read<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let (mut idle, mut gone, mut readers) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..FOLLOWERS {
        let (log, mut follower) = (log.clone(), log.follow(Position::START, Filter::all()));
        match number % 5 {
            // Never reads.
            0 => idle.push((follower, Vec::new())),
            // Reads a little and then no more, with something in its hands.
            1 => {
                assert!(matches!(follower.next().now_or_never(), None | Some(Some(Ok(Followed::CaughtUp(_))))));
                idle.push((follower, Vec::new()));
            }
            // Goes away in the middle.
            2 => gone.push(tokio::spawn(async move { take(&mut follower, 1 + scatter(number, EVENTS)).await.len() })),
            3 => readers.push(tokio::spawn(restarts(log, number))),
            _ => readers.push(tokio::spawn(async move { take(&mut follower, EVENTS).await })),
        }
    }
    let writing = async {
        for id in 0..COMMITS {
            let stream = stream(if id % 2 == 0 { APPLE } else { PEAR }, (id % 7).into());
            log.append(commit(id, &stream, Expected::Any, COMMIT_EVENTS)).await.expect("it is taken");
            // Some take one thing and leave the rest of what was read for them.
            if let Some((follower, heard)) = idle.get_mut(scatter(id as usize, FOLLOWERS / 5)) {
                heard.extend(take(follower, 1).await);
            }
        }
    };
    let written = timeout(Duration::from_secs(WRITING_SECONDS_MAX), writing).await;
    written.expect("writers wait for no follower");
    let (all, head) = (everything(&log).await, read(log.head().await));
    assert_eq!(all.len(), EVENTS);
    for reader in readers {
        assert_eq!(reader.await.expect("a reader ends well"), all, "every event, once, in order");
    }
    for gone in gone {
        assert!(gone.await.expect("who goes away has read until then") > 0);
    }
    for (follower, mut heard) in idle.into_iter().step_by(20) {
        let mut follower = follower;
        let from = heard.last().map_or(Position::START, |event: &Arc<Recorded>| event.position);
        heard.extend(until(&mut follower, from, head).await);
        assert_eq!(heard, all, "who never read finds everything still there");
    }
}
