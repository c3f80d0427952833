//! A command of the program, run to its end.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::erfa;

/// How long a command may take before a test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a command that has ended said.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code; `None` if it was killed.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub out: String,
    /// What it wrote to standard error.
    pub err: String,
}

impl Ran {
    /// What it said, if it went well.
    #[track_caller]
    pub fn well(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.out
    }

    /// What it said in JSON, if it went well.
    #[track_caller]
    pub fn json(self) -> Value {
        let out = self.well();
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("`{out}` is not one JSON value: {error}"))
    }

    /// What it complained of, if it was refused: with a code of failure, one message, and nothing on standard output.
    #[track_caller]
    pub fn refused(self) -> String {
        assert_eq!((self.code, self.out.as_str()), (Some(1), ""), "{self:?}");
        assert_eq!(self.err.matches("erfa: ").count(), 1, "one message: {}", self.err);
        assert!(self.err.starts_with("erfa: "), "nothing but the message: {}", self.err);
        self.err
    }
}

/// Runs a command of the program on this data directory.
pub fn run(data: &Path, args: &[&str]) -> Ran {
    let mut command = erfa(args);
    command.arg("--data").arg(data);
    finish(command)
}

/// Runs a command to its end.
///
/// # Panics
/// If it does not end in time; it is killed then.
pub fn finish(mut command: Command) -> Ran {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let id = child.id().to_string();
    let (ended, end) = mpsc::sync_channel(1);
    thread::spawn(move || ended.send(child.wait_with_output()));
    let Ok(output) = end.recv_timeout(PATIENCE) else {
        let _ = Command::new("kill").args(["-KILL", &id]).status();
        let said = end.recv_timeout(PATIENCE);
        panic!("{command:?} does not end; it said {said:?}");
    };
    let output = output.expect("its output can be read");
    let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// The list of agencies as it is in use, beside the repository.
///
/// # Panics
/// If it is not there.
pub fn real_agencies() -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/real-input/agencies.csv");
    assert!(path.is_file(), "the list of agencies is expected at {}", path.display());
    path
}
