//! The records of a block, before they are packed and after they were unpacked: first the names of its streams and
//! event types, then the commits, each with those of its events that stand in this block.

use std::collections::HashMap;

use contracts::Meta;
use types::{CommitId, EventId, Position, Revision, StreamId, Timestamp};
use uuid::Uuid;

use super::layout::{
    BadValue, Input,
    block::{BLOCK_BYTES, BLOCK_EVENTS_MAX},
    put_varint,
};
use crate::{Recorded, check::Checked};

use std::sync::Arc;

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
                    bytes += checked.meta_json.len() + 100;
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
    let (mut stream_numbers, mut streams) = (HashMap::<&StreamId, usize>::new(), Vec::new());
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
        put_varint(&mut body, checked.meta_json.len() as u64);
        body.extend_from_slice(&checked.meta_json);
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

/// A commit's events in a block, read but not yet made into [`Recorded`].
struct Stored<'a> {
    commit: CommitId,
    /// Which of the block's streams.
    stream: usize,
    /// The position and the revision of the first of these events.
    position: u64,
    revision: u64,
    recorded_at: Timestamp,
    /// Which of the commit's events is the first here.
    offset: u64,
    meta: &'a [u8],
    events: Vec<(EventId, usize, &'a [u8])>,
}

/// The records of a block, read.
pub(super) struct Records<'a> {
    streams: Vec<StreamId>,
    kinds: Vec<Arc<str>>,
    commits: Vec<Stored<'a>>,
}

impl<'a> Records<'a> {
    /// Reads the records of the block that begins at `first` and holds `count` events.
    pub(super) fn read(first: u64, count: u32, records: &'a [u8]) -> Result<Self, BadValue> {
        let mut input = Input::new("a block's records", records);
        let mut read = Self { streams: Vec::new(), kinds: Vec::new(), commits: Vec::new() };
        for _ in 0..input.length()? {
            let length = input.length()?;
            let category = text(input.take(length)?)?;
            let id = Uuid::from_bytes(input.array()?);
            let stream = format!("{category}-{id}").parse().map_err(|_| BadValue::Wrong("a stream has no name"))?;
            read.streams.push(stream);
        }
        for _ in 0..input.length()? {
            let length = input.length()?;
            read.kinds.push(text(input.take(length)?)?.into());
        }
        let mut position = first;
        while input.left() > 0 {
            let stored = read.commit(&mut input, position)?;
            position += stored.events.len() as u64;
            read.commits.push(stored);
        }
        if position - first == u64::from(count) {
            Ok(read)
        } else {
            Err(BadValue::Wrong("a block holds another number of events than it claims"))
        }
    }

    fn commit(&self, input: &mut Input<'a>, position: u64) -> Result<Stored<'a>, BadValue> {
        let commit = CommitId::from_uuid(Uuid::from_bytes(input.array()?));
        let (stream, revision) = (input.varint()? as usize, input.varint()?);
        let recorded_at = Timestamp::from_millisecond(i64::from_be_bytes(input.array()?))
            .map_err(|_| BadValue::Wrong("a commit was recorded at no time"))?;
        let (total, offset) = (input.varint()?, input.varint()?);
        let length = input.length()?;
        let meta = input.take(length)?;
        let count = input.length()?;
        if stream >= self.streams.len() || count == 0 || revision.checked_add(total).is_none() || offset >= total {
            return Err(BadValue::Wrong("a commit has no stream or no events"));
        }
        let mut events = Vec::with_capacity(count.min(BLOCK_EVENTS_MAX));
        for _ in 0..count {
            let id = EventId::from_uuid(Uuid::from_bytes(input.array()?));
            let kind = input.varint()? as usize;
            let length = input.length()?;
            events.push((id, kind, input.take(length)?));
            if kind >= self.kinds.len() {
                return Err(BadValue::Wrong("an event has no type"));
            }
        }
        Ok(Stored { commit, stream, position, revision, recorded_at, offset, meta, events })
    }

    /// What the index must know of this block.
    pub(super) fn runs(&self) -> impl Iterator<Item = RunOf<'_>> {
        self.commits.iter().map(|stored| RunOf {
            commit: stored.commit,
            stream: &self.streams[stored.stream],
            revision: stored.revision,
            offset: stored.offset,
            count: stored.events.len() as u64,
        })
    }

    /// Those events that are wanted, by position, stream and type, in order, until `enough`.
    pub(super) fn events(
        &self,
        mut wanted: impl FnMut(u64, &StreamId, &str) -> Want,
    ) -> Result<Vec<Arc<Recorded>>, BadValue> {
        let mut taken = Vec::new();
        for stored in &self.commits {
            let (stream, mut meta) = (&self.streams[stored.stream], None);
            for ((id, kind, data), ordinal) in stored.events.iter().zip(0..) {
                let kind = &self.kinds[*kind];
                match wanted(stored.position + ordinal, stream, kind) {
                    Want::Take => {}
                    Want::Skip => continue,
                    Want::Stop => return Ok(taken),
                }
                let meta = match &meta {
                    Some(meta) => Arc::clone(meta),
                    None => Arc::clone(
                        meta.insert(Arc::new(
                            serde_json::from_slice::<Meta>(stored.meta)
                                .map_err(|_| BadValue::Wrong("the meta of a commit can't be read"))?,
                        )),
                    ),
                };
                taken.push(Arc::new(Recorded {
                    position: Position::new(stored.position + ordinal),
                    stream: stream.clone(),
                    revision: Revision::new(stored.revision + ordinal),
                    recorded_at: stored.recorded_at,
                    commit: stored.commit,
                    id: *id,
                    kind: Arc::clone(kind),
                    data: bytes::Bytes::copy_from_slice(data),
                    meta,
                }));
            }
        }
        Ok(taken)
    }
}

/// What to do about an event.
pub(super) enum Want {
    Take,
    Skip,
    Stop,
}

fn text(bytes: &[u8]) -> Result<&str, BadValue> {
    std::str::from_utf8(bytes).map_err(|_| BadValue::Wrong("a name is not text"))
}
