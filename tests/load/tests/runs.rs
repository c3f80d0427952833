//! The program against a real server, small: everything that it can do is done, and nothing is lost.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use contracts::forum::ArenaAccess;
use serde_json::Value;
use system_tests::{Server, World};

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
fn pages_of_threads_are_measured() {
    let dir = tempfile::tempdir().unwrap();
    let json = dir.path().join("figures");
    let (code, figures, said) = load(&json, "--sockets 0 --pages --yardstick --body-bytes 100 --seconds 0.1");
    assert_eq!(code, Some(0), "{said}");
    for posts in [50, 1_000, 10_000] {
        for page in ["first", "middle", "last"] {
            let p99 = figures.get(&format!("thread of {posts} posts, {page} page: p99"));
            assert!(p99.is_some_and(|p99| *p99 > 0.0), "{said}");
        }
    }
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

#[test]
fn a_server_that_runs_already_is_taken() {
    let dir = tempfile::tempdir().unwrap();
    let (data, json, tokens) = (dir.path().join("data"), dir.path().join("figures"), dir.path().join("tokens"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (arena, people) = runtime.block_on(World::write(&data, async |world| {
        let agency = world.agency("Mätmyndigheten").await;
        let people = [world.person(agency, &[]).await, world.person(agency, &[]).await];
        (world.arena("Mätning", ArenaAccess::Open, &[people[0].person, people[1].person]).await, people)
    }));
    fs::write(&tokens, format!("# two\n{}\n\n{}\n", people[0].token, people[1].token)).unwrap();
    let server = Server::start(&data);
    let (url, pid, tokens) = (&server.url, server.id(), tokens.display());
    let args = format!(
        "--server {url} --server-pid {pid} --tokens {tokens} --arena {arena} --people 2 --sockets 10 --html --idle \
         --posts-per-second 20 --seconds 1"
    );
    let (code, figures, said) = load(&json, &args);
    assert_eq!((code, figures.get("frames missing")), (Some(0), Some(&0.0)), "{said}");
    assert!(figures["10 sockets, 3 threads, 20 posts/s: frames"] > 0.0, "{said}");
    assert!(server.id() == pid && server.stop() == Some(0), "the server is left as it was");

    let (code, _, said) = load(&json, &args);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("no server answers"), "{said}");
}

#[test]
fn people_who_are_not_let_in_are_told_of() {
    let dir = tempfile::tempdir().unwrap();
    let (data, json, tokens) = (dir.path().join("data"), dir.path().join("figures"), dir.path().join("tokens"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (arena, member) = runtime.block_on(World::write(&data, async |world| {
        let agency = world.agency("Mätmyndigheten").await;
        let member = world.person(agency, &[]).await;
        (world.arena("Mätning", ArenaAccess::Open, &[member.person]).await, member)
    }));
    let server = Server::start(&data);
    let args = format!("--server {} --tokens {} --arena {arena} --seconds 1", server.url, tokens.display());
    // Nobody has the second token: eight sockets are live, eight are refused and do not come back.
    fs::write(&tokens, format!("{}\nnobody\n", member.token)).unwrap();
    let (code, figures, said) = load(&json, &format!("{args} --people 2 --sockets 16 --posts-per-second 10"));
    assert_eq!((code, figures.get("sockets that did not come back")), (Some(1), Some(&8.0)), "{said}");
    assert_eq!(figures.get("closed: 4500 bad-token"), Some(&8.0), "{said}");
    assert!(said.contains("8 sockets were refused"), "{said}");
    // Nor may anybody open a thread with it.
    fs::write(&tokens, "nobody\n").unwrap();
    let (code, _, said) = load(&json, &format!("{args} --people 1 --sockets 1"));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("answered with 401"), "{said}");
}
