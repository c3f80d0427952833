//! The records of a block before they are packed: first the names of its streams and event types, then the commits, each
//! with those of its events that stand in this block. [`stored`](super::stored) reads them again.

use std::collections::HashMap;

use types::{CommitId, StreamId, Timestamp};

use super::layout::{
    block::{BLOCK_BYTES, BLOCK_EVENTS_MAX},
    put_varint,
};
use crate::check::Checked;

/// A commit that is about to be written.
pub(super) struct Admitted {
    pub(super) checked: Checked,
    /// The revision of its first event.
    pub(super) first: u64,
}

/// So many of a commit's events, beginning with the `offset`th, in one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// Which of the group's commits.
    commit: usize,
    offset: usize,
    count: usize,
}

/// What the index must know of a commit's events in a block.
pub(super) struct RunOf<'a> {
    pub(super) commit: CommitId,
    pub(super) stream: &'a StreamId,
    /// The revision of the first of these events.
    pub(super) revision: u64,
    /// Which of the commit's events is the first of these.
    pub(super) offset: u64,
    pub(super) count: u64,
}

/// What the index must know of a block that is about to be written.
pub(super) fn runs<'a>(group: &'a [Admitted], block: &'a [Run]) -> impl Iterator<Item = RunOf<'a>> {
    block.iter().map(|run| {
        let Admitted { checked, first } = &group[run.commit];
        let (offset, count) = (run.offset as u64, run.count as u64);
        RunOf { commit: checked.commit.id, stream: &checked.commit.stream, revision: first + offset, offset, count }
    })
}

/// Distributes the events of a group over blocks. No block is empty.
pub(super) fn plan(group: &[Admitted]) -> Vec<Vec<Run>> {
    let (mut blocks, mut block) = (Vec::new(), Vec::<Run>::new());
    let (mut events, mut bytes) = (0, 0);
    for (commit, Admitted { checked, .. }) in group.iter().enumerate() {
        for (offset, event) in checked.commit.events.iter().enumerate() {
            let size = event.data.len() + event.kind.len() + 24;
            if events == BLOCK_EVENTS_MAX || (events > 0 && bytes + size > BLOCK_BYTES) {
                blocks.push(std::mem::take(&mut block));
                (events, bytes) = (0, 0);
            }
            match block.last_mut().filter(|run| run.commit == commit) {
                Some(run) => run.count += 1,
                None => {
                    block.push(Run { commit, offset, count: 1 });
                    bytes += checked.meta.len() + 100;
                }
            }
            events += 1;
            bytes += size;
        }
    }
    if !block.is_empty() {
        blocks.push(block);
    }
    blocks
}

/// The records of one block, and how many events they are.
pub(super) fn encode(group: &[Admitted], block: &[Run], recorded_at: Timestamp) -> (Vec<u8>, u32) {
    let (mut stream_numbers, mut streams) =
        (HashMap::<&StreamId, usize, foldhash::fast::RandomState>::default(), Vec::new());
    let mut kinds = Vec::<&str>::new();
    let mut body = Vec::with_capacity(BLOCK_BYTES + BLOCK_BYTES / 4);
    let mut events = 0;
    for run in block {
        let Admitted { checked, first } = &group[run.commit];
        let commit = &checked.commit;
        let stream = *stream_numbers.entry(&commit.stream).or_insert_with(|| {
            streams.push(&commit.stream);
            streams.len() - 1
        });
        body.extend_from_slice(commit.id.uuid().as_bytes());
        put_varint(&mut body, stream as u64);
        put_varint(&mut body, first + run.offset as u64);
        body.extend_from_slice(&recorded_at.as_millisecond().to_be_bytes());
        put_varint(&mut body, commit.events.len() as u64);
        put_varint(&mut body, run.offset as u64);
        put_varint(&mut body, checked.meta.len() as u64);
        body.extend_from_slice(&checked.meta);
        put_varint(&mut body, run.count as u64);
        for event in &commit.events[run.offset..run.offset + run.count] {
            let kind = kinds.iter().position(|kind| *kind == &*event.kind).unwrap_or_else(|| {
                kinds.push(&event.kind);
                kinds.len() - 1
            });
            body.extend_from_slice(event.id.uuid().as_bytes());
            put_varint(&mut body, kind as u64);
            put_varint(&mut body, event.data.len() as u64);
            body.extend_from_slice(&event.data);
        }
        events += run.count;
    }
    let mut records = Vec::with_capacity(body.len() + streams.len() * 32 + kinds.len() * 40 + 8);
    put_varint(&mut records, streams.len() as u64);
    for stream in streams {
        put_varint(&mut records, stream.category().len() as u64);
        records.extend_from_slice(stream.category().as_bytes());
        records.extend_from_slice(stream.id().as_bytes());
    }
    put_varint(&mut records, kinds.len() as u64);
    for kind in kinds {
        put_varint(&mut records, kind.len() as u64);
        records.extend_from_slice(kind.as_bytes());
    }
    records.extend_from_slice(&body);
    (records, events as u32)
}
