//! The architecture's arrows point down only, and a service's rules are pure.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use cargo_metadata::{DependencyKind, MetadataCommand};
use syn::visit::{self, Visit};

/// Erfa's crates and what each may use, lowest first.
const LAYERS: &[(&str, &[&str])] = &[
    ("types", &[]),
    ("contracts", &["types"]),
    ("event-log", &["types", "contracts"]),
    ("event-sourcing", &["types", "contracts", "event-log"]),
    ("oidc", &["types"]),
    ("service-kit", &["types", "contracts", "event-log", "event-sourcing", "oidc"]),
    ("access", &["types", "contracts", "event-log", "event-sourcing", "service-kit"]),
    ("live", &["types", "contracts", "event-log", "event-sourcing", "service-kit", "access"]),
    ("web", &["types"]),
    ("directory", SHARED),
    ("forum", SHARED),
    ("erfa", SHARED_AND_SERVICES),
    ("system-tests", SHARED_AND_SERVICES),
    ("erfa-load", &["contracts", "system-tests"]),
    ("log-bench", &["types", "contracts", "event-log"]),
    ("power-cuts", &["types", "contracts", "event-log"]),
    ("xtask", &[]),
];
const SHARED: &[&str] =
    &["types", "contracts", "event-log", "event-sourcing", "oidc", "service-kit", "access", "live", "web"];
const SHARED_AND_SERVICES: &[&str] = &[
    "types",
    "contracts",
    "event-log",
    "event-sourcing",
    "oidc",
    "service-kit",
    "access",
    "live",
    "web",
    "directory",
    "forum",
    "erfa",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn arrows_point_down_only() {
    let metadata = MetadataCommand::new().current_dir(root()).no_deps().other_options(["--offline".into()]).exec();
    let metadata = metadata.expect("cargo describes the workspace");
    let allowed: BTreeMap<_, _> = LAYERS.iter().copied().collect();
    let ours: BTreeSet<_> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    assert_eq!(ours, allowed.keys().copied().collect(), "every crate has its place in LAYERS");
    for package in &metadata.packages {
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            let of_ours = dependency.kind != DependencyKind::Development && ours.contains(name);
            assert!(
                !of_ours || allowed[package.name.as_str()].contains(&name),
                "{} may not use {name}: services meet in the log, and arrows point down only",
                package.name
            );
        }
    }
}

/// What a rule may not touch: it is handed time, ids and everything else in its command.
const IMPURE: &[&str] = &[
    "tokio",
    "futures_util",
    "axum",
    "redb",
    "sled",
    "event_log",
    "event_sourcing",
    "getrandom",
    "access",
    "live",
    "web",
    "service_kit",
];
const IMPURE_STD: &[&str] = &["fs", "net", "time", "io", "thread", "process", "env", "sync"];
const IMPURE_NAMES: &[&str] = &["Clock", "SystemClock", "Ids", "SystemIds", "SystemTime", "Instant"];
/// The only thing of `event_sourcing` that a rule names: the trait it implements, and the words of its tests.
const PURE_PATHS: &[&[&str]] = &[&["event_sourcing", "Decider"], &["event_sourcing", "testing"]];

struct Purity {
    file: PathBuf,
    breaches: Vec<String>,
}

impl Purity {
    fn check(&mut self, path: &[String]) {
        let is = |names: &[&str], segment: Option<&String>| segment.is_some_and(|s| names.contains(&s.as_str()));
        let pure = PURE_PATHS.iter().any(|pure| path.len() >= pure.len() && pure.iter().zip(path).all(|(a, b)| a == b));
        let std = is(&["std", "core"], path.first()) && is(IMPURE_STD, path.get(1));
        // A name that stands alone is a variable or a field; a crate is followed by what is used of it.
        if !pure
            && (path.len() > 1 && is(IMPURE, path.first())
                || std
                || path.iter().any(|s| IMPURE_NAMES.contains(&s.as_str())))
        {
            self.breaches.push(format!("{}: {}", self.file.display(), path.join("::")));
        }
    }

    fn walk(&mut self, prefix: &mut Vec<String>, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.walk(prefix, &path.tree);
                prefix.pop();
            }
            syn::UseTree::Name(name) => self.leaf(prefix, &name.ident),
            syn::UseTree::Rename(rename) => self.leaf(prefix, &rename.ident),
            syn::UseTree::Glob(_) => {
                prefix.push("*".to_owned());
                self.check(prefix);
                prefix.pop();
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.walk(prefix, tree)),
        }
    }

    fn leaf(&mut self, prefix: &[String], ident: &syn::Ident) {
        let mut path = prefix.to_vec();
        path.push(ident.to_string());
        self.check(&path);
    }
}

impl<'ast> Visit<'ast> for Purity {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.walk(&mut Vec::new(), &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.check(&path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>());
        visit::visit_path(self, path);
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        if signature.asyncness.is_some() {
            self.breaches.push(format!("{}: async fn {}", self.file.display(), signature.ident));
        }
        visit::visit_signature(self, signature);
    }

    fn visit_expr_async(&mut self, block: &'ast syn::ExprAsync) {
        self.breaches.push(format!("{}: an async block", self.file.display()));
        visit::visit_expr_async(self, block);
    }
}

fn rust_files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn breaches(file: &Path, source: &str) -> Vec<String> {
    let mut purity = Purity { file: file.to_owned(), breaches: Vec::new() };
    purity.visit_file(&syn::parse_file(source).expect("the file is Rust"));
    purity.breaches
}

#[test]
fn domain_modules_are_pure() {
    let mut files = Vec::new();
    for service in fs::read_dir(root().join("services")).expect("services are there").flatten() {
        rust_files(&service.path().join("src/domain"), &mut files);
        files.extend(Some(service.path().join("src/domain.rs")).filter(|file| file.exists()));
    }
    assert!(files.len() >= 4, "the services' rules are found: {files:?}");
    let found: Vec<_> =
        files.iter().flat_map(|file| breaches(file, &fs::read_to_string(file).expect("readable"))).collect();
    assert!(found.is_empty(), "rules are pure: {found:#?}");
}

#[test]
fn impurity_is_found() {
    for source in [
        "use std::time::Instant;",
        "use types::{Clock, PostId};",
        "use tokio::sync;",
        "async fn decide() {}",
        "fn decide() { std::fs::read(\"x\"); }",
        "fn decide() { let x = async { 1 }; }",
        "fn decide() { event_sourcing::Executor::new(); }",
        "use access::*;",
    ] {
        assert!(!breaches(Path::new("x.rs"), source).is_empty(), "{source}");
    }
    assert!(breaches(Path::new("x.rs"), "use event_sourcing::Decider; use std::collections::HashMap;").is_empty());
}
