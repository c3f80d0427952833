//! Texts and the templates that ask for them agree.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use fluent_bundle::FluentResource;

/// Reads the catalogues `<crate>/locales/{sv,en}/*.ftl` and whatever asks for texts in `<crate>/templates` and
/// `<crate>/src`, and panics with everything that is wrong:
///
/// - a file that is not well-formed, a key that only one language has, other arguments in one language than in the other;
/// - `t.get("key")`, `t.with("key", …)` or `t.of("family", …)` of a key that neither the crate nor the shared catalogue has;
/// - a key of the crate that nothing asks for.
///
/// In Rust the texts must be called `t` or `texts` for this to see them. Call it as
/// `web::testing::check_catalogues(env!("CARGO_MANIFEST_DIR"))`.
#[track_caller]
pub fn check_catalogues(crate_dir: &str) {
    let wrong = faults(Path::new(crate_dir));
    assert!(wrong.is_empty(), "{crate_dir}:\n{}", wrong.join("\n"));
}

/// Keys with the arguments that their text takes.
type Keys = BTreeMap<String, BTreeSet<String>>;

fn faults(crate_dir: &Path) -> Vec<String> {
    let mut wrong = Vec::new();
    let own = |lang: &str, wrong: &mut Vec<String>| keys_in(&crate_dir.join("locales").join(lang), wrong);
    let (sv, en) = (own("sv", &mut wrong), own("en", &mut wrong));
    for (here, there, lang) in [(&sv, &en, "en"), (&en, &sv, "sv")] {
        let missing = here.keys().filter(|key| !there.contains_key(*key));
        wrong.extend(missing.map(|key| format!("{key}: missing in {lang}")));
    }
    let differing = sv.iter().filter(|(key, args)| en.get(*key).is_some_and(|other| other != *args));
    wrong.extend(differing.map(|(key, _)| format!("{key}: the languages take different arguments")));

    let shared = keys_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("locales/sv"), &mut wrong);
    let mut used = BTreeSet::new();
    for file in files(&crate_dir.join("templates"), "html").into_iter().chain(files(&crate_dir.join("src"), "rs")) {
        let source = without_comments_and_tests(&fs::read_to_string(&file).unwrap_or_default());
        for key in asked(&source, &["get(", "with("]) {
            if !sv.contains_key(&key) && !shared.contains_key(&key) {
                wrong.push(format!("{}: asks for {key}, which no catalogue has", file.display()));
            }
            used.insert(key);
        }
        for family in asked(&source, &["of("]) {
            let members: Vec<_> =
                sv.keys().chain(shared.keys()).filter(|key| key.starts_with(&format!("{family}-"))).cloned().collect();
            if members.is_empty() {
                wrong.push(format!("{}: asks for the family {family}, which no catalogue has", file.display()));
            }
            used.extend(members);
        }
        // A key may also be handed on as a value.
        used.extend(sv.keys().filter(|key| source.contains(&format!("\"{key}\""))).cloned());
    }
    wrong.extend(sv.keys().filter(|key| !used.contains(*key)).map(|key| format!("{key}: nothing asks for it")));
    wrong
}

/// What of a source asks for texts when it runs. Templates have neither.
fn without_comments_and_tests(source: &str) -> String {
    let code = source.split("\n#[cfg(test)]").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

/// The first argument of every call of one of these methods on `t` or `texts`.
fn asked(source: &str, methods: &[&str]) -> Vec<String> {
    let mut asked = Vec::new();
    for method in methods {
        for receiver in ["t", "texts"] {
            for (at, call) in source.match_indices(&format!("{receiver}.{method}")) {
                let within_word = source[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_');
                let literal =
                    source[at + call.len()..].trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'));
                if let Some((key, _)) = literal
                    && !within_word
                {
                    asked.push(key.to_owned());
                }
            }
        }
    }
    asked
}

fn keys_in(dir: &Path, wrong: &mut Vec<String>) -> Keys {
    let mut keys = Keys::new();
    let files = files(dir, "ftl");
    if files.is_empty() {
        wrong.push(format!("{}: holds no catalogue", dir.display()));
    }
    for file in files {
        let source = fs::read_to_string(&file).unwrap_or_default();
        if let Err((_, errors)) = FluentResource::try_new(source.clone()) {
            wrong.push(format!("{}: not well-formed: {errors:?}", file.display()));
        }
        let mut current = None;
        for line in source.lines() {
            let key = line.split_once('=').map(|(key, _)| key.trim_end());
            if let Some(key) = key.filter(|_| line.starts_with(|c: char| c.is_ascii_alphabetic())) {
                if keys.insert(key.to_owned(), BTreeSet::new()).is_some() {
                    wrong.push(format!("{}: has {key} twice", file.display()));
                }
                current = Some(key.to_owned());
            }
            if let Some(args) = current.as_ref().and_then(|key| keys.get_mut(key)) {
                let names = line.split('$').skip(1).map(|rest| {
                    rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').next().unwrap_or_default()
                });
                args.extend(names.map(str::to_owned));
            }
        }
    }
    keys
}

fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_catalogues_are_right() {
        // What only services ask for.
        let offered = ["back", "cancel", "change", "close", "save", "show-all"];
        let mut wrong = faults(Path::new(env!("CARGO_MANIFEST_DIR")));
        wrong.retain(|fault| !offered.iter().any(|key| *fault == format!("{key}: nothing asks for it")));
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn everything_that_is_wrong_is_told() {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in [
            (
                "locales/sv/a.ftl",
                "both = Två\nonly-sv = Svenska\nargs = { $n } och { $m }\nunused = Ingen\nkind-one = En\n",
            ),
            ("locales/en/a.ftl", "both = Two\nargs = { $n }\nunused = Nobody\nkind-one = One\n- no entry\n"),
            (
                "templates/a.html",
                "{{ t.get(\"both\") }} {{ t.with(\"args\", [(\"n\", 1)]) }} {{ t.get(\"lost\") }} {{ t.get(\"save\") }}",
            ),
            ("src/a.rs", "texts.get(\"only-sv\"); t.of(\"kind\", name); t.of(\"sort\", name); map.get(\"other\")"),
        ] {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let wrong = faults(dir.path());
        for expected in [
            "only-sv: missing in en",
            "args: the languages take different arguments",
            "unused: nothing asks for it",
            "asks for lost, which no catalogue has",
            "asks for the family sort, which no catalogue has",
            "not well-formed",
        ] {
            assert!(wrong.iter().any(|fault| fault.contains(expected)), "{expected} is not in {wrong:#?}");
        }
        assert_eq!(wrong.len(), 6, "{wrong:#?}");
    }
}
