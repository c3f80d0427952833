//! The processes that a run is spread over: this program started again, each with a task.

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use serde::Serialize;

use crate::orders::{Now, Order, Said, Tally, Task};

/// The argument that makes this program one of its own processes.
pub const PART: &str = "part-of-a-run";
/// How many words of a process may wait.
const WORDS_MAX: usize = 1_024;
/// How long a process may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long one that has a server to stop may take to end.
const PEER_END_WITHIN: Duration = Duration::from_secs(10);

/// A process. It is killed when this is dropped.
pub(crate) struct Process {
    child: Child,
    words: mpsc::Receiver<Said>,
    now: Arc<Mutex<(Now, u64)>>,
    /// How long it may take to end by itself.
    end_within: Duration,
}

impl Process {
    /// Starts a process with a task.
    pub(crate) fn start(task: &Task) -> anyhow::Result<Self> {
        let mut command = Command::new(env::current_exe().context("this program has no path")?);
        let mut child = command.arg(PART).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let output = BufReader::new(child.stdout.take().context("it was piped")?);
        let (heard, words) = mpsc::sync_channel(WORDS_MAX);
        let now = Arc::new(Mutex::new((Now::default(), 0)));
        let latest = now.clone();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                match serde_json::from_str(&line) {
                    Ok(Said::Now(now)) => {
                        let mut latest = latest.lock().unwrap_or_else(PoisonError::into_inner);
                        *latest = (now, latest.1 + 1);
                    }
                    Ok(said) => match heard.send(said) {
                        Ok(()) => {}
                        Err(_) => return,
                    },
                    Err(_) => return,
                }
            }
        });
        let end_within = if matches!(task, Task::Peer { .. }) { PEER_END_WITHIN } else { Duration::ZERO };
        let mut process = Self { child, words, now, end_within };
        process.say(task)?;
        Ok(process)
    }

    /// Gives an order.
    pub(crate) fn order(&mut self, order: &Order) -> anyhow::Result<()> {
        self.say(order)
    }

    /// Writes a line to it.
    pub(crate) fn say(&mut self, words: &impl Serialize) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(words)?;
        line.push(b'\n');
        let input = self.child.stdin.as_mut().context("it was piped")?;
        input.write_all(&line).context("a process of this run has ended")
    }

    /// How it is, as it said last.
    pub(crate) fn now(&self) -> Now {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    /// How it is, as it says from now on.
    pub(crate) fn fresh(&mut self) -> anyhow::Result<Now> {
        // What was under way when this was called may be older.
        let (before, begun) = (self.said(), Instant::now());
        while self.said() < before + 2 {
            self.is_there()?;
            if begun.elapsed() > PATIENCE {
                bail!("a process of this run no longer answers");
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(self.now())
    }

    fn said(&self) -> u64 {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).1
    }

    /// Fails if it has ended.
    pub(crate) fn is_there(&mut self) -> anyhow::Result<()> {
        match self.child.try_wait()? {
            Some(status) => bail!("a process of this run ended with {status}"),
            None => Ok(()),
        }
    }

    fn heard(&mut self) -> anyhow::Result<Said> {
        self.words.recv_timeout(PATIENCE).context("a process of this run no longer answers")
    }

    /// Where a yardstick or a peer listens, and its process, which is what it says first.
    pub(crate) fn listening(&mut self) -> anyhow::Result<(SocketAddr, u32)> {
        match self.heard()? {
            Said::Listening { address, pid } => Ok((address, pid)),
            said => bail!("expected where it listens, heard {said:?}"),
        }
    }

    /// Takes note of what was sent, which nobody waits for.
    pub(crate) fn forget_sent(&self) {
        while self.words.try_recv().is_ok() {}
    }

    /// What it counted since it was last asked.
    pub(crate) fn tally(&mut self) -> anyhow::Result<Tally> {
        self.order(&Order::Tally)?;
        loop {
            if let Said::Tally(tally) = self.heard()? {
                return Ok(tally);
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.stdin = None;
        let begun = Instant::now();
        while begun.elapsed() < self.end_within && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
