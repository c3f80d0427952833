//! What is asked for, and whether it can be had.

use std::{path::PathBuf, time::Duration};

use anyhow::ensure;
use clap::Parser;

use crate::{peer::Peer, run::pages};

/// Sockets of one person that the server takes at the most.
pub(crate) const SOCKETS_PER_PERSON: usize = 8;
/// What a process has open besides sockets.
const OTHER_FILES: u64 = 200;
/// Sockets that one process holds, unless it is said how many processes there are.
const SOCKETS_PER_PROCESS: usize = 4_500;
/// Connections from one address to another that the system has ports for.
const PORTS: usize = 28_000;
const POSTS_PER_SECOND: f64 = 20.0;
/// How many people take turns where posts come at a rate.
const AUTHORS: usize = 32;

/// Puts load on an Erfa through its public protocols, and says how it fares.
///
/// Opens sockets that read threads over `erfa.live.v1`, posts into them through the HTTP API, and sees to it that every
/// socket gets every post exactly once and in order. It fails if one does not.
#[derive(Clone, Debug, Parser)]
#[command(name = "cargo xtask load", after_long_help = SIZING, args_override_self = true)]
pub struct Options {
    /// How many sockets read.
    #[arg(long, default_value_t = 1_000)]
    pub sockets: usize,
    /// How many people there are; a person has 8 sockets at the most [default: as few as will do]
    #[arg(long)]
    pub people: Option<usize>,
    /// Over how many threads posts and sockets are spread.
    #[arg(long, default_value_t = 1)]
    pub threads: usize,
    /// To how many threads each socket subscribes [default: 1; with --idle 3]
    #[arg(long)]
    pub topics: Option<usize>,
    /// How many posts are made each second, whether or not the server keeps up [default: 20, unless only something else
    /// is asked for]
    #[arg(long)]
    pub posts_per_second: Option<f64>,
    /// How long each part of the run takes, in seconds.
    #[arg(long, default_value_t = 10.0)]
    pub seconds: f64,
    /// So many sockets more that are slow: every other one never reads, the rest read a byte a second.
    #[arg(long, default_value_t = 0)]
    pub slow: usize,
    /// While posts are made, all sockets are cut off at once, and come back at once to go on where they were.
    #[arg(long)]
    pub storm: bool,
    /// So many people post at the same time, each again as soon as their last post is acknowledged.
    #[arg(long)]
    pub posters: Option<usize>,
    /// With --posters: the same again while the forum's views are built anew, as `erfa rebuild forum` does.
    #[arg(long, requires = "posters", conflicts_with = "server")]
    pub rebuild: bool,
    /// So many posts lie in the log beforehand, in threads of 10,000.
    #[arg(long, default_value_t = 0, conflicts_with = "server")]
    pub events: u64,
    /// Posts as fast as the slowest socket gets them: how many frames a second there can be.
    #[arg(long)]
    pub flood: bool,
    /// With --flood: how many posts the slowest socket may be behind.
    #[arg(long, default_value_t = 64)]
    pub ahead: u64,
    /// How much memory of the server an idle socket takes.
    #[arg(long)]
    pub idle: bool,
    /// How long the server takes for the pages of a short, a long and a very long thread.
    #[arg(long, conflicts_with = "server")]
    pub pages: bool,
    /// Measures the least that a program can do beside it, under the same client: one send for each socket and post; an
    /// HTTP handler that does nothing.
    #[arg(long)]
    pub yardstick: bool,
    /// Measures nginx with nchan beside it, under as many sockets: the directory under which Debian's packages nginx and
    /// libnginx-mod-nchan lie, / where they are installed. `cargo xtask bench live --peers` brings them.
    #[arg(long, value_name = "DIRECTORY")]
    pub nchan: Option<PathBuf>,
    /// Measures NATS over WebSocket beside it, under as many sockets: the program nats-server. `cargo xtask bench live
    /// --peers` brings it.
    #[arg(long, value_name = "PROGRAM")]
    pub nats: Option<PathBuf>,
    /// Asks for fragments of the page, as browsers do, and not for events.
    #[arg(long)]
    pub html: bool,
    /// How many frames that were not acknowledged a socket lets come.
    #[arg(long, default_value_t = 256)]
    pub window: u32,
    /// After how many frames a socket acknowledges.
    #[arg(long, default_value_t = 32)]
    pub ack_frames: u32,
    /// After how many milliseconds it acknowledges also fewer, 0 for never; browsers do after 1000.
    #[arg(long, default_value_t = 0)]
    pub ack_ms: u64,
    /// How many bytes a post has.
    #[arg(long, default_value_t = 150)]
    pub body_bytes: usize,
    /// Over how many processes the sockets are spread [default: one for each 4,500]
    #[arg(long)]
    pub processes: Option<usize>,
    /// A server that runs already, such as http://127.0.0.1:8080. What is posted stays in its log: never take one that is in
    /// use. [default: one of its own, that is made and thrown away]
    #[arg(long, requires = "tokens", requires = "arena")]
    pub server: Option<String>,
    /// With --server: a file with an API token on each line, of as many people, that may read and write.
    #[arg(long, requires = "server")]
    pub tokens: Option<PathBuf>,
    /// With --server: the id of an arena that these people are members of. Threads are opened there.
    #[arg(long, requires = "server")]
    pub arena: Option<String>,
    /// With --server: its process, if it runs on this machine, to tell of its memory and CPU time.
    #[arg(long, requires = "server")]
    pub server_pid: Option<u32>,
    /// Where the JSON lines go; they are added to what is there.
    #[arg(long, default_value = "target/load.jsonl")]
    pub json: PathBuf,
    /// Where the own server's data goes, and is deleted again: a disk, not memory.
    #[arg(long, default_value = "target/load-data")]
    pub data: PathBuf,
}

const SIZING: &str = "\
To size a machine:
  1. Decide what a lively day is: how many pages are open (each is a socket), in how many threads, and how many posts
     a second are made. A page that is open in a browser takes --html and --ack-ms 1000.
  2. Run that, and twice that, on the machine: --sockets 2000 --threads 50 --posts-per-second 5 --html --ack-ms 1000.
     `post to frame p99` is what people feel: below 200 ms they find it live. `server CPU` tells how much is left.
  3. --idle tells what memory each open page takes; --storm how long everybody takes to come back after the network or
     the server was away; --posters 200 how many posts a second one thread takes; --flood where the end is.
The client needs CPU time too. On the same machine it takes about as much as the server: run it from another one
against --server to measure the server alone (many sockets: raise `ulimit -n` on both).

For a server that runs already, issue a token for each of some people, and let them join an arena:
  erfa token issue --person anna@myndighet.example --scopes read,write --days 1 >> tokens
A person may have 8 sockets, so 1,000 sockets need 125 tokens. All of them come from one address and post more than people
do: start that server with its `rates` raised, or at 0 (`erfa config show` lists them).

It ends with 1 if a frame was lost, came twice or out of order, if a socket did not come back, or if an acknowledged
post is not there.";

/// What a run consists of.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) people: usize,
    pub(crate) topics: usize,
    pub(crate) threads: usize,
    pub(crate) processes: usize,
    pub(crate) authors: usize,
    /// The posts a second of the part at a rate, if there is one.
    pub(crate) rate: Option<f64>,
    pub(crate) time: Duration,
}

impl Options {
    /// What the run consists of, or what can't be had.
    pub(crate) fn plan(&self) -> anyhow::Result<Plan> {
        let only_other =
            (self.idle || self.flood || self.pages || self.posters.is_some()) && !self.storm && self.slow == 0;
        let rate = self.posts_per_second.or((!only_other).then_some(POSTS_PER_SECOND));
        let topics = self.topics.unwrap_or(if self.idle { 3 } else { 1 });
        let threads = self.threads.max(if self.topics.is_none() { topics } else { 1 });
        let threads = threads.max(if self.pages { pages::POSTS.len() } else { 1 });
        let sockets = self.sockets + self.slow;
        let posters = self.posters.unwrap_or(0);
        let needed = sockets.div_ceil(SOCKETS_PER_PERSON).max(posters).max(1);
        let people = self.people.unwrap_or(needed.max(AUTHORS));
        let processes = self.processes.unwrap_or(sockets.div_ceil(SOCKETS_PER_PROCESS));
        self.check_numbers(rate)?;
        ensure!(
            self.threads >= 1 && (1..=64).contains(&topics) && topics <= threads,
            "--topics is from 1 to 64, and no more than --threads (which is at least 1)"
        );
        ensure!(
            people >= needed,
            "--people {people} is too few: {sockets} sockets (8 for each person) and {posters} posters need {needed}"
        );
        ensure!(processes >= 1 || sockets == 0, "--processes is at least 1");
        let authors = if rate.is_some() || self.flood || self.pages { AUTHORS } else { 0 };
        let authors = authors.max(posters).max(1).min(people);
        let plan =
            Plan { people, topics, threads, processes, authors, rate, time: Duration::from_secs_f64(self.seconds) };
        self.check_files(&plan)?;
        Ok(plan)
    }

    /// The servers of others that are measured too.
    pub(crate) fn peers(&self) -> Vec<Peer> {
        let nchan = self.nchan.clone().map(Peer::Nchan);
        nchan.into_iter().chain(self.nats.clone().map(Peer::Nats)).collect()
    }

    fn check_numbers(&self, rate: Option<f64>) -> anyhow::Result<()> {
        ensure!((0.1..=86_400.0).contains(&self.seconds), "--seconds is from 0.1 to 86400");
        ensure!(rate.is_none_or(|rate| (0.1..=100_000.0).contains(&rate)), "--posts-per-second is from 0.1 to 100000");
        ensure!((1..=1_024).contains(&self.window), "--window is from 1 to 1024");
        ensure!(
            (1..=self.window).contains(&self.ack_frames),
            "--ack-frames is from 1 to --window: with fewer acknowledgements a socket would stand still"
        );
        ensure!((1..=u64::from(self.window)).contains(&self.ahead) || !self.flood, "--ahead is from 1 to --window");
        ensure!((30..=20_000).contains(&self.body_bytes), "--body-bytes is from 30 to 20000");
        ensure!(self.posters != Some(0), "--posters is at least 1");
        ensure!(
            self.sockets > 0
                || (self.pages || self.posters.is_some()) && self.slow == 0 && !(self.flood || self.idle || self.storm),
            "--sockets 0 goes with --posters and --pages alone"
        );
        ensure!(
            self.peers().is_empty() || self.sockets > 0 && (rate.is_some() || self.flood || self.idle),
            "--nchan and --nats need --sockets, and --posts-per-second, --flood or --idle"
        );
        Ok(())
    }

    fn check_files(&self, plan: &Plan) -> anyhow::Result<()> {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(u64::MAX);
        let sockets = self.sockets + self.slow;
        let each = sockets.div_ceil(plan.processes.max(1));
        ensure!(
            each as u64 + OTHER_FILES <= limit && each <= PORTS,
            "{each} sockets are too many for one process, which may open {limit} files and has {PORTS} ports: use more \
             --processes, or raise `ulimit -n`"
        );
        let in_server = (sockets + plan.authors) as u64 + OTHER_FILES;
        ensure!(
            self.server.is_some() || in_server <= limit,
            "the server would need {in_server} open files and may have {limit}: raise `ulimit -n`"
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn plan(args: &str) -> Result<Plan, String> {
        let options = Options::try_parse_from(["load"].into_iter().chain(args.split_whitespace()));
        options.map_err(|error| error.to_string())?.plan().map_err(|error| error.to_string())
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Options::command().debug_assert();
    }

    #[test]
    fn what_is_not_said_follows_from_what_is() {
        let default = plan("").unwrap();
        assert_eq!((default.people, default.processes, default.rate), (125, 1, Some(20.0)));
        assert_eq!(plan("--sockets 9000").unwrap().processes, 2);
        let idle = plan("--idle").unwrap();
        assert_eq!((idle.topics, idle.threads, idle.rate), (3, 3, None));
        assert_eq!(plan("--flood --posts-per-second 5").unwrap().rate, Some(5.0));
        assert_eq!(plan("--storm").unwrap().rate, Some(20.0));
        assert_eq!(plan("--sockets 0 --posters 300").unwrap().people, 300);
        let pages = plan("--sockets 0 --pages").unwrap();
        assert_eq!((pages.threads, pages.authors, pages.rate), (3, 32, None));
    }

    #[test]
    fn what_can_not_be_had_is_refused_with_what_to_do() {
        for (args, hint) in [
            ("--people 100", "need 125"),
            ("--sockets 0", "--posters and --pages alone"),
            ("--pages --server http://127.0.0.1:1", "--pages"),
            ("--seconds 0", "--seconds"),
            ("--window 0", "--window"),
            ("--ack-frames 300", "--ack-frames"),
            ("--flood --ahead 300", "--ahead"),
            ("--posts-per-second 0", "--posts-per-second"),
            ("--topics 2", "--topics"),
            ("--body-bytes 2", "--body-bytes"),
            ("--posters 0", "--posters"),
            ("--posters 5 --nats nats-server", "--nchan and --nats"),
            ("--posters 5 --sockets 0 --posts-per-second 5 --nchan /", "--nchan and --nats"),
            ("--sockets 100000000 --processes 1", "--processes"),
            ("--server http://127.0.0.1:1", "--tokens"),
            ("--sockets many", "--sockets"),
        ] {
            let refused = plan(args).unwrap_err();
            assert!(refused.contains(hint), "{args}: {refused}");
        }
    }
}
