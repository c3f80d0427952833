//! Files of all kinds.

use types::LogEpoch;

use super::*;

/// A view that was closed after it took everything, in the fixture's file.
async fn closed(fixture: &Fixture) {
    let views = fixture.open().await;
    let head = fixture.write(10).await;
    views.wait_for(head, LONG).await.unwrap();
    views.close().await.unwrap();
    fixture.fold.applied.store(0, SeqCst);
}

/// Opens the fixture's file, which is not what it should be, with these options.
async fn assert_rebuilt(fixture: &Fixture, log: Log, options: ViewsOptions) {
    let head = log.head().await.unwrap();
    let views = Views::open(log, options).await.unwrap();
    views.wait_for(head, LONG).await.unwrap();
    assert_eq!(fixture.fold.applied.load(SeqCst) as u64, head.get(), "everything is applied again");
    assert_eq!(views.snapshot().unwrap().position(), head);
    views.close().await.unwrap();
}

#[tokio::test]
async fn a_file_of_another_version_is_rebuilt() {
    let fixture = Fixture::new();
    closed(&fixture).await;
    let options = ViewsOptions { version: 2, ..fixture.options() };
    assert_rebuilt(&fixture, fixture.log.clone(), options).await;
}

#[tokio::test]
async fn a_file_of_another_log_is_rebuilt() {
    let fixture = Fixture::new();
    closed(&fixture).await;
    let epoch = LogEpoch::derived(Uuid::nil(), "another life");
    let other = MemoryLog::with_epoch(Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH)), epoch);
    let copy = fixture.log.read_all(Position::START, &event_log::Filter::all(), 100).await.unwrap();
    let log = Log::new(other);
    for event in copy.events.iter().cycle().take(20) {
        let id = CommitId::from_uuid(Uuid::from_u128(u128::from(log.head().await.unwrap().get()) + 1_000));
        let events = vec![NewEvent { id: event.id, kind: (*event.kind).into(), data: event.data.clone() }];
        let (stream, meta) = (event.stream.clone(), (*event.meta).clone());
        log.append(Commit { id, stream, expected: Expected::Any, meta, events }).await.unwrap();
    }
    assert_rebuilt(&fixture, log, fixture.options()).await;
}

#[tokio::test]
async fn a_file_that_is_ahead_of_its_log_is_rebuilt() {
    let fixture = Fixture::new();
    closed(&fixture).await;
    let shorter = Fixture::new();
    shorter.write(4).await;
    assert_rebuilt(&fixture, shorter.log.clone(), fixture.options()).await;
}

#[tokio::test]
async fn a_file_with_another_kind_of_table_is_rebuilt() {
    struct Changed(Totals);
    impl Fold for Changed {
        fn create(&self, tx: &redb::WriteTransaction) -> Result<(), ViewError> {
            tx.open_table(TableDefinition::<u64, u64>::new("totals"))?;
            Ok(())
        }
        fn apply(&self, _: &redb::WriteTransaction, events: &[Arc<Recorded>]) -> Result<(), ViewError> {
            self.0.applied.fetch_add(events.len(), SeqCst);
            Ok(())
        }
    }
    let fixture = Fixture::new();
    closed(&fixture).await;
    let options = ViewsOptions::new(fixture.path(), 1).fold(Changed(fixture.fold.clone()));
    assert_rebuilt(&fixture, fixture.log.clone(), options).await;
}

#[tokio::test]
async fn a_damaged_file_is_rebuilt() {
    let fixture = Fixture::new();
    closed(&fixture).await;
    let whole = std::fs::read(fixture.path()).unwrap();
    let damages: [(&str, Vec<u8>); 4] = [
        ("text", b"this is no database".to_vec()),
        ("emptied", Vec::new()),
        ("cut off", whole[..whole.len() / 2].to_vec()),
        ("zeroes", whole.iter().enumerate().map(|(at, byte)| if at < 320 { *byte } else { 0 }).collect()),
    ];
    for (what, bytes) in damages {
        println!("{what}");
        std::fs::write(fixture.path(), bytes).unwrap();
        fixture.fold.applied.store(0, SeqCst);
        assert_rebuilt(&fixture, fixture.log.clone(), fixture.options()).await;
    }
}

#[tokio::test]
async fn a_file_in_use_is_left_alone() {
    let fixture = Fixture::new();
    let views = fixture.open().await;
    let head = fixture.write(3).await;
    let error = Views::open(fixture.log.clone(), fixture.options()).await.err().unwrap();
    assert!(matches!(&error, ViewError::Store(e) if matches!(**e, redb::Error::DatabaseAlreadyOpen)), "{error}");
    views.wait_for(head, LONG).await.unwrap();
    assert_complete(&fixture, &views);
    views.close().await.unwrap();
}

#[tokio::test]
async fn a_place_that_is_no_place_for_a_file_is_an_error() {
    let fixture = Fixture::new();
    std::fs::create_dir_all(fixture.path()).unwrap();
    assert!(Views::open(fixture.log.clone(), fixture.options()).await.is_err());
    assert!(Path::new(&fixture.path()).is_dir());
}
