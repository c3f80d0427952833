//! Whether there is room: so much is written as opening a database needs at the most, and removed again.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::store::{SEGMENT_BYTES, Sync};

/// Two segments, and some for the index: sled fills up its last segment with zeros, and writes a snapshot.
pub(super) const SPARE_BYTES: usize = 2 * SEGMENT_BYTES + 4 * 1024 * 1024;
const FILE: &str = "room";

/// A file that is gone when this is dropped.
struct Gone(PathBuf);

impl Drop for Gone {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Fails if so much can't be written to a file in this directory.
pub(super) fn look_for_room(dir: &Path, sync: &Sync) -> io::Result<()> {
    let path = Gone(dir.join(FILE));
    let chunk = vec![0xa5; 1 << 20];
    let mut file = File::create(&path.0)?;
    (0..SPARE_BYTES.div_ceil(chunk.len())).try_for_each(|_| file.write_all(&chunk))?;
    sync(&file)
}

pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
