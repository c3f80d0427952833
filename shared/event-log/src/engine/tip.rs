//! The tip: a small file beside the mark that is overwritten after each durable group, and never synced while the log is
//! written. It survives the end of the process, and so finds what is missing from the second before a kill, when the mark
//! is a little old.
//!
//! After a power cut it may be old or torn. What it says is always durable in the database before, so a tip that can be
//! read is a lower bound exactly like the mark, and one that can't be read is ignored.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::FileExt as _,
    path::Path,
};

use sha2::{Digest as _, Sha256};

use super::{
    hex::{hex, unhex},
    mark::Mark,
};

/// The name of the file in the log's directory.
pub(super) const FILE: &str = "tip";
const TITLE: &str = "erfa-log-tip 1";
/// A tip is exactly so long: less than what a disk writes at once.
const BYTES: usize = 261;

/// What a tip says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tip {
    /// How far the log was durable.
    pub(super) end: Mark,
    /// Where it ended when it was opened: what lies between was written since.
    pub(super) opened_at: u64,
}

impl Tip {
    pub(super) fn encode(&self) -> String {
        let Self { end: Mark { epoch, position, chain }, opened_at } = self;
        let text = format!(
            "{TITLE}\nepoch {epoch}\nposition {position:020}\nopened at {opened_at:020}\nchain {}\n",
            hex(chain)
        );
        let check = hex(&Sha256::digest(&text));
        format!("{text}check {check}\n")
    }

    pub(super) fn decode(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let mut field = |name: &str| lines.next()?.strip_prefix(name);
        field(TITLE)?;
        let epoch = field("epoch ")?.parse().ok()?;
        let position = field("position ")?.parse().ok()?;
        let opened_at = field("opened at ")?.parse().ok()?;
        let chain = unhex(field("chain ")?)?;
        let tip = Self { end: Mark { epoch, position, chain }, opened_at };
        (tip.encode() == text).then_some(tip)
    }

    /// Reads the tip of the log in this directory, if it has one that can be read.
    pub(super) fn read(dir: &Path) -> Option<Self> {
        let path = dir.join(FILE);
        let fits = fs::metadata(&path).is_ok_and(|metadata| metadata.len() == BYTES as u64);
        let tip = fits.then(|| fs::read_to_string(&path).ok()).flatten().and_then(|text| Self::decode(&text));
        if tip.is_none() && path.exists() {
            tracing::warn!(path = %path.display(), "the log's tip can't be read and is ignored; the mark is there");
        }
        tip
    }
}

/// The file of an open log.
pub(super) struct TipFile {
    file: File,
    opened_at: u64,
}

impl TipFile {
    /// Makes the file of a log that was opened and ends here. This one time it is synced, so that no tip of an earlier
    /// opening comes back.
    pub(super) fn create(dir: &Path, end: Mark) -> io::Result<Self> {
        let file = File::options().create(true).truncate(false).write(true).open(dir.join(FILE))?;
        let tip = Self { file, opened_at: end.position };
        tip.write(end)?;
        tip.file.set_len(BYTES as u64)?;
        tip.file.sync_all()?;
        Ok(tip)
    }

    /// Says how far the log is durable now.
    pub(super) fn write(&self, end: Mark) -> io::Result<()> {
        let tip = Tip { end, opened_at: self.opened_at };
        self.file.write_all_at(tip.encode().as_bytes(), 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use types::LogEpoch;
    use uuid::Uuid;

    prop_compose! {
        fn tips()(epoch: u128, position: u64, opened_at: u64, chain: [u8; 32]) -> Tip {
            Tip { end: Mark { epoch: LogEpoch::from_uuid(Uuid::from_u128(epoch)), position, chain }, opened_at }
        }
    }

    proptest! {
        #[test]
        fn a_tip_is_read_as_it_was_written(tip in tips()) {
            let text = tip.encode();
            prop_assert_eq!(text.len(), BYTES);
            prop_assert_eq!(Tip::decode(&text), Some(tip));
        }

        #[test]
        fn a_changed_byte_is_found(tip in tips(), at: prop::sample::Index, change in 1..=127_u8) {
            let mut bytes = tip.encode().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= change;
            prop_assert_eq!(Tip::decode(&String::from_utf8(bytes).unwrap()), None);
        }

        #[test]
        fn odd_text_never_panics(text in "\\PC*", cut: prop::sample::Index, old in tips(), new in tips()) {
            let _ = Tip::decode(&text);
            let cut = cut.index(BYTES);
            let torn = format!("{}{}", &new.encode()[..cut], &old.encode()[cut..]);
            let read = Tip::decode(&torn);
            prop_assert!(read.is_none() || read == Some(old) || read == Some(new));
        }
    }

    #[test]
    fn a_tip_is_overwritten_in_its_place() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Tip::read(dir.path()), None);
        let end = |position| Mark { epoch: LogEpoch::from_uuid(Uuid::nil()), position, chain: [7; 32] };
        fs::write(dir.path().join(FILE), vec![b'x'; 2_000]).unwrap();
        assert_eq!(Tip::read(dir.path()), None);
        let file = TipFile::create(dir.path(), end(5)).unwrap();
        assert_eq!(Tip::read(dir.path()), Some(Tip { end: end(5), opened_at: 5 }));
        file.write(end(9)).unwrap();
        assert_eq!(Tip::read(dir.path()), Some(Tip { end: end(9), opened_at: 5 }));
        fs::write(dir.path().join(FILE), [0xff; BYTES]).unwrap();
        assert_eq!(Tip::read(dir.path()), None);
    }
}
