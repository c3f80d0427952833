//! Directories: which names there are, which of them are certain, and which may survive a power cut.

use std::collections::BTreeMap;

use crate::Random;

/// A file or a directory, by its number on this disk.
pub(crate) type Node = usize;
/// The directory that everything lies in.
pub(crate) const ROOT: Node = 0;

/// A name in a directory.
type Name = (Node, String);

/// Names that are set, or removed, all at once.
type Change = Vec<(Name, Option<Node>)>;

/// All names on a disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    now: BTreeMap<Name, Node>,
    certain: BTreeMap<Name, Node>,
    /// What is not certain yet, oldest first.
    pending: Vec<Change>,
}

fn apply(names: &mut BTreeMap<Name, Node>, change: &Change) {
    for (name, node) in change {
        match node {
            Some(node) => names.insert(name.clone(), *node),
            None => names.remove(name),
        };
    }
}

impl Names {
    /// What has this path, which is relative to the root.
    pub(crate) fn find(&self, path: &str) -> Option<Node> {
        path.split('/').filter(|name| !name.is_empty()).try_fold(ROOT, |directory, name| {
            let name = (directory, name.to_owned());
            self.now.get(&name).copied()
        })
    }

    /// The path of a node, if it has one.
    pub(crate) fn path(&self, node: Node) -> Option<String> {
        paths(&self.now).into_iter().find(|(_, found)| *found == node).map(|(path, _)| path)
    }

    fn name(&self, path: &str) -> Option<Name> {
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        Some((self.find(directory)?, name.to_owned()))
    }

    fn change(&mut self, change: Change) {
        apply(&mut self.now, &change);
        self.pending.push(change);
    }

    /// Gives a node a name. False if there is no such directory.
    pub(crate) fn create(&mut self, path: &str, node: Node) -> bool {
        self.name(path).map(|name| self.change(vec![(name, Some(node))])).is_some()
    }

    /// Removes a name. False if there is no such directory.
    pub(crate) fn remove(&mut self, path: &str) -> bool {
        self.name(path).map(|name| self.change(vec![(name, None)])).is_some()
    }

    /// Gives a node another name, and takes that away from what had it. False if there is nothing to rename.
    pub(crate) fn rename(&mut self, from: &str, to: &str) -> bool {
        let (Some(node), Some(from), Some(to)) = (self.find(from), self.name(from), self.name(to)) else {
            return false;
        };
        self.change(vec![(from, None), (to, Some(node))]);
        true
    }

    /// Makes the names in this directory certain; a rename between directories becomes so with either of them.
    pub(crate) fn sync(&mut self, directory: Node) {
        let certain = &mut self.certain;
        self.pending.retain(|change| {
            let here = change.iter().any(|((of, _), _)| *of == directory);
            if here {
                apply(certain, change);
            }
            !here
        });
    }

    /// Makes all names certain.
    pub(crate) fn sync_all(&mut self) {
        self.certain.clone_from(&self.now);
        self.pending.clear();
    }

    /// The paths that there are, parents first.
    pub(crate) fn paths(&self) -> Vec<(String, Node)> {
        paths(&self.now)
    }

    /// The paths that there may be after a power cut, parents first.
    pub(crate) fn survivors(&self, random: &mut Random) -> Vec<(String, Node)> {
        let mut names = self.certain.clone();
        let each = random.once_in(2);
        let kept = random.index(self.pending.len() + 1);
        for (number, change) in self.pending.iter().enumerate() {
            if if each { random.once_in(2) } else { number < kept } {
                apply(&mut names, change);
            }
        }
        paths(&names)
    }
}

fn paths(names: &BTreeMap<Name, Node>) -> Vec<(String, Node)> {
    let mut found = vec![(String::new(), ROOT)];
    let mut next = 0;
    while let Some((path, directory)) = found.get(next).cloned() {
        let here = names.range((directory, String::new())..).take_while(|((of, _), _)| *of == directory);
        for ((_, name), node) in here {
            found.push((if path.is_empty() { name.clone() } else { format!("{path}/{name}") }, *node));
        }
        next += 1;
    }
    found.remove(0);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// All sets of paths that were seen to survive.
    fn possible(names: &Names) -> BTreeSet<String> {
        let mut random = Random::new(1);
        let paths = |random: &mut Random| {
            let paths = names.survivors(random).into_iter().map(|(path, node)| format!("{path}={node}"));
            paths.collect::<Vec<_>>().join(" ")
        };
        (0..200).map(|_| paths(&mut random)).collect()
    }

    fn set<const N: usize>(possible: [&str; N]) -> BTreeSet<String> {
        possible.into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn a_name_is_certain_when_its_directory_is_synced() {
        let mut names = Names::default();
        assert!(names.create("a", 1));
        assert_eq!(possible(&names), set(["", "a=1"]));
        names.sync(ROOT);
        assert_eq!(possible(&names), set(["a=1"]));
        assert!(names.create("a/b", 2), "a node without bytes may hold names");
        names.sync(ROOT);
        assert_eq!(possible(&names), set(["a=1", "a=1 a/b=2"]));
        names.sync(1);
        assert_eq!(possible(&names), set(["a=1 a/b=2"]));
        assert!(names.remove("a/b"));
        assert_eq!(possible(&names), set(["a=1", "a=1 a/b=2"]));
        assert_eq!((names.find("a/b"), names.find("a"), names.path(1)), (None, Some(1), Some("a".into())));
        assert!(!names.create("b/c", 3) && !names.rename("b", "c"));
    }

    #[test]
    fn a_rename_happens_at_once_or_not_at_all() {
        let mut names = Names::default();
        assert!(names.create("old", 1) && names.create("new", 2));
        names.sync(ROOT);
        assert!(names.rename("new", "old"));
        assert_eq!(possible(&names), set(["new=2 old=1", "old=2"]));
    }

    #[test]
    fn each_change_may_survive_without_those_before() {
        let mut names = Names::default();
        assert!(names.create("a", 1) && names.create("b", 2));
        assert_eq!(possible(&names), set(["", "a=1", "a=1 b=2", "b=2"]));
    }

    #[test]
    fn a_rename_between_directories_is_certain_with_either() {
        for synced in [1, 2] {
            let mut names = Names::default();
            assert!(names.create("a", 1) && names.create("b", 2) && names.create("a/x", 3));
            names.sync_all();
            assert!(names.rename("a/x", "b/y"));
            assert_eq!(possible(&names), set(["a=1 b=2 a/x=3", "a=1 b=2 b/y=3"]));
            names.sync(synced);
            assert_eq!(possible(&names), set(["a=1 b=2 b/y=3"]));
        }
    }
}
