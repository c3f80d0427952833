//! Promise 8: what is refused, with which reason, and without effect.

use std::sync::Arc;

use bytes::Bytes;
use contracts::{Actor, Meta};
use futures_util::FutureExt as _;
use types::{Revision, StreamId};

use super::{
    Engine, everything, read,
    sample::{APPLE, caught_up, commit, stream},
};
use crate::{
    AppendError, COMMIT_BYTES_MAX, COMMIT_EVENTS_MAX, Commit, DATA_DEPTH_MAX, Direction, Expected, Filter,
    KIND_BYTES_MAX, Log, META_BYTES_MAX, engine::layout::meta,
};
use futures_util::StreamExt as _;

fn nested(depth: usize) -> Bytes {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth)).into()
}

fn part(bytes: usize) -> Actor {
    Actor::System { part: "p".repeat(bytes) }
}

/// Makes the meta of a commit as large as may be.
fn fill_meta(commit: &mut Commit) {
    let with_part = |bytes| Meta { actor: part(bytes), ..commit.meta.clone() };
    let others = meta::encode(&with_part(META_BYTES_MAX)).len() - META_BYTES_MAX;
    commit.meta = with_part(META_BYTES_MAX - others);
}

fn changed(commit: &Commit, change: impl FnOnce(&mut Commit)) -> Commit {
    let mut commit = commit.clone();
    change(&mut commit);
    commit
}

/// What is wrong, the commit that is, and what its refusal says.
fn bad(good: &Commit) -> Vec<(&'static str, Commit, &'static str)> {
    let data = |data: Bytes| changed(good, |commit| commit.events[1].data = data);
    let kind = |kind: &str| changed(good, |commit| commit.events[0].kind = kind.into());
    let five_million = "x".repeat(5 * COMMIT_BYTES_MAX);
    let many = commit(1, &good.stream, Expected::Any, COMMIT_EVENTS_MAX + 1);
    let large: Bytes = format!("\"{}\"", "x".repeat(COMMIT_BYTES_MAX / 2)).into();
    vec![
        ("no events", changed(good, |commit| commit.events.clear()), "no events"),
        ("1,001 events", many, "1001 events"),
        ("5 MB in one event", data(format!("\"{five_million}\"").into()), "bytes, at most 1048576"),
        ("5 MB of a type's name", kind(&five_million), "bytes, at most 1048576"),
        (
            "1 MiB in two",
            changed(good, |commit| commit.events.iter_mut().for_each(|e| e.data = large.clone())),
            "bytes",
        ),
        ("meta of 5 MB", changed(good, |commit| commit.meta.actor = part(5 * COMMIT_BYTES_MAX)), "bytes of meta"),
        ("meta above its limit", changed(good, |commit| commit.meta.actor = part(META_BYTES_MAX)), "bytes of meta"),
        ("a trace above it", changed(good, |c| c.meta.trace = Some("t".repeat(META_BYTES_MAX))), "bytes of meta"),
        ("an event id twice", changed(good, |commit| commit.events[1].id = commit.events[0].id), "the same id"),
        ("no data", data("".into()), "not JSON"),
        ("half an object", data("{".into()), "not JSON"),
        ("two values", data("{} {}".into()), "not JSON"),
        ("a byte order mark", data("\u{feff}{}".into()), "not JSON"),
        ("a control character in a text", data("\"\u{0}\"".into()), "not JSON"),
        ("a text that is not UTF-8", data(Bytes::from_static(b"\"\xff\"")), "not JSON"),
        ("a name that is not UTF-8", data(Bytes::from_static(b"{\"\xc3\":1}")), "not JSON"),
        ("not a number", data("NaN".into()), "not JSON"),
        ("100,000 levels that never close", data("[".repeat(100_000).into()), "not JSON"),
        ("100,000 levels", data(nested(100_000)), "nested"),
        (
            "100,000 levels of objects",
            data(format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000)).into()),
            "nested",
        ),
        ("a level too many", data(nested(DATA_DEPTH_MAX + 1)), "nested"),
        ("no type", kind(""), "event type"),
        ("a long type", kind(&"k".repeat(KIND_BYTES_MAX + 1)), "event type"),
        ("a type with a space", kind("sample even.v1"), "event type"),
        ("a type with a line end", kind("sample.even.v1\n"), "event type"),
        ("a type with a zero byte", kind("sample\0"), "event type"),
        ("a type that reads backward", kind("sample.\u{202e}1v"), "event type"),
        ("a type with other letters", kind("sample.jämn.v1"), "event type"),
        ("a path as a type", kind("../sample"), "event type"),
    ]
}

/// What a log looks like from outside: its head, and its newest event.
async fn look(log: &Log, stream: &StreamId) -> (types::Position, Vec<Arc<crate::Recorded>>) {
    (read(log.head().await), read(log.read_stream(stream, Direction::Backward, None, 1).await))
}

pub(super) async fn what_is_not_well_formed_is_refused_without_effect<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let a = stream(APPLE, 1);
    log.append(commit(0, &a, Expected::NoStream, 2)).await.expect("it is good");
    let before = look(&log, &a).await;
    let mut follower = log.follow(before.0, Filter::all());
    assert_eq!(caught_up(&mut follower).await, before.0);
    let good = commit(1, &a, Expected::Any, 2);
    for (name, commit, reason) in bad(&good) {
        let error = log.append(commit).await.expect_err(name);
        assert!(matches!(error, AppendError::Malformed(_) | AppendError::TooLarge { .. }), "{name}: {error}");
        assert!(error.to_string().contains(reason), "{name}: {error}");
        assert!(!error.may_retry(), "{name}: it will never be taken");
        assert_eq!(look(&log, &a).await, before, "{name}: a refusal has no effect");
        assert!(read(log.find_commit(&a, good.id).await).is_none(), "{name}: nor does it leave its id");
    }
    assert!(follower.next().now_or_never().is_none(), "a follower hears nothing of refusals");
    let appended = log.append(good).await.expect("the id of a refused commit is free");
    assert_eq!(appended.first_revision, Revision::new(2), "refusals leave no gap");
    assert_eq!(everything(&log).await.len(), 4);
    if let crate::Followed::Event(event) = read(follower.next().await.expect("a follower does not end")) {
        assert_eq!(event.revision, Revision::new(2), "a follower hears what was taken, and nothing before it");
    }
}

pub(super) async fn what_is_just_within_the_limits_is_taken<E: Engine>(engine: &mut E) {
    let log = engine.open().await;
    let a = stream(APPLE, 1);
    let change: [&dyn Fn(&mut Commit); 6] = [
        &|commit| commit.events[0].data = nested(DATA_DEPTH_MAX),
        &|commit| commit.events[0].data = format!("\"{}\\\"[[\"", "[{".repeat(DATA_DEPTH_MAX)).into(),
        &|commit| commit.events[0].data = " [ ] \n".into(),
        &|commit| commit.events[0].data = "null".into(),
        &|commit| commit.events[0].kind = "k".repeat(KIND_BYTES_MAX).into(),
        &fill_meta,
    ];
    for (id, change) in (0..).zip(change) {
        let mut commit = commit(id, &a, Expected::Any, 2);
        change(&mut commit);
        log.append(commit.clone()).await.expect("it keeps to the limits");
        let found = read(log.find_commit(&a, commit.id).await).expect("it was taken").events;
        assert_eq!((&found[0].data, &*found[0].kind), (&commit.events[0].data, &*commit.events[0].kind));
        assert_eq!(*found[0].meta, commit.meta);
    }
    // A commit that is as large as may be in every respect is stored in many pieces, each with its meta.
    let mut large = commit(100, &a, Expected::Any, COMMIT_EVENTS_MAX);
    fill_meta(&mut large);
    large.events.iter_mut().for_each(|event| event.data = format!("\"{}\"", "x".repeat(980)).into());
    log.append(large.clone()).await.expect("it keeps to the limits");
    let found = read(log.find_commit(&a, large.id).await).expect("it was taken").events;
    assert_eq!(found.len(), COMMIT_EVENTS_MAX);
    assert!(
        found.iter().zip(&large.events).all(|(found, event)| found.data == event.data && *found.meta == large.meta)
    );
}

/// Nothing can be asked of a log about a stream with such a name, since there is no [`StreamId`] of it.
pub(super) fn a_name_that_is_no_streams_is_refused() {
    let id = "0192f0c1-2a3b-7c4d-8e5f-001122334455";
    for name in [
        String::new(),
        "-".into(),
        id.into(),
        format!("-{id}"),
        format!("thread-{id}\n"),
        format!("thread\0-{id}"),
        format!("thread/../{id}"),
        format!("a/b-{id}"),
        format!("thr\u{e5}d-{id}"),
        format!("thread\u{200b}-{id}"),
        format!("Thread-{id}"),
        format!("thread-{}", id.to_uppercase()),
        format!("{}-{id}", "a".repeat(1_000_000)),
        "a".repeat(1_000_000),
    ] {
        let refused = AppendError::from(name.parse::<StreamId>().expect_err("it names no stream"));
        let said = refused.to_string();
        assert!(said.contains("is not a stream") && said.len() < 600 && !refused.may_retry(), "{said}");
    }
}
