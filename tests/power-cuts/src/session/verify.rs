//! Reads a whole log, and checks that it keeps its promises.

use std::collections::HashMap;

use anyhow::{Context as _, bail, ensure};
use event_log::{Direction, Expected, Filter, Log, READ_EVENTS_MAX, Recorded};
use power_cuts::Acknowledged;
use types::{CommitId, Position, Revision, StreamId};

use super::commits::{Data, SHARED, commit, stream};

/// So many of the commits that are known are looked for by their id, and sent again.
const SENT_AGAIN: usize = 5;

/// What a log holds.
#[derive(Default)]
pub(crate) struct Found {
    commits: HashMap<CommitId, Acknowledged>,
    /// How many events each stream has.
    lengths: HashMap<StreamId, u64>,
    head: Position,
}

impl Found {
    /// Reads everything. Fails if there is a gap, or half a commit.
    pub(crate) async fn read(log: &Log) -> anyhow::Result<Self> {
        let mut found = Self::default();
        // The commit that is being read, and how many of its events are still to come.
        let mut open: Option<(Acknowledged, u64)> = None;
        loop {
            let page = log.read_all(found.head, &Filter::all(), READ_EVENTS_MAX).await.context("reading everything")?;
            for event in &page.events {
                ensure!(event.position > found.head, "positions do not grow at {}", event.position);
                found.head = event.position;
                let next = found.lengths.entry(event.stream.clone()).or_default();
                ensure!(event.revision.get() == *next, "`{}` has a gap before {}", event.stream, event.revision);
                *next += 1;
                open = found.event(event, open)?;
            }
            ensure!(page.at_head || !page.events.is_empty(), "a page makes no progress at {}", found.head);
            if page.at_head {
                break;
            }
        }
        ensure!(open.is_none(), "the last commit is not whole: {open:?}");
        Ok(found)
    }

    fn event(
        &mut self,
        event: &Recorded,
        open: Option<(Acknowledged, u64)>,
    ) -> anyhow::Result<Option<(Acknowledged, u64)>> {
        let data: Data = serde_json::from_slice(&event.data)?;
        ensure!(data == Data::of(event.commit, data.ordinal, data.events, data.letters), "another text at {data:?}");
        let (mut of, left) = open.unwrap_or_else(|| {
            let (commit, stream, first) = (event.commit, event.stream.clone(), event.revision.get());
            let Data { events, letters, .. } = data;
            (Acknowledged { commit, stream, first, position: 0, events, letters }, events)
        });
        let fits = (of.commit, &of.stream, of.events - left, of.events)
            == (event.commit, &event.stream, data.ordinal, data.events);
        ensure!(fits, "event {} is not the next of {of:?}", event.position);
        of.position = event.position.get();
        if left > 1 {
            return Ok(Some((of, left - 1)));
        }
        match self.commits.insert(of.commit, of) {
            None => Ok(None),
            Some(twice) => bail!("it is there twice: {twice:?}"),
        }
    }

    /// Checks that everything known is there, that it is found in every way, and that sending it again gives the answer
    /// that was given.
    pub(crate) async fn verify(&self, log: &Log, known: &[Acknowledged]) -> anyhow::Result<()> {
        let lost: Vec<_> = known.iter().filter(|known| self.commits.get(&known.commit) != Some(known)).collect();
        ensure!(
            lost.is_empty(),
            "{} of {} acknowledged commits are lost, first {:?}",
            lost.len(),
            known.len(),
            lost[0]
        );
        let head = log.head().await?;
        ensure!(head == self.head, "the head is {head}, and the last event is {}", self.head);
        let sent_again = known.iter().step_by(known.len() / SENT_AGAIN + 1).chain(known.last());
        for Acknowledged { commit: id, stream, first, position, events, letters } in sent_again {
            let stored = log.find_commit(stream, *id).await?.with_context(|| format!("{id} is not found"))?;
            ensure!(stored.events.len() as u64 == *events, "{id} is found with {} events", stored.events.len());
            let again = commit(*id, stream, Expected::NoStream, *events, *letters);
            let again = log.append(again).await.with_context(|| format!("sending {id} again"))?;
            ensure!((again.first_revision.get(), again.position.get()) == (*first, *position), "{id}: {again:?}");
        }
        for (stream, length) in &self.lengths {
            let mut next = *length;
            while next > 0 {
                let from = Some(Revision::new(next - 1));
                let page = log.read_stream(stream, Direction::Backward, from, READ_EVENTS_MAX).await?;
                ensure!(!page.is_empty(), "`{stream}` ends before {next}");
                for event in page {
                    ensure!(event.revision.get() + 1 == next, "`{stream}` has {} before {next}", event.revision);
                    next -= 1;
                }
            }
            let last = log.read_stream(stream, Direction::Backward, None, 1).await?;
            ensure!(last[0].revision.get() + 1 == *length, "`{stream}` ends at {}", last[0].revision);
        }
        Ok(())
    }

    /// Everything that is there.
    pub(crate) fn commits(&self) -> impl Iterator<Item = Acknowledged> {
        self.commits.values().cloned()
    }

    /// The revision of this writer's stream.
    pub(crate) fn revision(&self, writer: u64) -> Option<Revision> {
        debug_assert_ne!(writer, SHARED, "that is nobody's own");
        self.lengths.get(&stream(writer)).map(|length| Revision::new(length - 1))
    }
}
