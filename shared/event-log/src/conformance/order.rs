//! Promise 4: one order for all, which never changes.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use types::{Position, StreamId};

use super::{
    Engine, everything, read,
    sample::{APPLE, PEAR, commit, next, stream},
};
use crate::{Direction, Expected, Filter, Followed, Log, Recorded};

const WRITERS: u64 = 4;
const COMMITS: u64 = 150;
const READERS: usize = 3;

/// Each writer has a stream of its own and writes to a common one in between.
fn stream_of(writer: u64, id: u64) -> StreamId {
    if id.is_multiple_of(3) { stream(APPLE, 0) } else { stream(PEAR, writer.into()) }
}

async fn write(log: Log, writer: u64) {
    for id in 0..COMMITS {
        let before = read(log.head().await);
        let size = 1 + (writer + id) as usize % 7;
        let commit = commit(writer * 1_000 + id, &stream_of(writer, id), Expected::Any, size);
        let appended = log.append(commit).await.expect("it is taken");
        assert!(appended.position > before, "what becomes durable later stands later");
    }
}

/// Reads on whenever there is more, and never looks back: what becomes visible out of order is missed.
async fn reads_on(log: Log, done: Arc<AtomicBool>) -> Vec<Arc<Recorded>> {
    let (mut seen, mut after) = (Vec::new(), Position::START);
    loop {
        let is_last = done.load(Ordering::SeqCst);
        let page = read(log.read_all(after, &Filter::all(), 50).await);
        assert!(page.read_to >= after, "reading never goes back");
        seen.extend(page.events);
        after = page.read_to;
        if is_last && page.at_head {
            return seen;
        }
        tokio::task::yield_now().await;
    }
}

/// Reads a stream on from where it was.
async fn reads_a_stream(log: Log, stream: StreamId, done: Arc<AtomicBool>) -> Vec<Arc<Recorded>> {
    let mut seen: Vec<Arc<Recorded>> = Vec::new();
    loop {
        let is_last = done.load(Ordering::SeqCst);
        let from = seen.last().map(|event| event.revision.plus(1));
        let page = read(log.read_stream(&stream, Direction::Forward, from, 50).await);
        if is_last && page.is_empty() {
            return seen;
        }
        seen.extend(page);
        tokio::task::yield_now().await;
    }
}

async fn follows(log: Log, total: usize) -> Vec<Arc<Recorded>> {
    let (mut follower, mut seen) = (log.follow(Position::START, Filter::all()), Vec::new());
    while seen.len() < total {
        if let Followed::Event(event) = next(&mut follower).await {
            seen.push(event);
        }
    }
    seen
}

pub(super) async fn everybody_sees_one_order<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let sizes = (0..WRITERS).flat_map(|writer| (0..COMMITS).map(move |id| 1 + (writer + id) as usize % 7));
    let (total, done) = (sizes.sum(), Arc::new(AtomicBool::new(false)));
    let mut everybody = Vec::new();
    for _ in 0..READERS {
        everybody.push(tokio::spawn(reads_on(log.clone(), Arc::clone(&done))));
        everybody.push(tokio::spawn(follows(log.clone(), total)));
    }
    let common = tokio::spawn(reads_a_stream(log.clone(), stream(APPLE, 0), Arc::clone(&done)));
    let writers: Vec<_> = (0..WRITERS).map(|writer| tokio::spawn(write(log.clone(), writer))).collect();
    for writer in writers {
        writer.await.expect("a writer ends well");
    }
    done.store(true, Ordering::SeqCst);
    let all = everything(&log).await;
    assert_eq!(all.len(), total);
    assert!(all.is_sorted_by(|one, next| one.position < next.position), "positions grow");
    for seen in everybody {
        assert_eq!(seen.await.expect("a reader ends well"), all, "everybody sees the same order");
    }
    let of_stream: Vec<_> = all.iter().filter(|event| event.stream == stream(APPLE, 0)).cloned().collect();
    assert_eq!(common.await.expect("a reader ends well"), of_stream, "a stream has the same order as the log");
    assert_eq!(everything(&log).await, all, "the order never changes");
    drop(log);
    if let Some(log) = engine.reopen().await {
        assert_eq!(everything(&log).await, all, "nor when the log is opened again");
    }
}

pub(super) async fn an_answer_comes_when_everybody_can_read_it<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let log = log.clone();
            tokio::spawn(async move {
                for id in 0..COMMITS / 3 {
                    let commit = commit(writer * 1_000 + id, &stream(PEAR, writer.into()), Expected::Any, 2);
                    let (id, stream) = (commit.id, commit.stream.clone());
                    let appended = log.append(commit).await.expect("it is taken");
                    assert!(read(log.head().await) >= appended.position, "the head is where the answer says");
                    let last = read(log.read_stream(&stream, Direction::Backward, None, 1).await).remove(0);
                    assert_eq!((last.position, last.revision), (appended.position, appended.last_revision));
                    let found = read(log.find_commit(&stream, id).await).expect("it is found").events;
                    assert_eq!((found.len(), found[0].revision), (2, appended.first_revision));
                    let before = Position::new(appended.position.get() - 1);
                    let page = read(log.read_all(before, &Filter::all(), 1).await);
                    assert_eq!(page.events[..1], [last], "it is read where the answer says");
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("a writer ends well");
    }
}
