//! What Erfa is built from: where it comes from, on what terms, and in how many versions.
//!
//! Known holes in them are not looked up here: their list is no package of a registry, and the tests need no other network.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use cargo_metadata::{Metadata, MetadataCommand, Package};
use spdx::{Expression, ParseMode};

/// The terms that go with `Apache-2.0`, under which Erfa is published.
const TERMS: [&str; 13] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

fn metadata() -> Metadata {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let metadata = MetadataCommand::new().current_dir(root).other_options(["--offline".into()]).exec();
    metadata.expect("cargo knows the workspace")
}

/// What is not ours.
fn foreign(metadata: &Metadata) -> impl Iterator<Item = &Package> {
    metadata.packages.iter().filter(|package| !metadata.workspace_members.contains(&package.id))
}

#[test]
fn everything_comes_from_the_registry() {
    let metadata = metadata();
    let is_elsewhere = |package: &&Package| !package.source.as_ref().is_some_and(cargo_metadata::Source::is_crates_io);
    let elsewhere: Vec<_> = foreign(&metadata).filter(is_elsewhere).map(|package| &package.id.repr).collect();
    assert!(elsewhere.is_empty(), "these come neither from here nor from crates.io: {elsewhere:#?}");
}

#[test]
fn everything_may_be_used_on_our_terms() {
    let metadata = metadata();
    let mut refused = Vec::new();
    for package in foreign(&metadata) {
        let terms = package.license.as_deref().unwrap_or("none that it names");
        let known = Expression::parse_mode(terms, ParseMode::LAX);
        let is_ours =
            |known: Expression| known.evaluate(|it| it.license.id().is_some_and(|id| TERMS.contains(&id.name)));
        if !known.is_ok_and(is_ours) {
            refused.push(format!("{} {}: {terms}", package.name, package.version));
        }
    }
    assert!(refused.is_empty(), "ask before you use, or take something else: {refused:#?}");
}

#[test]
fn what_we_use_ourselves_we_use_in_one_version() {
    let metadata = metadata();
    let ours: BTreeSet<_> = metadata.workspace_packages().iter().map(|package| &package.id).collect();
    let resolved = metadata.resolve.as_ref().expect("the dependencies are resolved");
    let mut versions: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for node in resolved.nodes.iter().filter(|node| ours.contains(&node.id)) {
        for package in node.dependencies.iter().map(|id| &metadata[id]) {
            versions.entry(&package.name).or_default().insert(package.version.to_string());
        }
    }
    versions.retain(|_, versions| versions.len() > 1);
    assert!(versions.is_empty(), "these are used in several versions: {versions:?}");
}
