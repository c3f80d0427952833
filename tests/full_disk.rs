//! The log's disk is full: health and metrics say so, and take it back when there is room again.
//!
//! The server gets a file system of its own, for which the system must let the test mount one.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use system_tests::{Page, Person, Ran, Server, erfa, run};

const DISK_BYTES: u64 = 256 * 1024 * 1024;
/// Recovering takes seconds.
const RECOVERY_SECONDS_MAX: u64 = 60;
const SERVE: [&str; 6] = ["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--json"];

/// A server whose log lies on a small disk.
fn on_a_small_disk(data: &Path) -> Server {
    fs::create_dir(data.join("log")).unwrap();
    let script = format!(r#"mount -t tmpfs -o size={DISK_BYTES} erfa-test "$1/log" && shift && exec "$@""#);
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", &script, "sh"]).arg(data);
    let serve = erfa(&SERVE);
    command.arg(serve.get_program()).args(serve.get_args()).arg("--data").arg(data);
    for (name, value) in serve.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Server::start_by(command)
}

/// Fills a disk with a file, which is gone when this is dropped.
struct Filler(PathBuf);

impl Filler {
    fn fill(path: PathBuf) -> Self {
        let filler = Self(path);
        let mut file = File::create(&filler.0).unwrap();
        let error = loop {
            if let Err(error) = file.write_all(&[1; 4_096]) {
                break error;
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{error}");
        filler
    }
}

impl Drop for Filler {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Imports a thousand agencies that are not there yet.
fn import(data: &Path, round: usize) -> Ran {
    let mut list = "name,short_name,website,former_or_other_names\n".to_owned();
    for number in 0..1_000 {
        writeln!(list, "Myndighet {number} i omgång {round},,,").unwrap();
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), list).unwrap();
    run(data, &["import", "agencies", file.path().to_str().unwrap()])
}

async fn ask(server: &Server, path: &str) -> Page {
    Person::new(&server.metrics_url).open(path).await
}

/// What metrics say of the log.
async fn gauge(server: &Server) -> String {
    let metrics = ask(server, "/metrics").await.html;
    let value = metrics.lines().find_map(|line| line.strip_prefix("erfa_log_read_only "));
    value.unwrap_or_else(|| panic!("{metrics}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn health_says_that_the_disk_is_full_and_takes_it_back() {
    let data = tempfile::tempdir().unwrap();
    let server = on_a_small_disk(data.path());
    // Its files as it sees them.
    let seen = PathBuf::from(format!("/proc/{}/root", server.id()));
    let seen = seen.join(data.path().strip_prefix("/").unwrap());
    import(&seen, 0).well();
    assert_eq!(ask(&server, "/health/ready").await.status, 200);
    assert_eq!(gauge(&server).await, "0");

    let filler = Filler::fill(seen.join("log/filler"));
    let refused = import(&seen, 1).refused();
    let full = ask(&server, "/health/ready").await;
    assert_eq!(full.status, 503, "{refused}: {}", full.html);
    assert!(full.html.contains(r#"{"name":"log","failure":"#) && full.html.contains("make room"), "{}", full.html);
    assert_eq!(gauge(&server).await, "1");
    assert_eq!(ask(&server, "/health/live").await.status, 200, "nothing is gained by starting it again");
    let stats = run(&seen, &["log", "stats"]).well();
    assert!(stats.contains("make room"), "{stats}");

    drop(filler);
    let begun = Instant::now();
    loop {
        let ready = ask(&server, "/health/ready").await;
        if ready.status == 200 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(RECOVERY_SECONDS_MAX), "{}", ready.html);
    }
    assert_eq!(gauge(&server).await, "0");
    import(&seen, 2).well();
    assert_eq!(server.stop(), Some(0));
}
