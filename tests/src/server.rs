//! The program as a child process.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{OnceLock, mpsc},
    time::Duration,
};

use serde::Deserialize;

/// How long anybody waits for the program to begin, which reads the whole log if its views are not there yet.
const BEGINS_WITHIN: Duration = Duration::from_secs(600);
/// How long a test waits for it to end.
const ENDS_WITHIN: Duration = Duration::from_secs(120);

/// The program under test: `ERFA_BIN`, or the one that was built beside the test.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(path) = std::env::var_os("ERFA_BIN") {
            return path.into();
        }
        let test = std::env::current_exe().expect("a running program has a path");
        test.ancestors().map(|dir| dir.join("erfa")).find(|path| path.is_file()).unwrap_or_else(|| {
            panic!("the erfa program is not built: run `cargo build -p erfa` (`cargo xtask test` does)")
        })
    })
}

/// Arguments that raise the limits on how often one may ask, for tests in which a few people do what thousands do. They are
/// not switched off, so that counting is part of what is tested and measured.
pub const RATES_RAISED: [&str; 16] = [
    "--set",
    "rates.address=100000000",
    "--set",
    "rates.sign_in=100000000",
    "--set",
    "rates.person_reads=100000000",
    "--set",
    "rates.person_writes=100000000",
    "--set",
    "rates.token_reads=100000000",
    "--set",
    "rates.token_writes=100000000",
    "--set",
    "rates.agency_reads=100000000",
    "--set",
    "rates.agency_writes=100000000",
];

/// The program with these arguments, nothing of this environment's configuration, and its standard input closed.
pub fn erfa(args: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(args).stdin(Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ERFA_")) {
        command.env_remove(name);
    }
    command
}

/// What `erfa serve --json` says on its first line.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ready {
    url: String,
    metrics_url: String,
    sign_in_link: Option<String>,
}

/// A running Erfa. It is killed when this is dropped.
pub struct Server {
    child: Child,
    /// Where its pages are, without a slash at the end.
    pub url: String,
    /// Where health and metrics are, without a slash at the end.
    pub metrics_url: String,
    /// The link that it printed, if nobody of the secretariat has joined yet.
    pub sign_in_link: Option<String>,
}

impl Server {
    /// Starts it on this data directory, on ports that are free.
    pub fn start(data: &Path) -> Self {
        Self::start_at(data, "127.0.0.1:0", &[])
    }

    /// Starts it on this data directory and address, with more arguments.
    pub fn start_at(data: &Path, listen: &str, more: &[&str]) -> Self {
        let data = data.to_str().expect("test directories have plain names");
        let mut command =
            erfa(&["serve", "--data", data, "--listen", listen, "--metrics-listen", "127.0.0.1:0", "--json"]);
        command.args(more);
        Self::start_by(command)
    }

    /// Starts it with this command, of which it becomes the process.
    ///
    /// # Panics
    /// If it does not say where it listens, or not in time.
    pub fn start_by(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().expect("it was piped"));
        or_killed(child.id(), BEGINS_WITHIN, || output.read_line(&mut line)).expect("it says that it is ready");
        let ready: Ready = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("expected a line that says where it listens, got `{line}`: {error}"));
        Self { child, url: ready.url, metrics_url: ready.metrics_url, sign_in_link: ready.sign_in_link }
    }

    /// Its address, such as `127.0.0.1:40001`.
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().expect("it was running");
        self.child.wait().expect("it ends");
    }

    /// Sends it a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success(), "the signal was sent");
    }

    /// Waits until it has ended, and gives its exit code; `None` if it was killed, as it is when it does not end in time.
    pub fn ended(mut self) -> Option<i32> {
        or_killed(self.id(), ENDS_WITHIN, || self.child.wait()).expect("it ends").code()
    }

    /// Asks it to stop (SIGTERM), and gives its exit code.
    pub fn stop(self) -> Option<i32> {
        self.signal("TERM");
        self.ended()
    }
}

/// Waits for something that the process with this id does; when patience is at its end, the process is killed.
fn or_killed<T>(id: u32, patience: Duration, wait: impl FnOnce() -> T) -> T {
    let (done, waiting) = mpsc::sync_channel::<()>(1);
    let guard = std::thread::spawn(move || {
        if waiting.recv_timeout(patience) == Err(mpsc::RecvTimeoutError::Timeout) {
            let _ = Command::new("kill").args(["-KILL", &id.to_string()]).status();
        }
    });
    let waited = wait();
    drop(done);
    guard.join().expect("it waits and does no more");
    waited
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
