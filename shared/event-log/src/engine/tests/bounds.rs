//! What is kept in memory does not grow with the log.

use types::Ids as _;

use super::super::{
    index::UNINDEXED_EVENTS_MAX,
    ring::{RING_BYTES_MAX, RING_EVENTS_MAX},
};
use super::*;

const COMMITS: u128 = 100_000;
/// So many are under way at once, so that groups are large.
const AT_ONCE: u128 = 1_000;

/// Each commit has an id that nothing follows from and a stream of its own: what an index finds hardest.
fn scattered(number: u128) -> Commit {
    let mut commit = commit(number, Expected::NoStream);
    let scattered = CommitId::derived(Uuid::nil(), &number.to_string());
    commit.id = if number.is_multiple_of(2) { scattered } else { CommitId::from_uuid(types::SystemIds.uuid()) };
    commit.stream = StreamId::new(Category::declared("apple"), scattered.uuid());
    commit
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_in_memory_does_not_grow_with_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let log = SledLog::open(dir.path(), options()).unwrap();
    let (mut most, mut sample) = ((0, 0, 0, 0), Vec::new());
    for first in (0..COMMITS).step_by(AT_ONCE as usize) {
        let mut under_way = Vec::new();
        for number in first..first + AT_ONCE {
            let commit = scattered(number);
            if number.is_multiple_of(5_003) {
                sample.push((commit.clone(), None));
            }
            under_way.push((number, log.submit(commit).await.unwrap()));
        }
        for (number, pending) in under_way {
            let appended = pending.await.unwrap();
            if number.is_multiple_of(5_003) {
                sample.last_mut().unwrap().1 = Some(appended);
            }
        }
        let unindexed = log.reader.0.late().unindexed();
        let entries = log.reader.0.late().entries();
        let (events, bytes) = log.reader.0.ring().kept();
        most = (most.0.max(unindexed), most.1.max(entries), most.2.max(events), most.3.max(bytes));
    }
    println!("at the most {} unindexed events with {} entries, {} events of {} bytes", most.0, most.1, most.2, most.3);
    assert!(most.0 <= UNINDEXED_EVENTS_MAX && most.1 as u64 <= 2 * UNINDEXED_EVENTS_MAX, "{most:?}");
    assert!(most.2 <= RING_EVENTS_MAX && most.3 <= RING_BYTES_MAX, "{most:?}");
    for (commit, first) in sample {
        let again = log.append(commit).await.unwrap();
        assert_eq!(Some(again), first, "what is not kept is found in the store");
    }
    assert_eq!(log.stats().unwrap().streams, COMMITS as u64);
    log.close().await;
}
