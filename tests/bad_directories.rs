//! A data directory, or a port, that can't be used: the program says what to do, and changes nothing.

use std::{
    ffi::OsStr,
    fs,
    net::TcpListener,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    process::Command,
};

use contracts::{directory::Role, forum::ArenaAccess};
use reqwest::Method;
use system_tests::{Inhabitant, Person, Server, World, erfa, finish, run, tree};

const SERVE: [&str; 5] = ["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"];

/// Why a test can do what it does to its files.
const OWN: &str = "the test may use its own files";

/// A data directory that has been in use, with somebody who may read its one arena.
async fn in_use() -> (tempfile::TempDir, Inhabitant) {
    let data = tempfile::tempdir().expect("there is room for a directory");
    let member = World::write(data.path(), async |world| {
        let agency = world.agency("Amyndigheten").await;
        let member = world.person(agency, &[Role::Secretariat]).await;
        world.arena("Arbetssätt", ArenaAccess::Open, &[member.person]).await;
        member
    })
    .await;
    assert_eq!(Server::start(data.path()).stop(), Some(0));
    (data, member)
}

async fn shows_the_arena(server: &Server, member: &Inhabitant) -> bool {
    let (_, arenas) =
        Person::with_token(&server.url, &member.token).api(Method::GET, "/api/forum/v1/arenas", None).await;
    arenas["items"][0]["name"] == "Arbetssätt"
}

/// Says what is wrong in these words, and leaves everything below the directory as it was.
#[track_caller]
fn is_refused(what: &str, command: Command, directory: &Path, words: &[&str]) {
    let before = tree(directory);
    let refused = finish(command).refused();
    for words in words {
        assert!(refused.contains(words), "{what} should say `{words}`: {refused}");
    }
    assert_eq!(tree(directory), before, "{what} changed something");
}

fn on(data: &Path, args: &[&str]) -> Command {
    let mut command = erfa(args);
    command.arg("--data").arg(data);
    command
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect(OWN);
}

/// Spoils a data directory.
type Spoil = fn(&Path);

fn damage(data: &Path) {
    let path = data.join("log/db/db");
    let mut bytes = fs::read(&path).expect(OWN);
    let used = bytes.iter().rposition(|byte| *byte != 0).expect("a log holds something");
    bytes[used / 4..used / 2].fill(0xA5);
    fs::write(path, bytes).expect(OWN);
}

const SPOILED: [(&str, Spoil, &[&str], &[&str]); 9] = [
    ("a log of a newer version", |data| fs::write(data.join("log/format"), "2\n").expect(OWN), &SERVE, &["newer Erfa"]),
    ("an emptied log", |data| fs::write(data.join("log/db/db"), "").expect(OWN), &SERVE, &["lost events", "backup"]),
    (
        "a log without its database",
        |data| fs::remove_dir_all(data.join("log/db")).expect(OWN),
        &SERVE,
        &["lost events", "backup"],
    ),
    (
        "a log without its mark",
        |data| fs::remove_file(data.join("log/mark")).expect(OWN),
        &SERVE,
        &["`mark` is missing", "backup"],
    ),
    (
        "a key that others can read",
        |data| set_mode(&data.join("keys/cursor.key"), 0o644),
        &SERVE,
        &["mode 644", "remove it"],
    ),
    (
        "a key that is none",
        |data| fs::write(data.join("keys/form-token.key"), "short").expect(OWN),
        &SERVE,
        &["5 bytes", "put the right file back"],
    ),
    (
        "a key that can't be read",
        |data| {
            fs::remove_file(data.join("keys/cursor.key")).expect(OWN);
            fs::create_dir(data.join("keys/cursor.key")).expect(OWN);
        },
        &SERVE,
        &["cursor.key", "can't be read"],
    ),
    ("a demo", |data| fs::write(data.join("demo"), "").expect(OWN), &SERVE, &["`erfa demo`", "--data"]),
    (
        "real data",
        |_| (),
        &["demo", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"],
        &["does not hold a demo", "--data"],
    ),
];

#[tokio::test]
async fn a_spoiled_directory_is_refused_as_it_is() {
    for (what, spoil, command, words) in SPOILED {
        let (data, _) = in_use().await;
        spoil(data.path());
        is_refused(what, on(data.path(), command), data.path(), words);
    }
}

#[tokio::test]
async fn a_damaged_log_is_refused_with_the_way_out() {
    let (data, _) = in_use().await;
    damage(data.path());
    for start in ["first", "second"] {
        let ran = run(data.path(), &SERVE);
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "the {start} start: {ran:?}");
        assert!(ran.err.contains("damaged") || ran.err.contains("lost events"), "{}", ran.err);
        assert!(ran.err.contains("`erfa log restore`") && ran.err.contains("`erfa log accept-loss`"), "{}", ran.err);
    }
}

#[tokio::test]
async fn a_directory_in_use_is_refused_and_its_server_goes_on() {
    let (data, member) = in_use().await;
    let server = Server::start(data.path());
    is_refused(
        "a second server",
        on(data.path(), &SERVE),
        data.path(),
        &["in use by another process", "another data directory"],
    );
    assert!(shows_the_arena(&server, &member).await);
    // Without its socket, a command can't ask the server, and does not go behind its back.
    fs::remove_file(data.path().join("admin.sock")).unwrap();
    is_refused("a command", on(data.path(), &["log", "stats"]), data.path(), &["starting or stopping", "try again"]);
    assert!(shows_the_arena(&server, &member).await);
}

#[tokio::test]
async fn a_port_in_use_is_told_before_anything_is_begun() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().to_string();
    for (flag, other, setting) in
        [("--listen", "--metrics-listen", "`listen`"), ("--metrics-listen", "--listen", "`metrics_listen`")]
    {
        for program in ["serve", "demo"] {
            let above = tempfile::tempdir().unwrap();
            let data = above.path().join("data");
            let command = on(&data, &[program, flag, &port, other, "127.0.0.1:0"]);
            is_refused(program, command, above.path(), &[&port, setting, "in use", "choose another address"]);
        }
    }
}

#[tokio::test]
async fn views_that_were_deleted_are_made_anew() {
    let (data, member) = in_use().await;
    fs::remove_dir_all(data.path().join("views")).unwrap();
    let server = Server::start(data.path());
    assert!(shows_the_arena(&server, &member).await);
    assert_eq!(server.stop(), Some(0));
    for view in ["directory.redb", "forum.redb"] {
        fs::write(data.path().join("views").join(view), "not a view").unwrap();
    }
    let server = Server::start(data.path());
    assert!(shows_the_arena(&server, &member).await, "views that can't be read are made anew too");
}

#[test]
fn a_place_that_is_no_directory_of_erfa_stays_as_it_is() {
    let above = tempfile::tempdir().unwrap();
    fs::write(above.path().join("file"), "").unwrap();
    let long = above.path().join("long".repeat(40));
    let (file, below, nothing) =
        (above.path().join("file"), above.path().join("file/data"), above.path().join("nothing"));
    for (what, data, command, words) in [
        ("a file", &file, &SERVE[..], &["not a directory"][..]),
        ("below a file", &below, &SERVE, &["can't be used", "--data"]),
        ("a path too long for a socket", &long, &SERVE, &["admin.sock", "shorter path"]),
        ("a mistyped directory", &nothing, &["log", "stats"], &["holds nothing of Erfa", "--data"]),
        ("a mistyped directory", &nothing, &["rebuild"], &["holds nothing of Erfa"]),
        ("a mistyped directory", &nothing, &["token", "issue", "--person", "a@b.example"], &["holds nothing of Erfa"]),
    ] {
        is_refused(what, on(data, command), above.path(), words);
    }
}

/// The command, held to the permissions on files also where the tests run as root.
fn held_to_permissions(command: &Command, data: &Path) -> Command {
    if fs::metadata(data).expect(OWN).uid() != 0 {
        let mut same = Command::new(command.get_program());
        same.args(command.get_args());
        return same;
    }
    let mut held = Command::new("setpriv");
    held.args(["--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"]).arg(command.get_program());
    held.args(command.get_args().collect::<Vec<&OsStr>>());
    held
}

fn set_writable(paths: &[PathBuf], writable: bool) {
    for path in paths {
        let mode = fs::metadata(path).expect(OWN).permissions().mode();
        set_mode(path, if writable { mode | 0o200 } else { mode & !0o222 });
    }
}

#[tokio::test]
async fn a_directory_that_can_only_be_read_is_refused() {
    let (used, _) = in_use().await;
    let fresh = tempfile::tempdir().unwrap();
    for (what, data) in [("data that can only be read", used.path()), ("an empty directory", fresh.path())] {
        for program in [&SERVE[..], &["import", "agencies", "agencies.csv"]] {
            let file = tempfile::NamedTempFile::new().unwrap();
            fs::write(file.path(), "name,short_name,website,former_or_other_names\nNy myndighet,,,\n").unwrap();
            let program: Vec<_> = program
                .iter()
                .map(|arg| if *arg == "agencies.csv" { file.path().to_str().unwrap() } else { arg })
                .collect();
            let paths: Vec<_> = tree(data).into_keys().collect();
            set_writable(&paths, false);
            is_refused(what, held_to_permissions(&on(data, &program), data), data, &["right to write"]);
            set_writable(&paths, true);
        }
    }
}
