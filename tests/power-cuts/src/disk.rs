//! A disk while a program writes to it: what the program sees, what is certain, and what may be left after a power cut.

mod file;

use std::{collections::HashMap, fs, io, os::unix::fs::MetadataExt as _, path::Path};

use self::file::File;
use crate::{
    Random, Record,
    content::Content,
    names::{Names, Node, ROOT},
};

/// Which syncs a disk only claims to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deaf {
    /// None: it is an honest disk.
    ToNothing,
    /// `fdatasync` of sled's file: what sled does by itself is left.
    ToDataSyncs,
    /// Syncs of directories.
    ToDirectories,
    /// Syncs of the file that becomes the mark.
    ToMarks,
}

/// A directory that is watched, and everything in it.
#[derive(Clone, Debug)]
pub struct Disk {
    deaf: Deaf,
    names: Names,
    /// Files; a directory is `None`.
    nodes: Vec<Option<File>>,
    inodes: HashMap<u64, Node>,
}

/// What is left on a disk: the paths of directories, and files with what they hold, parents first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survivors(Vec<(String, Option<Content>)>);

impl Disk {
    /// The disk as it is in this directory. All of it is certain.
    pub fn load(dir: &Path, deaf: Deaf) -> io::Result<Self> {
        let mut disk = Self { deaf, names: Names::default(), nodes: vec![None], inodes: HashMap::new() };
        disk.inodes.insert(fs::metadata(dir)?.ino(), ROOT);
        for path in walk(dir)? {
            let (file, inode) = (dir.join(&path), fs::metadata(dir.join(&path))?.ino());
            let node = if file.is_dir() { None } else { Some(File::certain(Content::read(&file)?)) };
            disk.add(&path, inode, node);
        }
        disk.names.sync_all();
        Ok(disk)
    }

    fn add(&mut self, path: &str, inode: u64, node: Option<File>) {
        self.nodes.push(node);
        assert!(self.names.create(path, self.nodes.len() - 1), "`{path}` lies in no directory that is known");
        // A number that is used again belongs to a file that is gone.
        self.inodes.insert(inode, self.nodes.len() - 1);
    }

    fn node(&self, inode: u64) -> Node {
        *self.inodes.get(&inode).expect("only files that were made or found are written")
    }

    fn file(&mut self, inode: u64) -> &mut File {
        let node = self.node(inode);
        self.nodes[node].as_mut().expect("only files are written")
    }

    /// Does what a session did.
    ///
    /// # Panics
    ///
    /// If the record belongs to another disk.
    pub fn apply(&mut self, record: &Record) {
        match record {
            Record::Create { path, inode } => self.add(path, *inode, Some(File::default())),
            Record::Directory { path, inode } => self.add(path, *inode, None),
            Record::Write { inode, offset, bytes } => self.file(*inode).write(*offset, bytes),
            Record::Zeros { inode, offset, length } => self.file(*inode).zero(*offset, *length),
            Record::Resize { inode, length } => self.file(*inode).resize(*length),
            Record::Sync { inode, only_data } => self.sync(self.node(*inode), *only_data),
            Record::Rename { from, to } => assert!(self.names.rename(from, to), "`{from}` becomes `{to}`"),
            Record::Remove { path } => assert!(self.names.remove(path), "`{path}` is removed"),
            Record::Said { .. } => {}
        }
    }

    fn sync(&mut self, node: Node, only_data: bool) {
        let deaf = match (self.deaf, &self.nodes[node]) {
            (Deaf::ToNothing, _) => false,
            (Deaf::ToDataSyncs, _) => only_data,
            (Deaf::ToDirectories, file) => file.is_none(),
            (Deaf::ToMarks, _) => self.names.path(node).is_some_and(|path| path.ends_with("mark.new")),
        };
        match &mut self.nodes[node] {
            _ if deaf => {}
            Some(file) => file.sync(),
            None => self.names.sync(node),
        }
    }

    /// The most bytes, but for zeros, that a sync of one file had to cover.
    pub fn synced_bytes_max(&self) -> u64 {
        self.nodes.iter().flatten().map(File::synced_bytes_max).max().unwrap_or(0)
    }

    /// What the program sees.
    pub fn now(&self) -> Survivors {
        self.with(self.names.paths(), File::now)
    }

    /// What may be left if the power is cut now: a random one of very many possibilities.
    pub fn survivors(&self, random: &mut Random) -> Survivors {
        let paths = self.names.survivors(random);
        self.with(paths, |file| file.survivor(random))
    }

    fn with(&self, paths: Vec<(String, Node)>, mut content: impl FnMut(&File) -> Content) -> Survivors {
        Survivors(paths.into_iter().map(|(path, node)| (path, self.nodes[node].as_ref().map(&mut content))).collect())
    }
}

impl Survivors {
    /// An empty disk.
    pub fn nothing() -> Self {
        Self(Vec::new())
    }

    /// What lies in this directory.
    pub fn read(dir: &Path) -> io::Result<Self> {
        let mut found = Vec::new();
        for path in walk(dir)? {
            let file = dir.join(&path);
            let content = if file.is_dir() { None } else { Some(Content::read(&file)?) };
            found.push((path, content));
        }
        Ok(Self(found))
    }

    /// Puts everything into this directory, which is empty.
    pub fn write_to(&self, dir: &Path) -> io::Result<()> {
        self.0.iter().try_for_each(|(path, content)| match content {
            Some(content) => content.write_to(&dir.join(path)),
            None => fs::create_dir(dir.join(path)),
        })
    }

    /// The first path that the other has not, or otherwise.
    pub fn difference<'a>(&'a self, other: &'a Self) -> Option<&'a str> {
        let lacks =
            |of: &'a Self, from: &Self| of.0.iter().find(|entry| !from.0.contains(entry)).map(|(path, _)| &**path);
        lacks(self, other).or_else(|| lacks(other, self))
    }
}

/// The paths of everything in a directory, parents first.
fn walk(dir: &Path) -> io::Result<Vec<String>> {
    let (mut found, mut next) = (Vec::new(), 0);
    let mut here = String::new();
    loop {
        for entry in fs::read_dir(dir.join(&here))? {
            let name = entry?.file_name().into_string().map_err(|_| io::Error::other("a name is not text"))?;
            found.push(if here.is_empty() { name } else { format!("{here}/{name}") });
        }
        while found.get(next).is_some_and(|path| !dir.join(path).is_dir()) {
            next += 1;
        }
        match found.get(next) {
            Some(path) => here.clone_from(path),
            None => return Ok(found),
        }
        next += 1;
    }
}

#[cfg(test)]
mod tests;
