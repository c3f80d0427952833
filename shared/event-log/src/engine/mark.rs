//! The mark: a small file beside the database that says how far the log surely went. A log that ends before it has lost
//! something.
//!
//! It is text, so that people can read it, and ends with a check of what stands before.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

use sha2::{Digest as _, Sha256};
use types::LogEpoch;

use super::{
    hex::{hex, unhex},
    layout::block::Chain,
};

/// The name of the file in the log's directory.
pub(super) const FILE: &str = "mark";
/// A mark is shorter than this.
const BYTES_MAX: u64 = 1_024;
const TITLE: &str = "erfa-log-mark 1";

/// How far a log surely went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) epoch: LogEpoch,
    /// The last position of a block.
    pub(super) position: u64,
    /// The value of the chain after it.
    pub(super) chain: Chain,
}

/// Why a mark can't be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadMark {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("{0}")]
    Wrong(&'static str),
}

impl Mark {
    pub(super) fn encode(&self) -> String {
        let Self { epoch, position, chain } = self;
        let text = format!("{TITLE}\nepoch {epoch}\nposition {position}\nchain {}\n", hex(chain));
        let check = hex(&Sha256::digest(&text));
        format!("{text}check {check}\n")
    }

    pub(super) fn decode(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        field(TITLE.split_once(' ')?.0)?;
        let epoch = field("epoch")?.parse().ok()?;
        let position = field("position")?.parse().ok()?;
        let chain = unhex(field("chain")?)?;
        let mark = Self { epoch, position, chain };
        (mark.encode() == text).then_some(mark)
    }

    /// Reads the mark of the log in this directory, if it has one.
    pub(super) fn read(dir: &Path) -> Result<Option<Self>, BadMark> {
        let path = dir.join(FILE);
        let length = match fs::metadata(&path) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if length > BYTES_MAX {
            return Err(BadMark::Wrong("it is too long"));
        }
        let text = String::from_utf8(fs::read(&path)?).map_err(|_| BadMark::Wrong("it is not text"))?;
        Self::decode(&text).map(Some).ok_or(BadMark::Wrong("its check does not fit what it says"))
    }

    /// Replaces the mark of the log in this directory.
    pub(super) fn write(&self, dir: &Path) -> io::Result<()> {
        replace(dir, FILE, self.encode().as_bytes())
    }
}

/// Writes a file so that after a power cut either the old or the new one is there, whole.
pub(super) fn replace(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = dir.join(format!("{name}.new"));
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, dir.join(name))?;
    File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    prop_compose! {
        fn marks()(epoch: u128, position: u64, chain: [u8; 32]) -> Mark {
            Mark { epoch: LogEpoch::from_uuid(Uuid::from_u128(epoch)), position, chain }
        }
    }

    proptest! {
        #[test]
        fn a_mark_is_read_as_it_was_written(mark in marks()) {
            prop_assert_eq!(Mark::decode(&mark.encode()), Some(mark));
        }

        #[test]
        fn a_changed_byte_is_found(mark in marks(), at: prop::sample::Index, change in 1..=127_u8) {
            let mut bytes = mark.encode().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= change;
            prop_assert_eq!(Mark::decode(&String::from_utf8(bytes).unwrap()), None);
        }

        #[test]
        fn odd_text_never_panics(text in "\\PC*", cut: prop::sample::Index, mark in marks()) {
            let _ = Mark::decode(&text);
            let whole = mark.encode();
            prop_assert_eq!(Mark::decode(&whole[..cut.index(whole.len())]), None);
        }
    }

    #[test]
    fn a_mark_replaces_the_one_before() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Mark::read(dir.path()).unwrap().is_none());
        for position in [1, 2] {
            let mark = Mark { epoch: LogEpoch::from_uuid(Uuid::nil()), position, chain: [7; 32] };
            mark.write(dir.path()).unwrap();
            assert_eq!(Mark::read(dir.path()).unwrap(), Some(mark));
        }
        fs::write(dir.path().join(FILE), vec![b'x'; 2_000]).unwrap();
        assert!(matches!(Mark::read(dir.path()), Err(BadMark::Wrong("it is too long"))));
    }
}
