//! Looking at sled's file before sled does, without changing it: would sled take everything that was acknowledged?
//!
//! What sled 0.34.7 does when it opens (`pagecache/snapshot.rs`, `iterator.rs`, `segment.rs`): it replays every segment
//! from the newest snapshot on, and takes the first message whose checksum is wrong for the end of its segment, without
//! a word. Then it overwrites the rest of the last segment with zeros, writes a new snapshot and removes the one before,
//! overwrites segments that it did not come to, those whose header it could not read and those in which it knows of no
//! page, shortens the file by free segments at its end, and deletes blobs beyond the end. It has no way of opening that only
//! reads. So after a damage in the middle, what could be salvaged is gone once sled has opened the file.
//!
//! Here is read what sled would replay, and nothing else: that costs as much as reading that part of the file. Whoever finds
//! a [`Doubt`] lets sled open a copy first. A doubt is not a verdict: after a power cut also a whole log may raise one,
//! when sled was writing over a segment that it had given up.

mod messages;

use std::{
    fs::{self, File},
    io,
    os::unix::fs::FileExt as _,
    path::Path,
};

use memchr::memmem;

use super::{layout::block::Chain, store::SEGMENT_BYTES};
use messages::{Messages, u32_at, u64_at};

const SEGMENT: u64 = SEGMENT_BYTES as u64;
const HEADER_BYTES: usize = 20;
const FLIPPED: u64 = 0x7fff_ffff_ffff_ffff;

/// Why sled might not take everything.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Doubt(pub(super) &'static str);

/// A segment that sled would replay.
struct Segment {
    /// Its number in the order of writing.
    number: u64,
    at: u64,
}

/// Whether sled would take everything, up to the block that ends with this value of the chain, if one is given: it must
/// have been written since the log was opened last.
pub(super) fn look(database: &Path, last: Option<Chain>) -> io::Result<Result<(), Doubt>> {
    let file = match File::open(database.join("db")) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Ok(())),
        Err(error) => return Err(error),
    };
    let replayed_from = match snapshot(database)? {
        Ok(from) => from,
        Err(doubt) => return Ok(Err(doubt)),
    };
    let segments = match segments(&file, replayed_from / SEGMENT)? {
        Ok(segments) => segments,
        Err(doubt) => return Ok(Err(doubt)),
    };
    let (mut buffer, mut found, mut end) = (Vec::new(), last.is_none(), None);
    for segment in segments.iter().rev() {
        read(&file, segment.at, &mut buffer)?;
        let mut messages = Messages::after(HEADER_BYTES, &buffer, segment.number);
        let mut all = messages.walk();
        let segment_end = segment.number * SEGMENT + messages.at() as u64;
        if end.is_none() && segment_end < replayed_from {
            return Ok(Err(Doubt("its database ends before its snapshot")));
        }
        if end.is_some() && !messages.is_full() {
            return Ok(Err(Doubt("its database has a hole")));
        }
        let end = *end.get_or_insert(segment_end);
        if let Some(torn) = all.iter().position(|message| message.begins_torn_batch(end)) {
            // sled leaves out the whole batch, and what follows it.
            all.truncate(torn);
            found = last.is_none();
        }
        let holds = |last: &Chain| all.iter().rev().any(|message| memmem::find(message.payload, last).is_some());
        found = found || last.as_ref().is_some_and(holds);
    }
    if found { Ok(Ok(())) } else { Ok(Err(Doubt("the end of its database is missing"))) }
}

/// From where on sled replays, as its newest snapshot says.
fn snapshot(database: &Path) -> io::Result<Result<u64, Doubt>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(database)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        if let Some(number) = name.strip_prefix("snap.").filter(|number| !number.ends_with(".generating")) {
            names.push(number.to_owned());
        }
    }
    let Some(newest) = names.into_iter().max() else { return Ok(Ok(0)) };
    let bytes = fs::read(database.join(format!("snap.{newest}")))?;
    let whole = bytes.split_at_checked(bytes.len().saturating_sub(12)).filter(|(body, _)| !body.is_empty());
    let sound = whole.is_some_and(|(body, end)| u32_at(end, 8) == Some(crc32fast::hash(body)));
    let from = u64::from_str_radix(&newest, 16).ok().filter(|from| i64::try_from(*from).is_ok());
    Ok(from.filter(|_| sound).ok_or(Doubt("its database's snapshot can't be read")))
}

/// The segments from this number on, in the order of writing.
fn segments(file: &File, from: u64) -> io::Result<Result<Vec<Segment>, Doubt>> {
    let length = file.metadata()?.len();
    let (mut found, mut stable, mut newest_at) = (Vec::new(), 0, 0);
    for at in (0..length).step_by(SEGMENT_BYTES) {
        let mut header = [0; HEADER_BYTES];
        if length - at < HEADER_BYTES as u64 {
            return Ok(Err(Doubt("its database was cut off")));
        }
        file.read_exact_at(&mut header, at)?;
        let sound = u32_at(&header, 0) == Some(!crc32fast::hash(&header[4..]));
        let (Some(lsn), Some(header_stable)) = (u64_at(&header, 4), u64_at(&header, 12)) else { continue };
        let (lsn, header_stable) = (lsn ^ FLIPPED, header_stable ^ FLIPPED);
        if !sound {
            // sled fills with zeros what it gave up.
            let mut segment = Vec::new();
            read(file, at, &mut segment)?;
            if segment.iter().any(|byte| *byte != 0) {
                return Ok(Err(Doubt("a part of its database can't be read")));
            }
            continue;
        }
        if lsn % SEGMENT != 0 {
            return Ok(Err(Doubt("a part of its database can't be read")));
        }
        // Before the first byte is durable, this is -1.
        stable = stable.max(i64::try_from(header_stable).unwrap_or(0) as u64);
        if lsn / SEGMENT >= from {
            found.push(Segment { number: lsn / SEGMENT, at });
        }
        if found.last().is_some_and(|last: &Segment| last.at == at)
            && found.iter().all(|other| other.number * SEGMENT <= lsn)
        {
            newest_at = at;
        }
    }
    found.sort_by_key(|segment| segment.number);
    if found.windows(2).any(|pair| pair[0].number == pair[1].number) {
        return Ok(Err(Doubt("two parts of its database say that they are the same")));
    }
    // Only the segment that was being written may end before its time.
    if length % SEGMENT != 0 && newest_at + SEGMENT <= length {
        return Ok(Err(Doubt("its database was cut off")));
    }
    // Segments before this may have been given up and written over; those after it must follow each other.
    let tail = found.iter().filter(|segment| segment.number >= stable / SEGMENT);
    if tail.clone().zip(tail.skip(1)).any(|(one, next)| one.number + 1 != next.number) {
        return Ok(Err(Doubt("a part of its database is missing")));
    }
    Ok(Ok(found))
}

/// Reads the segment at this place, as far as the file goes.
fn read(file: &File, at: u64, buffer: &mut Vec<u8>) -> io::Result<()> {
    buffer.resize(SEGMENT_BYTES, 0);
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], at + filled as u64)? {
            0 => break,
            more => filled += more,
        }
    }
    buffer.truncate(filled);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use contracts::{Actor, Audience, Meta};
    use tempfile::TempDir;
    use types::{Category, CommitId, EventId, StreamId, SystemClock, Timestamp};
    use uuid::Uuid;

    use super::{super::tip::Tip, *};
    use crate::{Commit, EventLog as _, Expected, NewEvent, SledLog, SledOptions};

    fn commit(number: u128, bytes: usize) -> Commit {
        let id = CommitId::from_uuid(Uuid::from_u128(number));
        let mut state = number as u64 + 1;
        let text = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b'!' + (state >> 57) as u8 % 90)
        });
        let data = serde_json::to_vec(&text.take(bytes).collect::<String>()).unwrap();
        let event = NewEvent { id: EventId::derived(id.uuid(), "0"), kind: "test.v1".into(), data: data.into() };
        let stream = StreamId::new(Category::declared("apple"), Uuid::from_u128(number % 7));
        let meta = Meta::new(Actor::System { part: "test".into() }, Audience::System, Timestamp::UNIX_EPOCH);
        Commit { id, stream, expected: Expected::Any, meta, events: vec![event] }
    }

    /// A log as it lies on the disk after it was closed, and as it would after a kill.
    async fn logs() -> [TempDir; 2] {
        let dir = tempfile::tempdir().unwrap();
        for life in 0..2 {
            let log = SledLog::open(dir.path(), SledOptions::new(Arc::new(SystemClock))).unwrap();
            for number in 0..35 {
                log.append(commit(life * 1_000 + number, 200_000)).await.unwrap();
            }
            if life == 0 {
                log.close().await;
                continue;
            }
            let killed = tempfile::tempdir().unwrap();
            copy(dir.path(), killed.path());
            log.close().await;
            return [dir, killed];
        }
        unreachable!("there is a second life");
    }

    /// Copies the files of a log that is open. A draft that is moved to its place meanwhile is not there to be copied.
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let (path, name) = (entry.as_ref().unwrap().path(), entry.unwrap().file_name());
            if path.is_dir() {
                copy(&path, &to.join(name));
            } else if let Err(error) = fs::copy(&path, to.join(name)) {
                assert_eq!(error.kind(), io::ErrorKind::NotFound, "{}: {error}", path.display());
            }
        }
    }

    fn looked(dir: &Path) -> Result<(), Doubt> {
        let tip = Tip::read(dir).unwrap();
        assert!(tip.end.position > tip.opened_at);
        look(&dir.join("db"), Some(tip.end.chain)).unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn there_is_doubt_about_damage_and_about_nothing_else() {
        for dir in logs().await {
            assert_eq!(looked(dir.path()), Ok(()));
            assert_eq!(
                look(&dir.path().join("db"), Some([7; 32])).unwrap(),
                Err(Doubt("the end of its database is missing"))
            );
            let database = dir.path().join("db/db");
            let whole = fs::read(&database).unwrap();
            let from = snapshot(&dir.path().join("db")).unwrap().unwrap() / SEGMENT;
            let file = File::options().read(true).write(true).open(&database).unwrap();
            let replayed = segments(&file, from).unwrap().unwrap();
            assert!(replayed.len() > 1, "{} segments", replayed.len());
            for segment in &replayed {
                for at in [4, 30, 3_000_000] {
                    let at = segment.at + at;
                    file.write_all_at(&[whole[at as usize] ^ 1], at).unwrap();
                    assert!(looked(dir.path()).is_err(), "a bit at {at}");
                    file.write_all_at(&whole[at as usize..][..1], at).unwrap();
                }
            }
            assert_eq!(looked(dir.path()), Ok(()));
            file.set_len(whole.len() as u64 - SEGMENT / 2).unwrap();
            assert!(looked(dir.path()).is_err(), "it was cut off");
        }
    }

    /// A commit of several blocks, which are one batch. In which order sled writes them depends on their positions.
    #[tokio::test(flavor = "multi_thread")]
    async fn there_is_doubt_about_a_batch_that_was_cut_off() {
        let (dir, mut cuts) = (tempfile::tempdir().unwrap(), 0);
        let log = SledLog::open(dir.path(), SledOptions::new(Arc::new(SystemClock))).unwrap();
        for number in 0..6 {
            let mut large = commit(number, 500);
            let event = |ordinal: usize| NewEvent {
                id: EventId::derived(large.id.uuid(), &ordinal.to_string()),
                ..large.events[0].clone()
            };
            large.events = (0..1_000).map(event).collect();
            log.append(large).await.unwrap();
            let killed = tempfile::tempdir().unwrap();
            copy(dir.path(), killed.path());
            assert_eq!(looked(killed.path()), Ok(()));
            cuts += cut_off_last_batch(killed.path());
        }
        assert!(cuts > 20, "{cuts} messages of batches");
        log.close().await;
    }

    /// Cuts the last batch off behind each of its messages but the last.
    fn cut_off_last_batch(log: &Path) -> usize {
        let database = log.join("db/db");
        let bytes = fs::read(&database).unwrap();
        let mut messages = Messages::after(HEADER_BYTES, &bytes, 0);
        let (mut batch_ends, mut places) = (0, Vec::new());
        while let Some(message) = messages.next() {
            if message.begins_batch() {
                batch_ends = u64_at(message.payload, 0).unwrap();
                places.clear();
            } else if (messages.at() as u64) <= batch_ends {
                places.push(messages.at() as u64);
            }
        }
        for place in &places {
            fs::write(&database, &bytes[..*place as usize]).unwrap();
            assert!(looked(log).is_err(), "cut off at {place} in a batch up to {batch_ends}");
        }
        places.len()
    }
}
