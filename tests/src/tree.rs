//! What lies in a directory, to see that nothing was changed.

use std::{
    collections::BTreeMap,
    fs,
    hash::{DefaultHasher, Hasher as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

/// Every file and directory below one: its mode, its length and a digest of what it holds.
pub type Tree = BTreeMap<PathBuf, (u32, u64, u64)>;

/// What lies in a directory; nothing, if there is none.
pub fn tree(directory: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut left = vec![directory.to_owned()];
    while let Some(path) = left.pop() {
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        let mut digest = DefaultHasher::new();
        if metadata.is_dir() {
            left.extend(
                fs::read_dir(&path).expect("a directory can be listed").map(|entry| entry.expect("and read").path()),
            );
        } else if metadata.is_file() {
            digest.write(&fs::read(&path).expect("a file can be read"));
        }
        let length = if metadata.is_file() { metadata.len() } else { 0 };
        tree.insert(path, (metadata.permissions().mode(), length, digest.finish()));
    }
    tree
}
