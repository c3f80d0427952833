//! The runner, and those who wait for it.

use std::sync::OnceLock;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_snapshot_shows_just_what_its_position_says() {
    let fixture = Fixture::new();
    let views = fixture.open().await;
    let mut positions = Vec::new();
    let reading = async {
        while views.position() < Position::new(500) {
            let (known, snapshot) = (views.position(), views.snapshot().unwrap());
            let events: u64 = read(&snapshot).values().map(|total| total.events).sum();
            assert_eq!(snapshot.position(), Position::new(events));
            assert!(snapshot.position() >= known);
            positions.push(snapshot.position());
            tokio::task::yield_now().await;
        }
    };
    tokio::join!(fixture.write(500), reading);
    assert!(positions.is_sorted() && positions.len() > 1);
    views.wait_for(Position::new(500), LONG).await.unwrap();
    assert_complete(&fixture, &views);
    views.close().await.unwrap();
}

#[tokio::test]
async fn a_restart_goes_on_where_the_view_stood() {
    let fixture = Fixture::new();
    let views = fixture.open().await;
    let head = fixture.write(10).await;
    views.wait_for(head, LONG).await.unwrap();
    views.close().await.unwrap();
    assert_eq!(fixture.fold.applied.load(SeqCst), 10);

    let head = fixture.write(1).await;
    let views = fixture.open().await;
    views.wait_for(head, LONG).await.unwrap();
    assert_complete(&fixture, &views);
    assert_eq!(fixture.fold.applied.load(SeqCst), 11, "what was applied before is not applied again");
    views.close().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn after_a_crash_what_was_durable_is_there_and_the_rest_is_applied_again() {
    let fixture = Fixture::new();
    let views = fixture.open().await;
    let durable = fixture.write(10).await;
    views.wait_for(durable, LONG).await.unwrap();
    tokio::time::sleep(fixture.options().durable_every * 2).await;
    let head = fixture.write(10).await;
    views.wait_for(head, LONG).await.unwrap();
    assert_eq!(fixture.fold.applied.load(SeqCst), 20);
    // What a crash would leave of the file.
    let crashed = fixture.directory.path().join("crashed.redb");
    std::fs::copy(fixture.path(), &crashed).unwrap();
    let options = ViewsOptions { path: crashed, ..fixture.options() };
    let recovered = Views::open(fixture.log.clone(), options).await.unwrap();
    recovered.wait_for(head, LONG).await.unwrap();
    assert_complete(&fixture, &recovered);
    assert_eq!(fixture.fold.applied.load(SeqCst), 30);
    recovered.close().await.unwrap();
    views.close().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_was_applied_becomes_durable_in_a_while() {
    let fixture = Fixture::new();
    let views = fixture.open().await;
    let head = fixture.write(1).await;
    views.wait_for(head, LONG).await.unwrap();
    let due = async || views.inner.writer.lock().await.due(Duration::ZERO);
    assert!(due().await.is_some(), "a batch is not durable");
    tokio::time::sleep(fixture.options().durable_every * 2).await;
    assert_eq!(due().await, None);
    views.close().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_when_time_is_up() {
    let fixture = Fixture::new();
    let views = fixture.open().await;
    let head = fixture.write(3).await;
    views.wait_for(head, LONG).await.unwrap();
    let (before, limit) = (tokio::time::Instant::now(), Duration::from_secs(5));
    let waited = views.wait_for(Position::new(4), limit).await;
    assert_eq!(waited, Err(WaitError::TimedOut { reached: head }));
    assert!(before.elapsed() >= limit && before.elapsed() < limit * 2);
    views.close().await.unwrap();
}

#[tokio::test]
async fn waiting_ends_when_the_position_is_reached() {
    let fixture = Fixture::new();
    let views = fixture.open().await;
    let (waited, _) = tokio::join!(views.wait_for(Position::new(5), LONG), fixture.write(5));
    waited.unwrap();
    assert_complete(&fixture, &views);
    views.close().await.unwrap();
}

#[derive(Default)]
struct Listener {
    views: OnceLock<Views>,
    heard: Mutex<Vec<Position>>,
}

impl Observer for Listener {
    fn applied(&self, events: &[Arc<Recorded>], position: Position) {
        let views = self.views.get().unwrap();
        assert!(views.position() >= position && views.snapshot().unwrap().position() >= position);
        assert_eq!(events.last().map(|event| event.position), Some(position));
        self.heard.lock().unwrap().extend(events.iter().map(|event| event.position));
    }
}

#[tokio::test]
async fn observers_hear_of_everything_once_in_order_when_it_can_be_read() {
    let fixture = Fixture::new();
    let listener = Arc::new(Listener::default());
    let options = ViewsOptions { batch_events_max: 7, ..fixture.options().observer(listener.clone()) };
    let views = Views::open(fixture.log.clone(), options).await.unwrap();
    listener.views.set(views.clone()).ok().unwrap();
    let head = fixture.write(100).await;
    views.wait_for(head, LONG).await.unwrap();
    views.close().await.unwrap();
    assert_eq!(views.failure(), None);
    assert!(listener.heard.lock().unwrap().iter().map(|position| position.get()).eq(1..=100));
}

#[tokio::test]
async fn a_fold_that_fails_stops_the_view_where_it_stands() {
    let fixture = Fixture::new();
    let options = ViewsOptions { batch_events_max: 1, ..fixture.options() };
    fixture.fold.fails_at.store(5, SeqCst);
    let views = Views::open(fixture.log.clone(), options).await.unwrap();
    fixture.write(10).await;
    let waited = views.wait_for(Position::new(5), LONG).await;
    assert_eq!(waited, Err(WaitError::Stopped("told to fail".into())));
    assert_eq!(views.failure().as_deref(), Some("told to fail"));
    assert_eq!(views.position(), Position::new(4));
    assert_eq!(views.snapshot().unwrap().position(), Position::new(4));
    assert_eq!(views.wait_for(Position::new(4), LONG).await, Ok(()), "what was reached stays readable");
    views.close().await.unwrap();
}

#[tokio::test]
async fn who_waits_without_limit_hears_of_each_step_and_when_the_view_stops() {
    let fixture = Fixture::new();
    let options = ViewsOptions { batch_events_max: 1, ..fixture.options() };
    fixture.fold.fails_at.store(3, SeqCst);
    let views = Views::open(fixture.log.clone(), options).await.unwrap();
    let heard = Mutex::new(Vec::new());
    let waiting = views.catch_up(Position::new(3), |position| heard.lock().unwrap().push(position));
    let (waited, _) = tokio::join!(biased; waiting, fixture.write(3));
    assert_eq!(waited, Err(WaitError::Stopped("told to fail".into())));
    let heard = heard.into_inner().unwrap();
    assert_eq!(heard.first(), Some(&Position::START), "where it stood");
    assert!(heard.is_sorted() && heard.last() <= Some(&Position::new(2)), "{heard:?}");
    assert_eq!(views.catch_up(Position::new(2), |_| ()).await, Ok(()), "what was reached stays readable");
    views.close().await.unwrap();
}

#[tokio::test]
async fn a_fold_that_panics_stops_the_view_alone() {
    let fixture = Fixture::new();
    let views = fixture.open().await;
    let head = fixture.write(1).await;
    views.wait_for(head, LONG).await.unwrap();
    fixture.fold.panics.store(true, SeqCst);
    let next = fixture.write(1).await;
    assert_eq!(views.wait_for(next, LONG).await, Err(WaitError::Stopped("a fold or an observer panicked".into())));
    assert_eq!(views.snapshot().unwrap().position(), head);
    views.close().await.unwrap();
}

#[tokio::test]
async fn a_closed_view_says_so() {
    let fixture = Fixture::new();
    let views = fixture.open().await;
    let head = fixture.write(2).await;
    views.wait_for(head, LONG).await.unwrap();
    let snapshot = views.snapshot().unwrap();
    views.close().await.unwrap();
    views.close().await.unwrap();
    assert_eq!(read(&snapshot), fixture.expected(), "who reads may finish");
    // A reader keeps the file open; it is durable nevertheless.
    let crashed = fixture.directory.path().join("crashed.redb");
    std::fs::copy(fixture.path(), &crashed).unwrap();
    let options = ViewsOptions { path: crashed, ..fixture.options() };
    let recovered = Views::open(fixture.log.clone(), options).await.unwrap();
    recovered.wait_for(head, LONG).await.unwrap();
    assert_eq!(fixture.fold.applied.load(SeqCst), 2);
    recovered.close().await.unwrap();
    assert!(matches!(views.snapshot(), Err(ViewError::Closed)));
    assert!(matches!(views.rebuild(|_, _| {}).await, Err(ViewError::Closed)));
    assert!(matches!(views.wait_for(Position::new(3), LONG).await, Err(WaitError::Stopped(_))));
}

#[tokio::test]
async fn the_last_handle_takes_the_runner_with_it() {
    let fixture = Fixture::new();
    let views = fixture.open().await;
    let inner = Arc::downgrade(&views.inner);
    let stop = views.inner.stop.clone();
    let other = views.clone();
    drop(views);
    assert!(!stop.is_cancelled());
    drop(other);
    assert!(stop.is_cancelled());
    while inner.strong_count() > 0 {
        tokio::task::yield_now().await;
    }
    fixture.open().await.close().await.unwrap();
}
