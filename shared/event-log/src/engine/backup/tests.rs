//! Backups that are made, gone on with, spoiled, and made into logs again.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::*;
use crate::{
    EventLog as _, RestoreError, Restored, SledLog,
    engine::sample::{commit, options, stream},
};

/// Small enough that a backup has several files.
const FILE_BYTES: u64 = 4_096;

struct Setting {
    dir: tempfile::TempDir,
}

impl Setting {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn open(&self, log: &str) -> SledLog {
        SledLog::open(&self.path(log), options()).unwrap()
    }

    /// A log of so many commits, each in a block of its own.
    async fn log(&self, name: &str, commits: u128) -> SledLog {
        let log = self.open(name);
        append(&log, 0, commits).await;
        log
    }

    async fn back_up(&self, log: &SledLog) -> Result<BackupEnd, BackupError> {
        back_up(log, &self.path("backup")).await
    }

    fn files(&self) -> Vec<PathBuf> {
        let mut files: Vec<_> = fs::read_dir(self.path("backup")).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some());
        files.sort();
        files
    }

    fn restore(&self, to: Option<u64>) -> Result<Restored, RestoreError> {
        let to = to.map(types::Position::new);
        SledLog::restore(&self.path("backup"), &self.path("restored"), to, options(), |_, _| ())
    }

    /// What restoring complains of; it leaves nothing behind.
    #[track_caller]
    fn complaint(&self) -> String {
        let complaint = self.restore(None).unwrap_err().to_string();
        assert!(!self.path("restored").exists() && !self.path("restored.new").exists(), "nothing is left behind");
        complaint
    }
}

async fn append(log: &SledLog, from: u128, to: u128) {
    for number in from..to {
        log.append(commit(number, stream(number % 7), 1 + number as u64 % 3)).await.unwrap();
    }
}

async fn back_up(log: &SledLog, dir: &Path) -> Result<BackupEnd, BackupError> {
    let mut backup = Backup::open(dir, |_, _| ())?;
    backup.file_bytes = FILE_BYTES;
    log.continues(dir, backup.end()).await.unwrap()?;
    backup.go_on_with(log.identity())?;
    loop {
        let blocks = log.blocks_after(backup.end().position).await.unwrap();
        if blocks.is_empty() {
            return backup.make_durable();
        }
        blocks.iter().try_for_each(|block| backup.add(&block.value))?;
    }
}

#[tokio::test]
async fn a_log_comes_back_with_the_same_chain_and_a_new_epoch() {
    let s = Setting::new();
    let log = s.log("log", 100).await;
    let end = s.back_up(&log).await.unwrap();
    let before = log.verify(|_, _| ()).await.unwrap();
    assert_eq!((end.position, end.chain, end.origin), (before.head, before.chain, Some(log.epoch())));
    assert!(s.files().len() > 2, "{:?}", s.files());

    append(&log, 100, 150).await;
    let end = s.back_up(&log).await.unwrap();
    let before = log.verify(|_, _| ()).await.unwrap();
    log.close().await;
    let restored = s.restore(None).unwrap();
    assert_eq!((restored.position, restored.chain, restored.torn_bytes), (end.position, end.chain, 0));

    let log = s.open("restored");
    let after = log.verify(|_, _| ()).await.unwrap();
    assert_ne!(after.epoch, before.epoch);
    assert_eq!(after, crate::Verified { epoch: restored.epoch, ..before });
    append(&log, 0, 160).await;
    assert_eq!(log.verify(|_, _| ()).await.unwrap().commits, 160, "what was there is known, and it goes on");

    let end = s.back_up(&log).await.unwrap();
    let again = log.verify(|_, _| ()).await.unwrap();
    assert_eq!((end.position, end.chain), (again.head, again.chain), "the backup goes on with the restored log");
    log.close().await;
    fs::rename(s.path("restored"), s.path("before")).unwrap();
    assert_eq!(s.restore(None).unwrap().chain, again.chain);
}

#[tokio::test]
async fn a_log_comes_back_up_to_a_position() {
    let s = Setting::new();
    let log = s.log("log", 40).await;
    s.back_up(&log).await.unwrap();
    let page = log.read_all(types::Position::START, &crate::Filter::all(), 100).await.unwrap();
    let ends: Vec<_> = page.events.iter().zip(&page.events[1..]).filter(|(a, b)| a.commit != b.commit).collect();
    let end = ends[20].0.position;
    assert_eq!(s.restore(Some(end.get())).unwrap().position, end);
    let log = s.open("restored");
    assert_eq!((log.head().await.unwrap(), log.verify(|_, _| ()).await.unwrap().commits), (end, 21));
}

#[tokio::test]
async fn an_empty_log_comes_back() {
    let s = Setting::new();
    let log = s.open("log");
    let end = s.back_up(&log).await.unwrap();
    let restored = s.restore(None).unwrap();
    assert_eq!((restored.position.get(), restored.chain, restored.origin), (0, end.chain, log.epoch()));
    s.open("restored").verify(|_, _| ()).await.unwrap();
}

#[tokio::test]
async fn a_torn_end_is_left_out_and_written_again() {
    let s = Setting::new();
    let log = s.log("log", 100).await;
    let end = s.back_up(&log).await.unwrap();
    let newest = s.files().pop().unwrap();
    let whole = fs::read(&newest).unwrap();
    // Blocks of these commits take about 150 bytes, so that each of these cuts lies within the last.
    for (cut, zeros) in [(1, 0), (20, 0), (100, 0), (0, 500), (0, 5_000)] {
        let mut torn = whole[..whole.len() - cut].to_vec();
        torn.resize(torn.len() + zeros, 0);
        fs::write(&newest, torn).unwrap();
        let restored = s.restore(None).unwrap();
        assert_eq!(restored.position < end.position, cut > 0, "cut by {cut}: {restored:?}");
        assert!(restored.torn_bytes > 0, "it is told");
        fs::remove_dir_all(s.path("restored")).unwrap();

        let backup = Backup::open(&s.path("backup"), |_, _| ()).unwrap();
        assert_eq!((backup.end().position, backup.torn_bytes()), (restored.position, restored.torn_bytes));
        drop(backup);
        assert_eq!(s.back_up(&log).await.unwrap(), end);
        assert_eq!(fs::read(&newest).unwrap(), whole, "cut by {cut}");
    }
    fs::write(&newest, &whole[..50]).unwrap();
    assert!(s.restore(None).unwrap().position < end.position, "not even the newest file's header is whole");
    assert_eq!(s.back_up(&log).await.unwrap(), end);
}

/// What it is, how a backup comes to be so, and what is said of it.
type Case<'a> = (&'a str, &'a dyn Fn(), &'a [&'a str]);

#[tokio::test]
async fn what_is_no_backup_or_not_whole_is_refused() {
    let s = Setting::new();
    let log = s.log("log", 100).await;
    s.back_up(&log).await.unwrap();
    let (files, backup) = (s.files(), s.path("backup"));
    let saved: Vec<_> = files.iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect();
    let restore_files = || {
        let _ = fs::remove_dir_all(&backup);
        let _ = fs::remove_file(&backup);
        fs::create_dir(&backup).unwrap();
        saved.iter().for_each(|(file, bytes)| fs::write(file, bytes).unwrap());
    };
    let flip = |file: &Path, at: usize| {
        let mut bytes = fs::read(file).unwrap();
        bytes[at] ^= 4;
        fs::write(file, bytes).unwrap();
    };
    let name = |file: &Path| file.file_name().unwrap().to_str().unwrap().to_owned();
    let newer = [&b"erfa log backup\n\0\0\0\x02"[..], &[0; 200]].concat();
    let (first, second) = (name(&files[0]), name(&files[1]));
    let cases: [Case<'_>; 12] = [
        ("a missing file", &|| fs::remove_file(&files[1]).unwrap(), &["lacks the file", &second, "--to"]),
        ("a missing beginning", &|| fs::remove_file(&files[0]).unwrap(), &["lacks the file", &first]),
        ("a flipped byte in a block", &|| flip(&files[1], 400), &["damaged", &second, "another copy", "--to"]),
        ("a flipped byte in a length", &|| flip(&files[1], 125), &["damaged", &second, "no block begins"]),
        ("a flipped byte in a header", &|| flip(&files[1], 40), &["damaged", &second, "does not begin"]),
        ("a flipped byte in the newest file", &|| flip(files.last().unwrap(), 200), &["damaged"]),
        ("a file that was cut", &|| fs::write(&files[1], &saved[1].1[..1_000]).unwrap(), &["ends within a block"]),
        ("a newer format", &|| fs::write(&files[0], &newer).unwrap(), &["format 2", "newer Erfa"]),
        (
            "other things",
            &|| files.iter().for_each(|f| fs::rename(f, f.with_extension("txt")).unwrap()),
            &["other things"],
        ),
        ("nothing", &|| files.iter().for_each(|file| fs::remove_file(file).unwrap()), &["holds no backup"]),
        ("no directory", &|| fs::remove_dir_all(&backup).unwrap(), &["not a directory"]),
        (
            "a file",
            &|| {
                fs::remove_dir_all(&backup).unwrap();
                fs::write(&backup, "").unwrap();
            },
            &["not a directory"],
        ),
    ];
    for (what, spoil, words) in cases {
        restore_files();
        spoil();
        let complaint = s.complaint();
        assert!(words.iter().all(|word| complaint.contains(word)), "{what}: {complaint}");
        let takes_up = ["nothing", "no directory"].contains(&what);
        assert_eq!(s.back_up(&log).await.is_ok(), takes_up, "{what} is not gone on with");
    }
    restore_files();
    fs::create_dir(s.path("restored")).unwrap();
    fs::write(s.path("restored/anything"), "").unwrap();
    assert!(s.restore(None).unwrap_err().to_string().contains("never writes over"));
    fs::remove_file(s.path("restored/anything")).unwrap();
    s.restore(None).unwrap();
}

#[tokio::test]
async fn the_backup_of_another_log_or_another_history_is_kept_apart() {
    let s = Setting::new();
    let (log, other) = (s.log("log", 30).await, s.log("other", 30).await);
    s.back_up(&log).await.unwrap();
    let complaint = s.back_up(&other).await.unwrap_err().to_string();
    assert!(complaint.contains("another log") && complaint.contains("another directory"), "{complaint}");

    let middle = s.restore(Some(20)).unwrap().position;
    let restored = s.open("restored");
    let behind = s.back_up(&restored).await.unwrap_err().to_string();
    // One event each, so that a section ends where the backup does.
    for number in 500..600 {
        restored.append(commit(number, stream(1), 1)).await.unwrap();
    }
    let parted = s.back_up(&restored).await.unwrap_err().to_string();
    for complaint in [behind, parted] {
        assert!(complaint.contains("was restored, or lost its end"), "{complaint}");
    }
    assert!(middle.get() <= 20);

    let held = Backup::open(&s.path("backup"), |_, _| ()).unwrap();
    assert!(matches!(Backup::open(&s.path("backup"), |_, _| ()), Err(BackupError::InUse { .. })));
    drop(held);
    let mut backup = Backup::open(&s.path("backup"), |_, _| ()).unwrap();
    backup.go_on_with(log.identity()).unwrap();
    let end = backup.end();
    let earlier = log.blocks_after(types::Position::START).await.unwrap();
    assert!(matches!(backup.add(&earlier[0].value), Err(BackupError::Sent { .. })), "only the next block is taken");
    append(&other, 30, 31).await;
    let foreign = other.blocks_after(end.position).await.unwrap();
    let refused = backup.add(&foreign[0].value).unwrap_err().to_string();
    assert!(refused.contains("the chain is broken"), "{refused}");
    assert_eq!(backup.make_durable().unwrap(), end);
}

#[tokio::test]
async fn a_half_made_log_is_made_again_and_anything_else_is_left_alone() {
    let s = Setting::new();
    let log = s.log("log", 30).await;
    s.back_up(&log).await.unwrap();
    fs::create_dir_all(s.path("restored.new/db")).unwrap();
    fs::write(s.path("restored.new/db/db"), "half made").unwrap();
    let complaint = s.restore(None).unwrap_err().to_string();
    assert!(complaint.contains("is in the way"), "{complaint}");
    assert!(s.path("restored.new/db/db").exists(), "it is not known to be half made");
    fs::write(s.path("restored.new/unfinished"), "").unwrap();
    s.restore(None).unwrap();
    assert!(!s.path("restored.new").exists());
}

#[tokio::test]
async fn a_full_disk_leaves_nothing_behind() {
    let s = Setting::new();
    let log = s.log("log", 30).await;
    s.back_up(&log).await.unwrap();
    let full = |_: &fs::File| Err(std::io::ErrorKind::StorageFull.into());
    let options = crate::SledOptions { sync: std::sync::Arc::new(full), ..options() };
    let refused = SledLog::restore(&s.path("backup"), &s.path("restored"), None, options, |_, _| ());
    let complaint = refused.unwrap_err().to_string();
    assert!(complaint.contains("no room") && complaint.contains("run it again"), "{complaint}");
    assert!(!s.path("restored").exists() && !s.path("restored.new").exists());
    s.restore(None).unwrap();
}
