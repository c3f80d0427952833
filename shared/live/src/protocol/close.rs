//! Why a socket was closed.

/// The code of a close frame. Below 4500 the client comes back, with jittered backoff, and resumes; from 4500 on it does
/// not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CloseCode {
    /// The server is stopping.
    Draining,
    /// The credential expired.
    AuthExpired,
    /// The client did not take what was written, or did not say hello in time.
    Slow,
    /// The client did not answer a ping.
    NoPong,
    /// The token is not valid, or nobody is signed in.
    BadToken,
    /// The client broke the protocol.
    ProtocolError,
    /// The session or token was revoked.
    Revoked,
    /// The person has too many sockets.
    TooManySockets,
    /// Another socket has taken the place of this one.
    Replaced,
}

impl CloseCode {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Draining,
        Self::AuthExpired,
        Self::Slow,
        Self::NoPong,
        Self::BadToken,
        Self::ProtocolError,
        Self::Revoked,
        Self::TooManySockets,
        Self::Replaced,
    ];

    /// Its number.
    pub const fn number(self) -> u16 {
        match self {
            Self::Draining => 4001,
            Self::AuthExpired => 4005,
            Self::Slow => 4008,
            Self::NoPong => 4012,
            Self::BadToken => 4500,
            Self::ProtocolError => 4501,
            Self::Revoked => 4503,
            Self::TooManySockets => 4504,
            Self::Replaced => 4505,
        }
    }

    /// Its reason, in the close frame and in metrics.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Draining => "draining",
            Self::AuthExpired => "auth-expired",
            Self::Slow => "slow",
            Self::NoPong => "no-pong",
            Self::BadToken => "bad-token",
            Self::ProtocolError => "protocol-error",
            Self::Revoked => "revoked",
            Self::TooManySockets => "too-many-sockets",
            Self::Replaced => "replaced",
        }
    }

    /// Whether the client should come back.
    pub const fn may_reconnect(self) -> bool {
        self.number() < 4500
    }
}
