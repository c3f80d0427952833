//! A wrong configuration: everything that is wrong is told at once, and nothing is begun.

use std::fs;

use serde_json::{Value, json};
use system_tests::{Ran, erfa, finish, tree};

const FILE: &str = r#"
listen = "somewhere"
secretariatt = "Kansliet"
at_least_wait_ms_max = -1

[limits]
body_bytes_max = "big"
conections_max = 10

[colours]
red = 1
"#;

/// Each mistake: its setting, where it was given, and a word of the remedy.
const MISTAKES: [(&str, &str, &str); 9] = [
    ("listen", "erfa.toml", "127.0.0.1:8080"),
    ("secretariatt", "erfa.toml", "`secretariat`"),
    ("at_least_wait_ms_max", "erfa.toml", "the default is"),
    ("limits.body_bytes_max", "erfa.toml", "the default is 1048576"),
    ("limits.conections_max", "erfa.toml", "`limits.connections_max`"),
    ("colours", "erfa.toml", "remove it"),
    ("metrics_listen", "environment ERFA_METRICS_LISTEN", "127.0.0.1:9464"),
    ("origin", "flag --origin", "the default is"),
    ("limits.headerz_max", "flag --set", "`limits.headers_max`"),
];

fn all_wrong(directory: &std::path::Path, command: &[&str]) -> Ran {
    let file = directory.join("erfa.toml");
    fs::write(&file, FILE).expect("the test may use its own files");
    let mut erfa = erfa(command);
    erfa.current_dir(directory).env("ERFA_METRICS_LISTEN", "9464");
    erfa.args(["--origin", "ftp://erfa.example", "--set", "limits.headerz_max=10"]);
    finish(erfa)
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let refused = all_wrong(directory.path(), &["config", "check"]).refused();
    assert!(refused.contains(&format!("has {} errors", MISTAKES.len())), "{refused}");
    for (key, source, remedy) in MISTAKES {
        let line = refused
            .lines()
            .find(|line| line.contains(&format!("`{key}`")))
            .unwrap_or_else(|| panic!("{key}: {refused}"));
        assert!(line.contains(source) && line.contains(remedy), "{line}");
    }
}

#[test]
fn a_script_is_told_each_mistake_by_its_parts() {
    let directory = tempfile::tempdir().unwrap();
    let ran = all_wrong(directory.path(), &["config", "check", "--json"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
    let said: Value = serde_json::from_str(&ran.err).unwrap();
    let errors = said["errors"].as_array().unwrap();
    let keys: Vec<_> = errors.iter().map(|error| error["key"].as_str().unwrap()).collect();
    for (key, source, remedy) in MISTAKES {
        let error = &errors[keys.iter().position(|k| *k == key).unwrap_or_else(|| panic!("{key}: {said}"))];
        assert!(error["source"].as_str().unwrap().ends_with(source), "{error}");
        assert!(error["remedy"].as_str().unwrap().contains(remedy), "{error}");
    }
    assert_eq!(errors.len(), MISTAKES.len());
}

#[test]
fn nothing_is_begun_with_a_wrong_configuration() {
    for command in [&["serve"][..], &["demo"], &["log", "stats"], &["import", "agencies", "none.csv"], &["rebuild"]] {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("erfa.toml"), FILE).unwrap();
        let before = tree(directory.path());
        all_wrong(directory.path(), command).refused();
        assert_eq!(tree(directory.path()), before, "{command:?}");
    }
}

#[test]
fn a_file_that_is_no_configuration_is_told_with_its_place() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("odd.toml");
    for (bytes, words) in [
        (&b"data = \"x\"\nlisten = = 1\n"[..], "line 2"),
        (b"listen = \"\xff\"", "can't be read"),
        (b"listen = 8080", "`listen`"),
    ] {
        fs::write(&file, bytes).unwrap();
        let refused = finish(erfa(&["config", "check", "--config", file.to_str().unwrap()])).refused();
        assert!(refused.contains(words) && refused.contains("odd.toml"), "{refused}");
    }
    let refused = finish(erfa(&["config", "check", "--config", "/nowhere/erfa.toml"])).refused();
    assert!(refused.contains("/nowhere/erfa.toml"), "{refused}");
}

#[test]
fn what_is_hardly_meant_is_told_and_taken() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = erfa(&["config", "check", "--listen", "0.0.0.0:8080", "--set", "tls.terminated_by_proxy=true"]);
    command.current_dir(directory.path()).env("ERFA_LISTN", "127.0.0.1:1");
    let ran = finish(command);
    assert!(ran.err.contains("ERFA_LISTN") && ran.err.contains("https"), "{ran:?}");
    ran.well();
    let mut command = erfa(&["config", "check", "--listen", "0.0.0.0:8080"]);
    command.current_dir(directory.path());
    let refused = finish(command).refused();
    assert!(refused.contains("without TLS") && refused.contains("tls.terminated_by_proxy"), "{refused}");
    let mut command = erfa(&["config", "check", "--json"]);
    command.current_dir(directory.path()).env("ERFA_LISTN", "127.0.0.1:1");
    let checked = finish(command).json();
    assert_eq!(checked["errors"], json!([]));
    assert!(checked["warnings"][0].as_str().unwrap().contains("ERFA_LISTN"), "{checked}");
}
