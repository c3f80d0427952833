//! Files and directories of the measurements.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

/// How much room the files of a directory take, in bytes.
pub(crate) fn bytes(dir: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { self::bytes(&entry.path())? } else { metadata.len() };
    }
    Ok(bytes)
}

/// An empty directory, whatever was there.
pub(crate) fn fresh(dir: &Path) -> io::Result<()> {
    remove(dir)?;
    fs::create_dir_all(dir)
}

/// Removes a directory, if it is there.
pub(crate) fn remove(dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Waits until the disk has taken everything, so that what one contender left behind is not paid for by the next.
pub(crate) fn settle(dir: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(dir)?)?)
}

/// Makes these files durable, and asks the kernel to forget what it holds of them, so that they come from the disk when they
/// are read again.
pub(crate) fn leave_page_cache(dir: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.metadata()?.is_dir() {
            leave_page_cache(&entry.path())?;
        } else {
            let file = File::open(entry.path())?;
            file.sync_all()?;
            rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?;
        }
    }
    Ok(())
}
