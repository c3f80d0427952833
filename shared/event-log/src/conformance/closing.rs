//! Promises 1, 5 and 8 while the log closes: every commit is answered or refused, and a refusal that allows a retry means
//! it.

use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::time::timeout;
use types::Position;

use super::{
    Engine, everything, read,
    sample::{APPLE, commit, stream},
};
use crate::{AppendError, Appended, Commit, Expected, Filter, Log};

const WRITERS: u64 = 4;
/// So many commits of each writer are acknowledged before the log closes.
const BEFORE: u64 = 20;
/// Far longer than it takes a follower to hear that the log is closed.
const END_SECONDS_MAX: u64 = 60;

/// Writes until it is refused. Gives what was acknowledged, and the commit that was refused.
async fn write(log: Log, writer: u64, begun: tokio::sync::mpsc::Sender<()>) -> (Vec<(Commit, Appended)>, Commit) {
    let mut acknowledged = Vec::new();
    for id in 0.. {
        let commit = commit(writer * 1_000_000 + id, &stream(APPLE, writer.into()), Expected::Any, 3);
        match log.append(commit.clone()).await {
            Ok(appended) => acknowledged.push((commit, appended)),
            Err(error) => {
                assert!(matches!(error, AppendError::Unavailable { .. }) && error.may_retry(), "{error}");
                return (acknowledged, commit);
            }
        }
        if id == BEFORE {
            begun.send(()).await.expect("somebody waits for it");
        }
        // A log that answers at once would not let go of this thread.
        tokio::task::yield_now().await;
    }
    unreachable!("a log that closes refuses some day")
}

pub(super) async fn what_is_sent_while_the_log_closes_stands_once<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let (begun, mut begins) = tokio::sync::mpsc::channel(WRITERS as usize);
    let mut follower = log.follow(Position::START, Filter::all());
    let writers: Vec<_> = (0..WRITERS).map(|writer| tokio::spawn(write(log.clone(), writer, begun.clone()))).collect();
    for _ in 0..WRITERS {
        begins.recv().await.expect("every writer begins");
    }
    let Some(reopened) = engine.reopen().await else {
        writers.iter().for_each(tokio::task::JoinHandle::abort);
        return;
    };
    let end = async { while follower.next().await.is_some_and(|heard| heard.is_ok()) {} };
    timeout(Duration::from_secs(END_SECONDS_MAX), end).await.expect("a follower of a log that was closed ends");
    let mut sent = 0;
    for writer in writers {
        let (acknowledged, refused) = writer.await.expect("a writer ends well");
        reopened.append(refused).await.expect("now it is taken, or was before");
        sent += acknowledged.len() + 1;
        for (commit, appended) in acknowledged {
            let found =
                read(reopened.find_commit(&commit.stream, commit.id).await).expect("it was acknowledged").events;
            assert_eq!((found[0].revision, found[2].position), (appended.first_revision, appended.position));
        }
    }
    assert_eq!(everything(&reopened).await.len(), sent * 3, "every commit stands once, and nothing else");
}
