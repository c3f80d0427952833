//! The commands of the log, while the server runs and while it does not, and on what they can't be used on.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{fs, path::Path};

use serde_json::Value;
use system_tests::{Ran, Server, World, run, tree};

/// A data directory with a little in its log.
async fn data() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    World::write(data.path(), async |world| {
        for number in 0..20 {
            world.agency(&format!("Myndighet {number}")).await;
        }
    })
    .await;
    data
}

fn log(data: &Path, args: &[&str]) -> Ran {
    run(data, &[&["log"], args].concat())
}

fn json(data: &Path, args: &[&str]) -> Value {
    log(data, &[args, &["--json"]].concat()).json()
}

#[tokio::test]
async fn a_log_is_verified_and_backed_up_whether_its_server_runs_or_not() {
    let data = data().await;
    let above = tempfile::tempdir().unwrap();
    let mut seen = Vec::new();
    for (runs, backup) in [(false, "stopped"), (true, "running")] {
        let server = runs.then(|| Server::start(data.path()));
        let backup = above.path().join(backup);
        let made = json(data.path(), &["backup", backup.to_str().unwrap()]);
        let again = json(data.path(), &["backup", backup.to_str().unwrap()]);
        let (stats, verified) = (json(data.path(), &["stats"]), json(data.path(), &["verify"]));
        assert_eq!(made, again, "there is nothing to add");
        for (what, key) in [(&stats, "head"), (&verified, "head"), (&made, "position")] {
            assert_eq!((&what[key], &what["chain"]), (&stats["head"], &stats["chain"]), "{what}");
        }
        assert!(log(data.path(), &["verify"]).well().contains("The log is whole"));
        seen.push((stats["origin"].clone(), stats["epoch"].clone()));
        if let Some(server) = server {
            for command in [&["restore", backup.to_str().unwrap()][..], &["accept-loss", "--yes"], &["reindex"]] {
                let refused = log(data.path(), command).refused();
                assert!(refused.contains("is running") && refused.contains("stop it first"), "{command:?}: {refused}");
            }
            assert_eq!(server.stop(), Some(0));
        }
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].0, seen[0].1, "a log in its first life is its own origin");
}

#[tokio::test]
async fn what_is_not_as_it_should_be_is_told_and_left_alone() {
    let (data, other) = (data().await, data().await);
    let above = tempfile::tempdir().unwrap();
    let path = |name: &str| above.path().join(name).to_str().unwrap().to_owned();
    let backup = path("backup");
    log(data.path(), &["backup", &backup]).well();
    fs::write(path("file"), "").unwrap();
    fs::create_dir(path("empty")).unwrap();
    fs::create_dir(path("things")).unwrap();
    fs::write(path("things/thing"), "").unwrap();
    let (file, empty, things, nothing) = (path("file"), path("empty"), path("things"), path("nothing"));
    let fresh = above.path().join("fresh");
    let cases: [(&Path, &[&str], &[&str]); 10] = [
        (other.path(), &["backup", &backup], &["another log", "another directory"]),
        (data.path(), &["backup", &file], &["not a directory"]),
        (data.path(), &["backup", &things], &["other things"]),
        (&fresh, &["backup", &empty], &["holds nothing of Erfa"]),
        (&fresh, &["verify"], &["holds nothing of Erfa"]),
        (&fresh, &["restore", &empty], &["holds no backup"]),
        (&fresh, &["restore", &nothing], &["not a directory"]),
        (&fresh, &["restore", &file], &["not a directory"]),
        (&fresh, &["restore", &things], &["other things"]),
        (data.path(), &["restore", &backup], &["never writes over a log"]),
    ];
    for (data, command, words) in cases {
        let before = tree(above.path());
        let refused = log(data, command).refused();
        assert!(words.iter().all(|word| refused.contains(word)), "{command:?}: {refused}");
        assert_eq!(tree(above.path()), before, "{command:?} left something behind");
    }
}

#[tokio::test]
async fn a_loss_is_shown_before_it_is_accepted() {
    let data = data().await;
    let before = json(data.path(), &["stats"]);
    let whole = log(data.path(), &["accept-loss", "--yes"]).refused();
    assert!(whole.contains("nothing is lost"), "{whole}");
    fs::remove_file(data.path().join("log/mark")).unwrap();
    let bad = log(data.path(), &["verify"]).refused();
    assert!(bad.contains("whole up to position 20") && bad.contains("accept-loss"), "{bad}");
    let shown = log(data.path(), &["accept-loss"]).refused();
    assert!(shown.contains("mark is missing") && shown.contains("--yes"), "{shown}");
    assert!(shown.contains("Nothing was changed"), "{shown}");
    let accepted = json(data.path(), &["accept-loss", "--yes"]);
    assert_eq!((&accepted["keptTo"], &accepted["position"]), (&20.into(), &21.into()), "{accepted}");
    assert!(Path::new(accepted["setAside"].as_str().unwrap()).join("db").is_dir(), "{accepted}");
    let after = json(data.path(), &["verify"]);
    assert_eq!((&after["chain"], &after["origin"]), (&accepted["chain"], &before["origin"]));
    assert_ne!(after["epoch"], before["epoch"]);
    let server = Server::start(data.path());
    assert!(log(data.path(), &["tail"]).well().contains("se.erfa.log.loss-accepted.v1"));
    assert_eq!(server.stop(), Some(0));
    let served = json(data.path(), &["verify"]);
    log(data.path(), &["reindex"]).well();
    assert_eq!(json(data.path(), &["verify"]), served);
}
