//! Rebuilding beside a view that is read and goes on.

use std::pin::pin;

use futures_util::poll;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_under_writes_gives_the_same_tables_and_never_goes_back() {
    let fixture = Fixture::new();
    let options = ViewsOptions { batch_events_max: 50, ..fixture.options() };
    let views = Views::open(fixture.log.clone(), options).await.unwrap();
    let before = fixture.write(1_000).await;
    views.wait_for(before, LONG).await.unwrap();
    let old = views.snapshot().unwrap();
    let progress = Mutex::new(Vec::new());
    let done = AtomicBool::new(false);
    let rebuilding = async {
        views.rebuild(|reached, target| progress.lock().unwrap().push((reached, target))).await.unwrap();
        done.store(true, SeqCst);
    };
    let writing = async {
        while !done.load(SeqCst) {
            fixture.write(1).await;
            tokio::task::yield_now().await;
        }
    };
    let reading = async {
        let mut last = old.position();
        while !done.load(SeqCst) {
            let snapshot = views.snapshot().unwrap();
            let events: u64 = read(&snapshot).values().map(|total| total.events).sum();
            assert_eq!(snapshot.position(), Position::new(events));
            assert!(snapshot.position() >= last);
            last = snapshot.position();
            tokio::task::yield_now().await;
        }
    };
    tokio::join!(rebuilding, writing, reading);
    let head = fixture.write(10).await;
    views.wait_for(head, LONG).await.unwrap();
    assert_complete(&fixture, &views);
    assert!(fixture.fold.applied.load(SeqCst) as u64 >= 1_000 + head.get(), "it was built from nothing");
    assert_eq!(read(&old).values().map(|total| total.events).sum::<u64>(), before.get(), "who reads may finish");
    let progress = progress.into_inner().unwrap();
    assert!(progress.is_sorted() && progress.iter().all(|(reached, target)| reached <= target), "{progress:?}");
    assert!(progress.last().is_some_and(|(reached, target)| reached == target), "{progress:?}");
    views.close().await.unwrap();
    drop(old);

    let views = fixture.open().await;
    assert_complete(&fixture, &views);
    views.close().await.unwrap();
}

#[tokio::test]
async fn one_rebuild_goes_on_at_a_time_and_one_that_is_dropped_changes_nothing() {
    let fixture = Fixture::new();
    let views = fixture.open().await;
    let head = fixture.write(10).await;
    views.wait_for(head, LONG).await.unwrap();
    {
        let mut first = pin!(views.rebuild(|_, _| {}));
        assert!(poll!(first.as_mut()).is_pending());
        assert!(matches!(views.rebuild(|_, _| {}).await, Err(ViewError::Rebuilding)));
    }
    let head = fixture.write(10).await;
    views.wait_for(head, LONG).await.unwrap();
    assert_complete(&fixture, &views);
    views.rebuild(|_, _| {}).await.unwrap();
    assert_complete(&fixture, &views);
    views.close().await.unwrap();
}

#[tokio::test]
async fn one_that_is_dropped_is_waited_for_while_it_may_touch_its_file() {
    let fixture = Fixture::new();
    let views = fixture.open().await;
    let head = fixture.write(10).await;
    views.wait_for(head, LONG).await.unwrap();
    let (entered, is_within) = tokio::sync::oneshot::channel();
    let (leave, may_leave) = std::sync::mpsc::sync_channel::<()>(0);
    let then = move || {
        entered.send(()).unwrap();
        may_leave.recv().unwrap();
    };
    *fixture.fold.then.lock().unwrap() = Some((5, Box::new(then)));
    tokio::select! {
        _ = views.rebuild(|_, _| {}) => unreachable!("it waits in the middle of a batch"),
        within = is_within => within.unwrap(),
    }
    let mut next = pin!(views.rebuild(|_, _| {}));
    let early = tokio::time::timeout(Duration::from_millis(300), next.as_mut()).await;
    assert!(early.is_err(), "another was built in the same place meanwhile: {early:?}");
    leave.send(()).unwrap();
    next.await.unwrap();
    assert_complete(&fixture, &views);
    views.close().await.unwrap();
}

#[tokio::test]
async fn what_an_interrupted_rebuild_left_behind_is_in_nobodys_way() {
    let fixture = Fixture::new();
    let views = fixture.open().await;
    let head = fixture.write(10).await;
    views.wait_for(head, LONG).await.unwrap();
    let leftover = rebuild::beside(&fixture.path());
    std::fs::write(&leftover, "half a view").unwrap();
    views.rebuild(|_, _| {}).await.unwrap();
    assert_complete(&fixture, &views);
    views.close().await.unwrap();
    std::fs::write(&leftover, "half a view").unwrap();
    let views = fixture.open().await;
    assert!(!leftover.exists());
    assert_complete(&fixture, &views);
    views.close().await.unwrap();
}

#[tokio::test]
async fn a_rebuild_gives_way_to_the_rest_and_a_crash_within_it_changes_nothing() {
    let fixture = Fixture::new();
    let options = ViewsOptions { batch_events_max: 50, ..fixture.options() };
    let views = Views::open(fixture.log.clone(), options).await.unwrap();
    let head = fixture.write(1_000).await;
    views.wait_for(head, LONG).await.unwrap();
    let usual = std::mem::take(&mut *fixture.fold.niceness.lock().unwrap());
    let crashed = fixture.directory.path().join("crashed.redb");
    let (path, copy, beside) = (fixture.path(), crashed.clone(), rebuild::beside(&crashed));
    let copy_beside = beside.clone();
    let crash = move || {
        std::fs::copy(&path, copy).unwrap();
        std::fs::copy(rebuild::beside(&path), copy_beside).unwrap();
    };
    *fixture.fold.then.lock().unwrap() = Some((510, Box::new(crash)));
    views.rebuild(|_, _| {}).await.unwrap();
    let within = fixture.fold.niceness.lock().unwrap().clone();
    assert!(usual.len() == 1 && usual.first() < within.first(), "{usual:?} {within:?}");
    views.close().await.unwrap();

    assert!(beside.exists(), "it was taken in the middle");
    let options = ViewsOptions { path: crashed, ..fixture.options() };
    let recovered = Views::open(fixture.log.clone(), options).await.unwrap();
    assert!(!beside.exists());
    recovered.wait_for(head, LONG).await.unwrap();
    assert_complete(&fixture, &recovered);
    recovered.close().await.unwrap();
}

#[tokio::test]
async fn a_rebuild_revives_a_view_that_failed() {
    let fixture = Fixture::new();
    fixture.fold.fails_at.store(3, SeqCst);
    let views = fixture.open().await;
    let head = fixture.write(5).await;
    assert!(matches!(views.wait_for(head, LONG).await, Err(WaitError::Stopped(_))));
    fixture.fold.fails_at.store(0, SeqCst);
    views.rebuild(|_, _| {}).await.unwrap();
    assert_eq!(views.failure(), None);
    views.wait_for(head, LONG).await.unwrap();
    assert_complete(&fixture, &views);
    views.close().await.unwrap();
}

#[tokio::test]
async fn a_rebuild_that_fails_leaves_the_view_as_it_was() {
    let fixture = Fixture::new();
    let views = fixture.open().await;
    let head = fixture.write(5).await;
    views.wait_for(head, LONG).await.unwrap();
    fixture.fold.fails_at.store(3, SeqCst);
    assert!(matches!(views.rebuild(|_, _| {}).await, Err(ViewError::Inconsistent(_))));
    assert_eq!(views.failure(), None);
    fixture.fold.fails_at.store(0, SeqCst);
    let head = fixture.write(5).await;
    views.wait_for(head, LONG).await.unwrap();
    assert_complete(&fixture, &views);
    views.close().await.unwrap();
}
