//! The records of a block after they were unpacked: read without trust, and made into events only where they are wanted.

use std::sync::Arc;

use types::{CommitId, EventId, Position, Revision, StreamId, Timestamp};
use uuid::Uuid;

use super::{
    layout::{BadValue, Input, block::Section, meta},
    records::RunOf,
    store::Block,
};
use crate::Recorded;

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
    /// How many events the commit has in all.
    total: u64,
    meta: &'a [u8],
    /// How many of the block's events these are, which follow those of the commit before.
    count: u64,
}

/// An event of a commit, with the number of its type.
struct StoredEvent<'a> {
    id: EventId,
    kind: usize,
    data: &'a [u8],
}

/// What the numbers in a section mean: where its streams begin among those of the block, and its event types.
struct Names {
    streams: usize,
    kinds: Vec<usize>,
}

/// The records of a block, read.
#[derive(Default)]
pub(super) struct Records<'a> {
    streams: Vec<StreamId>,
    kinds: Vec<Arc<str>>,
    commits: Vec<Stored<'a>>,
    events: Vec<StoredEvent<'a>>,
}

impl<'a> Records<'a> {
    /// Reads the records of a block.
    pub(super) fn of(block: &'a Block) -> Result<Self, BadValue> {
        let count = block.header.count as usize;
        let mut read =
            Self { events: Vec::with_capacity(count), commits: Vec::with_capacity(count), ..Self::default() };
        for section in &block.sections {
            read.section(section)?;
        }
        Ok(read)
    }

    fn section(&mut self, section: &'a Section) -> Result<(), BadValue> {
        let mut input = Input::new("a block's records", &section.records);
        let mut names = Names { streams: self.streams.len(), kinds: Vec::new() };
        for _ in 0..names_of(section, &mut input)? {
            let length = input.length()?;
            let (category, id) = (text(input.take(length)?)?, Uuid::from_bytes(input.array()?));
            let stream = StreamId::named(category, id).map_err(|_| BadValue::Wrong("a stream has no name"))?;
            self.streams.push(stream);
        }
        for _ in 0..names_of(section, &mut input)? {
            let length = input.length()?;
            names.kinds.push(self.kind(text(input.take(length)?)?));
        }
        let mut position = section.first;
        while input.left() > 0 {
            let stored = self.commit(&mut input, &names, position)?;
            position += stored.count;
            if position - section.first > u64::from(section.count) {
                break;
            }
            self.commits.push(stored);
        }
        if position - section.first == u64::from(section.count) {
            Ok(())
        } else {
            Err(BadValue::Wrong("a block holds another number of events than it claims"))
        }
    }

    /// The number of an event type, which many sections name.
    fn kind(&mut self, name: &str) -> usize {
        self.kinds.iter().position(|kind| **kind == *name).unwrap_or_else(|| {
            self.kinds.push(name.into());
            self.kinds.len() - 1
        })
    }

    fn commit(&mut self, input: &mut Input<'a>, names: &Names, position: u64) -> Result<Stored<'a>, BadValue> {
        let commit = CommitId::from_uuid(Uuid::from_bytes(input.array()?));
        let (stream, revision) = (input.below(self.streams.len() - names.streams)?, input.varint()?);
        let recorded_at = Timestamp::from_millisecond(i64::from_be_bytes(input.array()?))
            .map_err(|_| BadValue::Wrong("a commit was recorded at no time"))?;
        let (total, offset) = (input.varint()?, input.varint()?);
        let length = input.length()?;
        let meta = input.take(length)?;
        let count = input.length()?;
        if count == 0 || revision.checked_add(total).is_none() || offset >= total {
            return Err(BadValue::Wrong("a commit has no events"));
        }
        for _ in 0..count {
            let id = EventId::from_uuid(Uuid::from_bytes(input.array()?));
            let kind = names.kinds[input.below(names.kinds.len())?];
            let length = input.length()?;
            self.events.push(StoredEvent { id, kind, data: input.take(length)? });
        }
        let (stream, count) = (names.streams + stream, count as u64);
        Ok(Stored { commit, stream, position, revision, recorded_at, offset, total, meta, count })
    }

    /// What the index must know of this block.
    pub(super) fn runs(&self) -> impl Iterator<Item = RunOf<'_>> {
        self.commits.iter().map(|stored| RunOf {
            commit: stored.commit,
            stream: &self.streams[stored.stream],
            revision: stored.revision,
            offset: stored.offset,
            count: stored.count,
        })
    }

    /// Those events that are wanted, in order.
    pub(super) fn events(&self, mut wanted: impl FnMut(Glance<'_>) -> Want) -> Result<Vec<Arc<Recorded>>, BadValue> {
        let (mut taken, mut events) = (Vec::new(), self.events.iter());
        for stored in &self.commits {
            let (stream, mut meta) = (&self.streams[stored.stream], None);
            for (StoredEvent { id, kind, data }, ordinal) in events.by_ref().take(stored.count as usize).zip(0..) {
                let kind = &self.kinds[*kind];
                let glance = Glance {
                    position: stored.position + ordinal,
                    stream,
                    kind,
                    commit: stored.commit,
                    ends_commit: stored.offset + ordinal + 1 == stored.total,
                };
                match wanted(glance) {
                    Want::Take => {}
                    Want::Skip => continue,
                    Want::Stop => return Ok(taken),
                }
                let meta = match &meta {
                    Some(meta) => Arc::clone(meta),
                    None => Arc::clone(meta.insert(Arc::new(meta::decode(stored.meta)?))),
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

/// What is seen of an event before anything is made of it.
pub(super) struct Glance<'a> {
    pub(super) position: u64,
    pub(super) stream: &'a StreamId,
    pub(super) kind: &'a str,
    pub(super) commit: CommitId,
    /// It is the last of its commit.
    pub(super) ends_commit: bool,
}

/// What to do about an event.
pub(super) enum Want {
    Take,
    Skip,
    Stop,
}

/// The number of a section's streams or event types: no more than there are events.
fn names_of(section: &Section, input: &mut Input<'_>) -> Result<usize, BadValue> {
    match input.length()? {
        count if count > section.count as usize => Err(BadValue::Wrong("a block has more names than events")),
        count => Ok(count),
    }
}

fn text(bytes: &[u8]) -> Result<&str, BadValue> {
    std::str::from_utf8(bytes).map_err(|_| BadValue::Wrong("a name is not text"))
}
