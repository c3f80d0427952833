//! Commands, failures, callers that go away and other writers, in any order: whatever happens, every event was decided
//! on the stream as it was, and everybody was told the truth.

use proptest::prelude::*;
use tokio::task::JoinHandle;

use super::*;

#[derive(Clone, Copy, Debug)]
enum Act {
    /// A command comes.
    Execute { number: u64, repeatable: bool },
    /// The same command as one before comes again.
    Repeat(prop::sample::Index),
    /// A caller goes away.
    Abandon(prop::sample::Index),
    /// The disk takes a commit, if one waits.
    Write,
    /// The disk refuses a commit, if one waits.
    Refuse,
    /// Somebody else writes, also where commits wait that expect otherwise.
    WriteBeside(u64),
    /// The process starts again with an empty memory.
    Restart,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        6 => (0..300_u64, any::<bool>()).prop_map(|(number, repeatable)| Act::Execute { number, repeatable }),
        2 => any::<prop::sample::Index>().prop_map(Act::Repeat),
        1 => any::<prop::sample::Index>().prop_map(Act::Abandon),
        6 => Just(Act::Write),
        1 => Just(Act::Refuse),
        1 => (0..100_u64).prop_map(Act::WriteBeside),
        1 => Just(Act::Restart),
    ];
    prop::collection::vec(act, 1..60)
}

struct Called {
    request: Request<Add>,
    answer: JoinHandle<Answer>,
}

async fn act_all(acts: Vec<Act>) {
    let log = HeldLog::new();
    let mut executor = executor(&log);
    let mut called = Vec::<Called>::new();
    for (id, act) in (1_u128..).zip(acts) {
        let call = |request: Request<Add>| Called { answer: spawn(&executor, request.clone()), request };
        match act {
            Act::Execute { number, repeatable } => {
                called.push(call(Request { repeatable, ..request(id, Add(number)) }));
            }
            Act::Repeat(earlier) => {
                let repeatable: Vec<_> = called.iter().filter(|called| called.request.repeatable).collect();
                if !repeatable.is_empty() {
                    let again = call(earlier.get(&repeatable).request.clone());
                    called.push(again);
                }
            }
            Act::Abandon(caller) if !called.is_empty() => caller.get(&called).answer.abort(),
            Act::Write if log.waiting() > 0 => log.write().await,
            Act::Refuse if log.waiting() > 0 => log.refuse(read_only()),
            Act::WriteBeside(number) => {
                let before = history(&log).await;
                let expected = before.len().checked_sub(1).map(|last| Revision::new(last as u64));
                let event = Added { number, sum: before.last().map_or(0, |last| last.sum) + number };
                write_beside(&log, 1_000_000 + id, expected.map_or(Expected::NoStream, Expected::Exact), event).await;
            }
            // What is under way stays under way, and gets into the new one's way.
            Act::Restart => executor = self::executor(&log),
            _ => {}
        }
        for _ in 0..5 {
            tokio::task::yield_now().await;
        }
    }
    let answers =
        log.write_during(join_all(called.into_iter().map(async |called| (called.request, called.answer.await))));
    let answers = answers.await;
    let events = history(&log).await;
    let mut written = HashMap::<CommitId, Executed<Added>>::new();
    for (request, answer) in answers {
        let Add(number) = request.command;
        match answer {
            Err(gone) => assert!(gone.is_cancelled(), "{gone}"),
            Ok(Ok(executed)) if executed.events.is_empty() => assert_eq!(number, 0),
            Ok(Ok(executed)) => {
                let revision = executed.revision.unwrap().get() as usize;
                assert_eq!(executed.events, [events[revision]], "what was answered is what was written");
                assert_eq!(executed.events[0].number, number);
                let first = written.entry(request.commit).or_insert_with(|| executed.clone());
                assert_eq!(executed.revision, first.revision, "one request was carried out twice");
            }
            Ok(Err(ExecuteError::Refused(TooMuch { sum, number }))) => {
                let stood = sum == 0 || events.iter().any(|event| event.sum == sum);
                assert!(stood && sum + number > LIMIT, "refused for a sum of {sum}, which never was");
            }
            Ok(Err(ExecuteError::Append(AppendError::ReadOnly { .. }))) => {}
            Ok(Err(error)) => panic!("unexpected: {error}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn whatever_happens_every_event_was_decided_on_the_stream_as_it_was(acts in acts()) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(act_all(acts));
    }
}
