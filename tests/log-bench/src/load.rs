//! Filling a log as fast as it takes it.

use std::collections::VecDeque;

use event_log::{Commit, Expected, Log, Pending};
use types::StreamId;
use uuid::Uuid;

use crate::{
    commits::{Author, CATEGORY},
    progress::Progress,
    shape,
    text::Texts,
    writers::expected,
};

/// How many commits are under way.
const AHEAD: usize = 1_024;

/// Commits under way.
struct Ahead<'a> {
    log: &'a Log,
    pending: VecDeque<Pending>,
}

impl<'a> Ahead<'a> {
    fn new(log: &'a Log) -> Self {
        Self { log, pending: VecDeque::with_capacity(AHEAD) }
    }

    async fn submit(&mut self, commit: Commit) -> anyhow::Result<()> {
        if self.pending.len() == AHEAD
            && let Some(first) = self.pending.pop_front()
        {
            first.await?;
        }
        self.pending.push_back(self.log.submit(commit).await?);
        Ok(())
    }

    async fn finish(self) -> anyhow::Result<()> {
        for pending in self.pending {
            pending.await?;
        }
        Ok(())
    }
}

/// Writes one event to each of these streams.
pub(crate) async fn begin_streams(
    log: &Log,
    streams: impl ExactSizeIterator<Item = Uuid>,
    texts: &Texts,
) -> anyhow::Result<()> {
    let mut progress = Progress::new("beginning streams", streams.len() as u64);
    let (mut author, mut ahead) = (Author::new(0, texts.clone()), Ahead::new(log));
    for (stream, number) in streams.zip(1..) {
        ahead.submit(author.commit(StreamId::new(CATEGORY, stream), Expected::NoStream)).await?;
        progress.at(number);
    }
    ahead.finish().await
}

/// Writes so many events to a new log, of the shape that `shape` knows.
pub(crate) async fn fill(log: &Log, events: u64, texts: &Texts) -> anyhow::Result<()> {
    let mut progress = Progress::new("filling with events", events);
    let mut lengths = vec![0_u64; usize::try_from(shape::streams(events))?];
    let (mut author, mut ahead) = (Author::new(0, texts.clone()), Ahead::new(log));
    for number in 0..events {
        let stream = shape::stream_of(number);
        let length = &mut lengths[usize::try_from(stream)?];
        let stream = StreamId::new(CATEGORY, shape::stream(stream));
        ahead.submit(author.commit_as(shape::commit(number), stream, expected(*length))).await?;
        *length += 1;
        progress.at(number);
    }
    ahead.finish().await
}
