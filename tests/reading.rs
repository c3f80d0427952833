//! Who reads the log or a view without a viewer. Everybody else is handed a reading that knows who asks; whoever is to be
//! one more of these says here why nobody is shown more by it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use syn::visit::{self, Visit};

/// What reads for nobody: the log, and a view's snapshot.
const READS: [&str; 5] = ["find_commit", "follow", "read_all", "read_stream", "snapshot"];

/// Where that is done, and why that is in order.
const SYSTEM_READERS: &[(&str, &str)] = &[
    ("services/directory/src/commands.rs", "a command looks at what stands before it decides"),
    ("services/directory/src/commands/link_requests.rs", "whether the address that a link is asked for is known"),
    ("services/directory/src/commands/security.rs", "whether a token's use has been noted today"),
    ("services/directory/src/commands/succession.rs", "whether whoever ends an agency works for it"),
    ("services/erfa/src/admin/perform.rs", "the commands of whoever owns the data directory"),
    ("services/erfa/src/demo/fill.rs", "the demo writes what does not stand yet"),
    ("services/erfa/src/shell.rs", "the viewer of a page that says why something was refused"),
    ("shared/access/src/gate.rs", "makes the readings, each with its viewer"),
    ("shared/access/src/refusals.rs", "looks up who was refused"),
    ("shared/event-sourcing/src/execute.rs", "looks whether a command was carried out before"),
    ("shared/event-sourcing/src/execute/stream.rs", "folds a stream before a command is decided"),
    ("shared/event-sourcing/src/view/rebuild.rs", "makes a view anew"),
    ("shared/event-sourcing/src/view/runner.rs", "folds what comes into a view"),
    ("shared/live/src/door.rs", "hands snapshots to sockets, which judge each event for their viewer"),
    ("shared/live/src/reader.rs", "reads once for all sockets, which judge each event for their viewer"),
    ("shared/live/src/socket/pull.rs", "judges each event for the socket's viewer"),
    ("shared/live/src/socket/viewer.rs", "looks whether the socket's viewer may still look"),
];

/// The parts that have handlers or serve them. The log itself reads itself.
const PARTS: [&str; 5] = ["services", "shared/access", "shared/event-sourcing", "shared/live", "shared/service-kit"];

/// The calls in what is not a test.
#[derive(Default)]
struct Calls(BTreeSet<String>);

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|it| {
        it.path().is_ident("test")
            || it.path().is_ident("cfg") && it.parse_args::<syn::Path>().is_ok_and(|cfg| cfg.is_ident("test"))
    })
}

impl<'ast> Visit<'ast> for Calls {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let name = call.method.to_string();
        // `snapshot` with an argument is another method, of somebody who has a viewer.
        if READS.contains(&name.as_str()) && (name != "snapshot" || call.args.is_empty()) {
            self.0.insert(name);
        }
        visit::visit_expr_method_call(self, call);
    }
}

fn calls(source: &str) -> BTreeSet<String> {
    let mut calls = Calls::default();
    calls.visit_file(&syn::parse_file(source).expect("the file is Rust"));
    calls.0
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        match path.is_dir() {
            _ if ["tests", "testing", "target"].contains(&name) => {}
            true => sources(&path, found),
            false if path.extension().is_some_and(|it| it == "rs") => found.push(path),
            false => {}
        }
    }
}

#[test]
fn only_these_read_without_a_viewer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for part in PARTS {
        sources(&root.join(part), &mut files);
    }
    assert!(files.len() > 100, "the sources are found");
    let reads = |file: &&PathBuf| !calls(&fs::read_to_string(file).expect("readable")).is_empty();
    let name = |file: &PathBuf| file.strip_prefix(&root).expect("below the root").display().to_string();
    let found: BTreeSet<_> = files.iter().filter(reads).map(name).collect();
    let known: BTreeSet<_> = SYSTEM_READERS.iter().map(|(file, _)| (*file).to_owned()).collect();
    let unknown: Vec<_> = found.difference(&known).collect();
    assert!(unknown.is_empty(), "these read for nobody; have them handed a reading, or say here why: {unknown:#?}");
    let stale: Vec<_> = known.difference(&found).collect();
    assert!(stale.is_empty(), "these read no longer: {stale:#?}");
}

#[test]
fn a_reader_is_found_wherever_it_is_not_a_test() {
    for (source, found) in [
        ("async fn f(log: Log) { log.read_all(after, &filter, 1).await; }", true),
        ("fn f() { let close = || self.gate.views().snapshot()?.table(T); }", true),
        ("mod inner { impl X { fn f(&self) { self.log.read_stream(id) } } }", true),
        ("#[cfg(test)] mod tests { fn f() { log.read_all() } }", false),
        ("fn f(reading: &Reading) { get(&reading.snapshot, id) }", false),
    ] {
        assert_eq!(!calls(source).is_empty(), found, "{source}");
    }
}
