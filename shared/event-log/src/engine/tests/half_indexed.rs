//! A program is killed while it writes the index: what it leaves of a stream's entries is not in the way of those that are
//! made when the log is opened again, though the blocks were merged meanwhile.

use super::super::{
    index::UNINDEXED_EVENTS,
    layout::{
        places::{PLACES_MAX, Place},
        root,
    },
    sample::{self, spoil},
    store::{Store, UNSYNCED_BYTES_MAX},
};
use super::*;

const EVENTS_EACH: u64 = 10;
/// More events than are kept unindexed, so that a part of them is indexed while the log is opened.
const COMMITS: u64 = (UNINDEXED_EVENTS + 4_000) / EVENTS_EACH;
const EVENTS: u64 = COMMITS * EVENTS_EACH;

/// The entries that were written by a program which was killed before it wrote how far its index goes.
fn leave_half_written(log: &TempDir, stream: &StreamId) {
    let places: Vec<_> = (0..EVENTS).map(|first| Place { block: first + 1, first, count: 1 }).collect();
    spoil(log.path(), |store| {
        store.put_places(stream, &places).unwrap();
        store.raw().remove(root::INDEXED).unwrap().unwrap();
    });
}

async fn read_all(log: &SledLog, stream: &StreamId) -> u64 {
    let mut next = 0;
    while next < EVENTS {
        let from = Some(Revision::new(next));
        let events = log.read_stream(stream, Direction::Forward, from, usize::MAX).await.unwrap();
        assert!(events.iter().zip(next..).all(|(event, revision)| event.revision.get() == revision));
        next += events.len() as u64;
    }
    next
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_program_left_of_the_index_is_not_in_the_way() {
    let (dir, stream) = (tempfile::tempdir().unwrap(), sample::stream(1));
    let log = SledLog::open(dir.path(), options()).unwrap();
    let mut under_way = Vec::new();
    for number in 0..COMMITS {
        under_way.push(log.submit(sample::commit(number.into(), stream.clone(), EVENTS_EACH)).await.unwrap());
    }
    for pending in under_way {
        pending.await.unwrap();
    }
    log.close().await;
    leave_half_written(&dir, &stream);

    for opened in 1..=2 {
        let log = SledLog::open(dir.path(), options()).unwrap();
        assert_eq!(read_all(&log, &stream).await, EVENTS, "opened {opened} times");
        assert_eq!(log.verify(|_, _| ()).await.unwrap().events, EVENTS, "opened {opened} times");
        log.close().await;
    }
}

/// So many entries that removing all of them in one sync would be too much.
const ENTRIES: u64 = 2_048;

/// What this process, which runs one test, has handed to the system to write.
fn written_bytes() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").unwrap();
    io.lines().find_map(|line| line.strip_prefix("wchar: ")).unwrap().parse().unwrap()
}

#[test]
fn what_is_removed_counts_for_the_next_sync() {
    let (dir, stream) = (tempfile::tempdir().unwrap(), sample::stream(1));
    let most = Arc::new(Mutex::new((written_bytes(), 0)));
    let theirs = Arc::clone(&most);
    let sync = move |file: &File| {
        let (last, most) = &mut *theirs.lock().unwrap();
        let now = written_bytes();
        (*last, *most) = (now, (now - *last).max(*most));
        file.sync_data()
    };
    let store = Store::open(dir.path(), 1 << 26, Arc::new(sync)).unwrap();
    let places = |count| (0..count).map(|at| Place { block: at << 40, first: at, count: 1 }).collect::<Vec<_>>();
    store.put_places(&stream, &places(ENTRIES * PLACES_MAX as u64)).unwrap();
    store.put_places(&stream, &places(1)).unwrap();
    store.make_durable().unwrap();
    assert_eq!(store.places(&stream, 0..=u64::MAX).unwrap(), places(1));
    let most = most.lock().unwrap().1;
    println!("at the most {most} bytes");
    assert!(most <= UNSYNCED_BYTES_MAX as u64, "{most}");
}
