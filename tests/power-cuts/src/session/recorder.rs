//! Writes the trace. A lock is held around each call and its record, so that the trace has the order in which things
//! happened, and an acknowledgement stands behind everything that had happened before it.

use std::{
    ffi::CStr,
    fs::{self, File},
    io::{self, Write as _},
    os::unix::{ffi::OsStrExt as _, fs::MetadataExt as _},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

use power_cuts::{Files, Record, Said};

static RECORDER: OnceLock<Recorder> = OnceLock::new();

/// A copy that the log opens first when it may be damaged. It is deleted before and after, so nothing in it counts.
const REHEARSAL: &str = "log/rehearsal";

/// What is watched, and where to it is recorded.
pub(crate) struct Recorder {
    root: PathBuf,
    trace: Mutex<File>,
}

/// The trace, for as long as nothing else may happen.
pub(crate) struct Turn(MutexGuard<'static, File>);

/// Records from now on.
pub(crate) fn begin(files: &Files) -> io::Result<()> {
    let recorder = Recorder { root: files.root.canonicalize()?, trace: Mutex::new(File::create(&files.trace)?) };
    RECORDER.set(recorder).map_err(|_| io::Error::other("it records already"))
}

/// Records nothing any more, and lets nothing happen to the files any more.
pub(crate) fn end() {
    std::mem::forget(recorder().map(Recorder::turn));
}

/// Records what the session says.
pub(crate) fn say(said: &Said) {
    if let Some(recorder) = recorder() {
        recorder.turn().record(&Record::Said { line: said.line() });
    }
}

pub(crate) fn recorder() -> Option<&'static Recorder> {
    RECORDER.get()
}

impl Recorder {
    /// Waits until nothing else happens. What it guards is taken over even if who held it has panicked.
    pub(crate) fn turn(&'static self) -> Turn {
        Turn(self.trace.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The path below the root, if it lies there.
    pub(crate) fn path(&self, path: &CStr) -> Option<String> {
        let path = Path::new(std::ffi::OsStr::from_bytes(path.to_bytes()));
        let path = path.strip_prefix(&self.root).ok()?;
        (!path.starts_with(REHEARSAL)).then(|| path.to_str().map(str::to_owned)).flatten()
    }

    /// The inode of an open file, if it lies below the root.
    pub(crate) fn inode(&self, file: i32) -> Option<u64> {
        let link = PathBuf::from(format!("/proc/self/fd/{file}"));
        let is_watched = |path: PathBuf| path.strip_prefix(&self.root).is_ok_and(|path| !path.starts_with(REHEARSAL));
        let watched = fs::read_link(&link).is_ok_and(is_watched);
        if watched { fs::metadata(&link).ok().map(|metadata| metadata.ino()) } else { None }
    }
}

impl Turn {
    /// Records what has happened.
    pub(crate) fn record(&mut self, record: &Record) {
        let mut bytes = Vec::new();
        record.encode(&mut bytes);
        // A trace with a hole would prove nothing.
        if self.0.write_all(&bytes).is_err() {
            std::process::abort();
        }
    }
}
