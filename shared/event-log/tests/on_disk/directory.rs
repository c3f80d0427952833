//! Directories that a log must not be opened in: each gets a clear answer, and what can be left as it is stays so.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use event_log::{Expected, Filter, Log, OpenError, READ_EVENTS_MAX, Recorded, SledLog, SledOptions};
use tempfile::TempDir;
use types::{Position, SystemClock};

use crate::{
    common::{Random, commit, copy, paths, seeds, stream},
    kill::kill_after,
};

/// In its environment another process finds the directory that it shall try to open.
const DIR: &str = "ERFA_TEST_OPEN_DIR";

fn open(dir: &Path) -> Result<SledLog, OpenError> {
    SledLog::open(dir, SledOptions::new(Arc::new(SystemClock)))
}

fn refused(dir: &Path) -> OpenError {
    match open(dir) {
        Ok(log) => panic!("it was opened, at {:?}", log.stats()),
        Err(error) => error,
    }
}

async fn fill(log: &SledLog, random: &mut Random, commits: u64) {
    let log = Log::new(log.clone());
    for number in 0..commits {
        log.append(commit(random, &stream(number % 5), Expected::Any, 20, 200)).await.unwrap();
    }
}

async fn everything(log: &SledLog) -> Vec<Arc<Recorded>> {
    let (log, mut all) = (Log::new(log.clone()), Vec::new());
    loop {
        let after = all.last().map_or(Position::START, |event: &Arc<Recorded>| event.position);
        let page = log.read_all(after, &Filter::all(), READ_EVENTS_MAX).await.unwrap();
        assert!(page.at_head || page.read_to > after, "a page makes progress");
        all.extend(page.events);
        if page.at_head {
            return all;
        }
    }
}

/// A log that was closed in an orderly way, and its events.
async fn closed_log(commits: u64) -> (TempDir, Vec<Arc<Recorded>>) {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path()).unwrap();
    fill(&log, &mut Random::new(commits), commits).await;
    let all = everything(&log).await;
    log.close().await;
    (dir, all)
}

/// Every file below a directory, and what is in it.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    paths(dir).into_iter().map(|path| (path.clone(), fs::read(&path).unwrap())).collect()
}

/// Runs this test in another process, which tries to open the directory; gives what it was told.
fn told_elsewhere(test: &str, dir: &Path, change: impl FnOnce(&mut Command)) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture"]).env(DIR, dir);
    change(&mut command);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    said.lines().find_map(|line| line.strip_prefix("told: ")).unwrap_or_else(|| panic!("{said}")).to_owned()
}

/// In the other process: tries to open the directory, and says what it is told.
fn is_elsewhere() -> bool {
    let Some(dir) = std::env::var_os(DIR) else { return false };
    match open(Path::new(&dir)) {
        Ok(_) => println!("\ntold: opened"),
        Err(error) => println!("\ntold: {error}"),
    }
    true
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_is_told_that_the_directory_is_in_use() {
    if is_elsewhere() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path()).unwrap();
    fill(&log, &mut Random::new(1), 3).await;
    let test = "directory::a_second_process_is_told_that_the_directory_is_in_use";
    let told = told_elsewhere(test, dir.path(), |_| {});
    assert!(told.contains("in use by another process; stop that process first"), "{told}");
    assert!(matches!(refused(dir.path()), OpenError::InUse { .. }), "the same process may not either");
    fill(&log, &mut Random::new(2), 3).await;
    log.close().await;
    assert_eq!(told_elsewhere(test, dir.path(), |_| {}), "opened");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_without_the_right_to_write_is_left_as_it_is() {
    if is_elsewhere() {
        return;
    }
    let (dir, _) = closed_log(3).await;
    let program = tempfile::tempdir().unwrap();
    let test_binary = program.path().join("test");
    fs::copy(std::env::current_exe().unwrap(), &test_binary).unwrap();
    for path in [program.path(), &test_binary] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let before = files(dir.path());
    // The superuser may write everywhere, so somebody else has to try.
    let nobody = (fs::metadata(dir.path()).unwrap().uid() == 0).then_some(65_534);
    let test = "directory::a_directory_without_the_right_to_write_is_left_as_it_is";
    let told = told_elsewhere(test, dir.path(), |command| {
        let args: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
        let mut other = Command::new(&test_binary);
        other.args(args).env(DIR, dir.path()).current_dir("/");
        if let Some(nobody) = nobody {
            other.uid(nobody).gid(nobody);
        }
        *command = other;
    });
    assert!(told.contains("can't be written") && told.contains("give this user the right to write there"), "{told}");
    assert_eq!(files(dir.path()), before);
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    open(dir.path()).unwrap().close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_format_is_left_as_it_is() {
    let (dir, _) = closed_log(3).await;
    fs::write(dir.path().join("format"), "2\n").unwrap();
    let before = files(dir.path());
    let error = refused(dir.path());
    assert!(matches!(error, OpenError::Newer { found: 2, known: 1, .. }), "{error}");
    assert!(error.to_string().ends_with("start a newer Erfa"), "{error}");
    assert_eq!(files(dir.path()), before);
    for odd in ["", "-1", "one", "\u{0}"] {
        fs::write(dir.path().join("format"), odd).unwrap();
        assert!(matches!(refused(dir.path()), OpenError::Damaged { .. }), "{odd:?}");
    }
    fs::remove_file(dir.path().join("format")).unwrap();
    assert!(refused(dir.path()).to_string().contains("`format` is missing"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_no_directory() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("log");
    fs::write(&file, "text").unwrap();
    assert!(matches!(refused(&file), OpenError::Io { .. }));
    assert_eq!(fs::read(&file).unwrap(), b"text");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_that_was_changed_is_not_trusted() {
    let (dir, all) = closed_log(3).await;
    let path = dir.path().join("mark");
    let mark = fs::read(&path).unwrap();
    for seed in seeds(0..40) {
        let mut random = Random::new(seed);
        let mut changed = mark.clone();
        let at = random.below(mark.len() as u64) as usize;
        changed[at] ^= 1 << random.below(8);
        fs::write(&path, &changed).unwrap();
        let before = files(dir.path());
        let error = refused(dir.path());
        assert!(error.to_string().contains("`mark` can't be trusted"), "{error}");
        assert_eq!(files(dir.path()), before);
    }
    fs::remove_file(&path).unwrap();
    assert!(refused(dir.path()).to_string().contains("`mark` is missing"));
    let (other, _) = closed_log(2).await;
    fs::copy(other.path().join("mark"), &path).unwrap();
    assert!(refused(dir.path()).to_string().contains("that of another log"));
    fs::write(&path, &mark).unwrap();
    let log = open(dir.path()).unwrap();
    assert!(everything(&log).await == all, "nothing was lost by all this");
    log.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_database_than_the_mark_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (database, older) = (dir.path().join("db"), tempfile::tempdir().unwrap());
    for _ in 0..2 {
        let log = open(dir.path()).unwrap();
        fill(&log, &mut Random::new(log.stats().unwrap().events), 4).await;
        log.close().await;
        if !older.path().join("db").exists() {
            copy(&database, &older.path().join("db"));
        }
    }
    fs::remove_dir_all(&database).unwrap();
    copy(&older.path().join("db"), &database);
    let error = refused(dir.path());
    assert!(matches!(error, OpenError::BehindMark { tip: 80, mark: 160, .. }), "{error}");
    assert!(error.to_string().contains("put the newest backup in its place"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_from_the_moment_before_a_kill_is_found() {
    let (dir, _) = closed_log(1).await;
    let mark = fs::read(dir.path().join("mark")).unwrap();
    let said = kill_after(dir.path(), 200, Duration::ZERO);
    let acknowledged = said.iter().map(|said| said.position).max().unwrap();
    // As if the process was killed before it wrote the mark again.
    fs::write(dir.path().join("mark"), mark).unwrap();
    let database = dir.path().join("db/db");
    let mut content = fs::read(&database).unwrap();
    // The end of the database, from the last block on: it holds the chain's value that the tip says.
    let tip = fs::read_to_string(dir.path().join("tip")).unwrap();
    let digits = tip.lines().find_map(|line| line.strip_prefix("chain ")).unwrap();
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    let chain: Vec<u8> = (0..digits.len()).step_by(2).map(byte).collect();
    let first = content.windows(chain.len()).position(|window| window == chain).unwrap();
    content[first..].fill(0);
    fs::write(&database, content).unwrap();
    let unaware = tempfile::tempdir().unwrap();
    copy(dir.path(), unaware.path());
    match refused(dir.path()) {
        OpenError::BehindMark { tip, mark, .. } => assert!(tip < mark && acknowledged <= mark, "{tip}, {mark}"),
        other => panic!("{other}"),
    }
    // Nothing but the tip tells it from a commit that was under way.
    fs::remove_file(unaware.path().join("tip")).unwrap();
    let log = open(unaware.path()).unwrap();
    assert!(log.stats().unwrap().events < acknowledged);
    log.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_or_missing_database_is_refused_and_left_as_it_is() {
    for empty in [true, false] {
        let (dir, _) = closed_log(3).await;
        if empty {
            fs::write(dir.path().join("db/db"), "").unwrap();
        } else {
            fs::remove_dir_all(dir.path().join("db")).unwrap();
        }
        let before = files(dir.path());
        assert!(matches!(refused(dir.path()), OpenError::BehindMark { tip: 0, mark: 60, .. }));
        assert_eq!(files(dir.path()), before);
    }
    // Also a log that nobody has written to yet is known again.
    let (dir, _) = closed_log(0).await;
    fs::write(dir.path().join("db/db"), "").unwrap();
    let empty = refused(dir.path()).to_string();
    assert!(empty.contains("is empty") && empty.contains("no event was acknowledged"), "{empty}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_database_never_opens_with_fewer_events() {
    let (dir, all) = closed_log(60).await;
    let length = fs::metadata(dir.path().join("db/db")).unwrap().len();
    for seed in seeds(0..6) {
        let torn = tempfile::tempdir().unwrap();
        copy(dir.path(), torn.path());
        let file = fs::File::options().write(true).open(torn.path().join("db/db")).unwrap();
        file.set_len(1 + Random::new(seed).below(length - 1)).unwrap();
        match open(torn.path()) {
            Ok(log) => {
                assert!(everything(&log).await == all, "every event is there");
                log.close().await;
            }
            Err(OpenError::BehindMark { .. } | OpenError::Damaged { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn remains_of_an_interrupted_open_are_tidied_up() {
    let (dir, all) = closed_log(5).await;
    let half = dir.path().join("db/snap.7FFFFFFFFFFFFFFF.generating");
    fs::write(&half, vec![7; 10_000]).unwrap();
    fs::write(dir.path().join("mark.new"), "half a mark").unwrap();
    let log = open(dir.path()).unwrap();
    assert!(everything(&log).await == all, "every event is there");
    assert!(!half.exists() && !dir.path().join("snapshots-aside").exists());
    log.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_snapshots_are_moved_aside() {
    let (dir, all) = closed_log(5).await;
    let damaged = dir.path().join("db/snap.7FFFFFFFFFFFFFFF");
    fs::write(&damaged, vec![7; 10_000]).unwrap();
    let log = open(dir.path()).unwrap();
    assert!(everything(&log).await == all, "every event is there");
    log.close().await;
    assert!(dir.path().join("snapshots-aside/snap.7FFFFFFFFFFFFFFF").exists() && !damaged.exists());
}
