//! A whole disk: a trace goes in, and what may be left comes out.

use std::collections::BTreeSet;

use super::*;

fn create(path: &str, inode: u64) -> Record {
    Record::Create { path: path.into(), inode }
}

fn write(inode: u64, bytes: &[u8]) -> Record {
    Record::Write { inode, offset: 0, bytes: bytes.to_vec() }
}

fn sync(inode: u64) -> Record {
    Record::Sync { inode, only_data: false }
}

/// What was seen to be left of a directory, after this trace: names, each with what the file holds.
fn possible(deaf: Deaf, trace: impl FnOnce(u64) -> Vec<Record>) -> BTreeSet<String> {
    let root = tempfile::tempdir().unwrap();
    let mut disk = Disk::load(root.path(), deaf).unwrap();
    trace(fs::metadata(root.path()).unwrap().ino()).iter().for_each(|record| disk.apply(record));
    let mut random = Random::new(1);
    let mut survivors = || {
        let dir = tempfile::tempdir().unwrap();
        disk.survivors(&mut random).write_to(dir.path()).unwrap();
        let tell = |path: String| match fs::read_to_string(dir.path().join(&path)) {
            Ok(text) => format!("{path}={}", text.replace('\0', "0")),
            Err(_) => path,
        };
        let mut told: Vec<_> = walk(dir.path()).unwrap().into_iter().map(tell).collect();
        told.sort();
        told.join(" ")
    };
    (0..300).map(|_| survivors()).collect()
}

fn set<const N: usize>(possible: [&str; N]) -> BTreeSet<String> {
    possible.into_iter().map(str::to_owned).collect()
}

#[test]
fn a_file_that_is_replaced_in_the_right_order_is_always_whole() {
    let steps = |root| {
        vec![
            create("mark", 100),
            write(100, b"old"),
            sync(100),
            sync(root),
            create("mark.new", 101),
            write(101, b"new"),
            sync(101),
            Record::Rename { from: "mark.new".into(), to: "mark".into() },
            sync(root),
        ]
    };
    let until = |steps_left: usize, deaf| {
        possible(deaf, |root| {
            let mut steps = steps(root);
            steps.truncate(steps.len() - steps_left);
            steps
        })
    };
    assert_eq!(until(0, Deaf::ToNothing), set(["mark=new"]));
    assert_eq!(until(1, Deaf::ToNothing), set(["mark=new", "mark=old", "mark.new=new mark=old"]));
    let torn = until(3, Deaf::ToNothing);
    assert!(torn.is_superset(&set(["mark=old", "mark.new= mark=old", "mark.new=000 mark=old"])), "{torn:?}");
    assert!(torn.iter().all(|left| left.ends_with("mark=old")), "{torn:?}");
    let lying = until(0, Deaf::ToMarks);
    assert_eq!(lying, set(["mark=", "mark=000", "mark=new"]));
    assert!(until(0, Deaf::ToDirectories).contains(""), "not even the directory's first sync counts");
}

#[test]
fn only_the_sync_of_data_can_be_ignored() {
    let steps = |only_data| {
        move |root| vec![create("db", 100), sync(root), write(100, b"x"), Record::Sync { inode: 100, only_data }]
    };
    assert_eq!(possible(Deaf::ToDataSyncs, steps(false)), set(["db=x"]));
    assert_eq!(possible(Deaf::ToNothing, steps(true)), set(["db=x"]));
    assert_eq!(possible(Deaf::ToDataSyncs, steps(true)), set(["db=", "db=0", "db=x"]));
}

#[test]
fn a_number_of_an_inode_may_be_used_again() {
    let steps = |root| {
        let remove = Record::Remove { path: "a".into() };
        vec![create("a", 100), write(100, b"a"), remove, create("b", 100), write(100, b"b"), sync(100), sync(root)]
    };
    assert_eq!(possible(Deaf::ToNothing, steps), set(["b=b"]));
}

#[test]
fn a_directory_is_found_as_it_was_left() {
    let (left, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::create_dir_all(left.path().join("a/b")).unwrap();
    fs::write(left.path().join("a/b/c"), [7; 5_000]).unwrap();
    fs::write(left.path().join("d"), []).unwrap();
    let disk = Disk::load(left.path(), Deaf::ToNothing).unwrap();
    disk.survivors(&mut Random::new(1)).write_to(other.path()).unwrap();
    let (left, mut right) = (Survivors::read(left.path()).unwrap(), Survivors::read(other.path()).unwrap());
    assert_eq!((left.difference(&right), left.difference(&disk.now())), (None, None));
    fs::write(other.path().join("a/b/c"), [8; 5_000]).unwrap();
    right = Survivors::read(other.path()).unwrap();
    assert_eq!(left.difference(&right), Some("a/b/c"));
}
