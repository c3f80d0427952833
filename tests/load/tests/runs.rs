//! The program against a real server, small: everything that it can do is done, and nothing is lost.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use serde_json::Value;

/// Runs it. Its exit code, its figures, and what it said.
fn load(json: &Path, args: &str) -> (Option<i32>, BTreeMap<String, f64>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_erfa-load"));
    command.args(args.split_whitespace()).arg("--json").arg(json);
    let output = command.arg("--data").arg(json.with_extension("data")).output().expect("the program is built");
    let lines = fs::read_to_string(json).unwrap_or_default();
    let figures = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("a figure is JSON"));
    let figures = figures.map(|f| {
        (f["name"].as_str().expect("a figure has a name").to_owned(), f["value"].as_f64().unwrap_or(f64::NAN))
    });
    let said = [output.stderr, output.stdout].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (output.status.code(), figures.collect(), said)
}

#[test]
fn every_part_runs_and_every_frame_comes_once() {
    let dir = tempfile::tempdir().unwrap();
    let json = dir.path().join("figures");
    let (code, figures, said) = load(
        &json,
        "--sockets 24 --threads 3 --topics 2 --processes 2 --slow 2 --posts-per-second 50 --storm --posters 5 --flood \
         --ahead 8 --idle --yardstick --ack-frames 16 --window 256 --ack-ms 50 --seconds 1",
    );
    assert_eq!(code, Some(0), "{said}");
    let figure = |name: &str| *figures.get(name).unwrap_or_else(|| panic!("no `{name}` in {figures:#?}\n{said}"));
    assert_eq!((figure("frames missing"), figure("frames repeated or out of order")), (0.0, 0.0), "{said}");
    let at_rate = "24 sockets, 3 threads, 50 posts/s, a storm";
    assert!(figure(&format!("{at_rate}: frames")) > 0.0, "{said}");
    assert!(figure(&format!("{at_rate}: from the storm to live max")) > 0.0, "{said}");
    assert!(figure("24 sockets, 3 threads, flooded: frames") > 0.0, "{said}");
    assert!(figure("5 people post: acknowledged") > 0.0, "{said}");
    assert_eq!(figure("5 people post: refused or failed"), 0.0, "{said}");
    assert!(
        !fs::exists(json.with_extension("data")).unwrap()
            || json.with_extension("data").read_dir().unwrap().next().is_none()
    );
}

#[test]
fn what_is_wrong_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let json = dir.path().join("figures");
    let tokens = dir.path().join("tokens");
    fs::write(&tokens, "# nobody\n").unwrap();
    let arena = "00000000-0000-0000-0000-000000000001";
    let server = format!("--tokens {} --arena {arena}", tokens.display());
    for (args, hint) in [
        ("--people 1", "need 125".to_owned()),
        (&*format!("--server http://127.0.0.1:1 {server}"), "holds 0 tokens".to_owned()),
        (&*format!("--server https://127.0.0.1:1 {server}"), "http://".to_owned()),
    ] {
        let (code, figures, said) = load(&json, args);
        assert_eq!((code, figures.len()), (Some(1), 0), "{said}");
        assert!(said.contains(&hint), "{args}: {said}");
    }
    fs::write(&tokens, "secret\n").unwrap();
    let (code, _, said) = load(&json, &format!("--sockets 1 --people 1 --server http://127.0.0.1:1 {server}"));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("no server answers at 127.0.0.1:1") && !said.contains("secret"), "{said}");
}
