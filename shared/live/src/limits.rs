//! What one socket may take. Every one of these is told to the client, or ends in a clear error.

use std::time::Duration;

/// How long a client may take to say hello.
pub const HELLO_WITHIN: Duration = Duration::from_secs(5);
/// How often the server asks whether the client is still there; it has as long to answer.
pub const HEARTBEAT: Duration = Duration::from_secs(25);
/// A write that moves nothing for so long ends the socket.
pub const WRITE_STALL_MAX: Duration = Duration::from_secs(15);
/// How long before a credential expires its holder is asked for a new one.
pub const AUTH_NOTICE: Duration = Duration::from_secs(60);
/// How often a subscription looks without having been woken, so that a lost wake-up is healed.
pub const POLL_EVERY: Duration = Duration::from_secs(30);
/// How often a subscription that is live and quiet says how far it has come.
pub const CHECKPOINT_IDLE: Duration = Duration::from_secs(60);
/// How often a subscription that is catching up, and has nothing to deliver, says how far it has come.
pub const CHECKPOINT_BUSY: Duration = Duration::from_secs(1);

/// How many subscriptions a socket may have at a time.
pub const SUBSCRIPTIONS_MAX: usize = 64;
/// How many bytes a frame from the client may have.
pub const FRAME_IN_BYTES_MAX: usize = 64 * 1024;
/// How many bytes may come for one frame, with what its parts take on the wire: a frame of more is too large, and so is
/// one in many tiny parts.
pub const FRAME_WIRE_BYTES_MAX: u64 = FRAME_IN_BYTES_MAX as u64 + 1024;
/// How many frames a second the client may send in the long run.
pub const FRAMES_IN_PER_SECOND: u32 = 20;
/// How many frames the client may send at once: a subscription to everything it may have, and some more.
pub const FRAMES_IN_BURST: u32 = 128;
/// How many sockets a person may have at a time.
pub const SOCKETS_PER_PERSON_MAX: usize = 8;
/// How many frames that were not acknowledged a subscription has out, unless it asks for another number.
pub const WINDOW_DEFAULT: u32 = 256;
/// The largest window.
pub const WINDOW_MAX: u32 = 1_024;
/// How many bytes a topic's name may have.
pub const TOPIC_BYTES_MAX: usize = 200;
/// How many bytes a cursor, a token or a client's name may have.
pub const TEXT_BYTES_MAX: usize = 1_024;

/// How many bytes may wait for a socket. A client for which more waits is closed as slow.
pub const WAITING_BYTES_MAX: usize = 1024 * 1024;
/// While so many bytes wait, nothing more is read for a socket: events wait in the log, where they cost nothing.
pub const WAITING_BYTES_FULL: usize = 64 * 1024;
/// How many bytes of frames are gathered into one write.
pub const WRITE_BYTES: usize = 4 * 1024;
/// How many bytes are read from a socket at once.
pub const READ_BYTES: usize = 256;
/// How many events a subscription takes from the log at a time.
pub const READ_EVENTS: usize = 32;
