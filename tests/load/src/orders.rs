//! What the processes of a run say to each other: the one that leads writes lines of JSON to the standard input of the
//! others, and they answer on their standard output.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};

use crate::peer::Peer;

/// What a process is for; the first line that it reads.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Task {
    /// Holds sockets.
    Read(Readers),
    /// Posts.
    Post(Posters),
    /// Is the yardstick of sockets: so many of them, and one `send` for each and frame.
    BareWriter { sockets: usize },
    /// Is the yardstick of posting: answers, and does nothing.
    EmptyHandler,
    /// Starts a server that others wrote, with a directory to use, for so many sockets, and publishes.
    Peer { peer: Peer, data: PathBuf, sockets: usize },
}

/// A server, as a client sees it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// What it is called in requests.
    pub(crate) host: String,
}

/// What the sockets of a process are to be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Readers {
    pub(crate) server: Server,
    /// The address that they come from; the system's choice if there is none.
    pub(crate) source: Option<Ipv4Addr>,
    pub(crate) protocol: Protocol,
    pub(crate) tokens: Vec<String>,
    pub(crate) threads: Vec<Thread>,
    pub(crate) sockets: Vec<Socket>,
    pub(crate) form: Form,
    pub(crate) window: u32,
    /// After how many frames one acknowledges.
    pub(crate) ack_frames: u32,
    /// After how long one acknowledges also fewer; never if this is 0.
    pub(crate) ack_ms: u64,
    /// How many may be on their way to `live` at a time, while nothing hurries them.
    pub(crate) connecting_max: usize,
    /// How often they say how they are.
    pub(crate) report_ms: u64,
}

/// What the other side speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Protocol {
    /// `erfa.live.v1`.
    Erfa,
    /// Nothing: a socket that was upgraded gets frames.
    Bare,
    /// Nothing more than that; the path of the upgrade says what is subscribed to.
    Nchan,
    /// The text protocol of NATS, in binary frames.
    Nats,
}

/// In which form events are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Form {
    Event,
    Html,
}

/// A thread that is read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Thread {
    pub(crate) topic: String,
    /// The number of the post that comes next.
    pub(crate) next: u64,
}

/// A socket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Socket {
    /// Whose, as an index.
    pub(crate) token: usize,
    /// Of what, as indexes.
    pub(crate) threads: Vec<usize>,
    pub(crate) pace: Pace,
}

/// How fast a socket is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Pace {
    /// At once.
    Quick,
    /// A byte a second, once it is live.
    Byte,
    /// Never, once it is live.
    Never,
}

/// Those who post.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Posters {
    pub(crate) server: Server,
    /// One of each; each has a connection of its own.
    pub(crate) tokens: Vec<String>,
    /// Where to, in turn.
    pub(crate) paths: Vec<String>,
    /// How long a post is.
    pub(crate) body_bytes: usize,
    pub(crate) report_ms: u64,
}

/// What is said to a process later.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Order {
    /// To readers: cut off every socket, come back all at once, and go on where each was.
    Storm,
    /// To readers: the slow ones read again.
    Hurry,
    /// To readers: this many is what comes next in each thread, when everything has come.
    Expect(Vec<u64>),
    /// To posters: this many a second, as fast as they are acknowledged, or not at all; and so many at a time.
    Post(Rate, usize),
    /// To posters: not more than this, in all, since they were last asked for a tally.
    Allow(u64),
    /// Say what was counted, and count anew.
    Tally,
}

/// How fast is posted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Rate {
    Not,
    PerSecond(f64),
    AsAcknowledged,
}

/// What a process says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Said {
    /// A yardstick or a peer listens here, with this process and those that it started.
    Listening { address: SocketAddr, pid: u32 },
    /// The bare writer has sent a frame to all, or a message was published.
    Sent,
    /// How it is.
    Now(Now),
    /// What was counted.
    Tally(Tally),
}

/// How a process is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Now {
    /// Sockets that are live, or connections that are there.
    pub(crate) live: usize,
    /// Sockets that do not come back.
    pub(crate) lost: usize,
    /// Frames that came, or posts that were acknowledged, since the last tally.
    pub(crate) done: u64,
    /// The fewest frames that a subscription of a quick socket got since the last tally.
    pub(crate) least: u64,
    /// Frames that are still to come, if it was said how many there are; or requests that are under way.
    pub(crate) left: u64,
}

/// What was counted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tally {
    /// Frames that came, or posts that were acknowledged.
    pub(crate) done: u64,
    /// From post to frame, or from post to acknowledgement: microseconds, and how many.
    pub(crate) latency: Vec<(u64, u64)>,
    /// From connecting to live.
    pub(crate) to_live: Vec<(u64, u64)>,
    /// Frames that were passed over.
    pub(crate) missing: u64,
    /// Frames that came again, or after a later one.
    pub(crate) repeated: u64,
    /// What went wrong, and how often.
    pub(crate) errors: BTreeMap<String, u64>,
    /// How sockets were closed, and how often.
    pub(crate) closes: BTreeMap<String, u64>,
    /// The slow sockets that were closed, and those that have everything.
    pub(crate) slow: Slow,
    /// CPU time of the process since it began, in microseconds.
    pub(crate) cpu_micros: u64,
}

/// What became of slow sockets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Slow {
    pub(crate) closed: u64,
    pub(crate) caught_up: u64,
}
