//! Who appends: each to a stream of its own, with several commits under way, and now and then to one that all share.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use anyhow::Context as _;
use event_log::{Expected, Log, Pending};
use power_cuts::{Acknowledged, Phase, Plan, Random, Said};
use types::{CommitId, Revision, SystemIds};

use super::{
    commits::{SHARED, commit, stream},
    recorder::say,
};

/// After so many events the log begins to write its index: `UNINDEXED_EVENTS` of the engine.
const INDEXED_AFTER: u64 = 16_384;
/// The most commits that a writer has under way.
const UNDER_WAY_MAX: u64 = 4;

/// Appends what the plan says. `appended` counts the events of all writers.
pub(crate) async fn write(
    log: Log,
    plan: Plan,
    number: u64,
    mut revision: Option<Revision>,
    appended: Arc<AtomicU64>,
) -> anyhow::Result<()> {
    let mut random = Random::new(plan.seed ^ number.rotate_left(32));
    let mut under_way: VecDeque<(Pending, Acknowledged)> = VecDeque::new();
    for step in &plan.steps {
        for _ in 0..step.commits {
            let mut between = |(low, high): (u64, u64)| low + random.below(high - low + 1);
            let (events, letters) = (between(step.events), between(step.letters));
            let is_shared = random.once_in(4);
            let (stream, expected) = match is_shared {
                true => (stream(SHARED), Expected::Any),
                false => (stream(number), revision.map_or(Expected::NoStream, Expected::Exact)),
            };
            if !is_shared {
                revision = Some(Revision::new(revision.map_or(0, |revision| revision.get() + 1) + events - 1));
            }
            let id = CommitId::new(&SystemIds);
            let pending = log.submit(commit(id, &stream, expected, events, letters)).await.context("appending")?;
            under_way.push_back((pending, Acknowledged { commit: id, stream, first: 0, position: 0, events, letters }));
            while under_way.len() as u64 > random.below(UNDER_WAY_MAX) {
                answered(&mut under_way, &appended).await?;
            }
        }
    }
    while !under_way.is_empty() {
        answered(&mut under_way, &appended).await?;
    }
    Ok(())
}

async fn answered(under_way: &mut VecDeque<(Pending, Acknowledged)>, appended: &AtomicU64) -> anyhow::Result<()> {
    let Some((pending, mut said)) = under_way.pop_front() else { return Ok(()) };
    let answer = pending.await.context("waiting for an answer")?;
    (said.first, said.position) = (answer.first_revision.get(), answer.position.get());
    let events = said.events;
    say(&Said::Acknowledged(said));
    let before = appended.fetch_add(events, Relaxed);
    if before < INDEXED_AFTER && before + events >= INDEXED_AFTER {
        say(&Said::Now(Phase::Indexing));
    }
    Ok(())
}
