//! A server that was started here, with a directory of its own. Both are gone when this is dropped.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::data::Data;

/// How long it may take to listen.
const START_WITHIN: Duration = Duration::from_secs(10);
/// How long it may take to end once it was told to. It is killed then.
pub(crate) const STOP_WITHIN: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// Its standard error, in its directory.
const LOG: &str = "log";
/// How much of that is shown when it does not start.
const LINES_SHOWN: usize = 5;

pub(super) struct Running {
    child: Child,
    /// Where it takes sockets.
    pub(super) sockets_at: SocketAddr,
    /// Where it is told what to send.
    pub(super) publish_at: SocketAddr,
    _data: Data,
}

impl Running {
    /// Starts it, and waits until it listens.
    pub(super) fn start(
        command: &mut Command,
        data: Data,
        sockets_at: SocketAddr,
        publish_at: SocketAddr,
    ) -> anyhow::Result<Self> {
        let log = File::create(data.path().join(LOG)).context("a file can't be made")?;
        let name = command.get_program().to_owned();
        let child = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn();
        let child = child.with_context(|| format!("`{}` can't be started", Path::new(&name).display()))?;
        let mut server = Self { child, sockets_at, publish_at, _data: data };
        let begun = Instant::now();
        while [sockets_at, publish_at].iter().any(|address| TcpStream::connect(address).is_err()) {
            if let Some(status) = server.child.try_wait()? {
                bail!("it ended with {status}: {}", server.last_words());
            }
            if begun.elapsed() > START_WITHIN {
                bail!("it does not listen after {START_WITHIN:?}: {}", server.last_words());
            }
            thread::sleep(LOOK_EVERY);
        }
        Ok(server)
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    fn last_words(&self) -> String {
        let log = fs::read_to_string(self._data.path().join(LOG)).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(LINES_SHOWN)..].join("\n")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Killed at once, nginx would leave its workers behind.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let begun = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && begun.elapsed() < STOP_WITHIN {
            thread::sleep(LOOK_EVERY);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
