//! Why a socket came to its end.

use std::{fmt, io};

use crate::websocket;

/// From this code on a client does not come back.
const NO_RETURN: u16 = 4_500;

/// Why a socket came to its end.
#[derive(Debug)]
pub(super) enum Ended {
    /// It was closed with this code and reason.
    Closed(u16, String),
    /// It is refused what it is for.
    Refused(String),
    Broken(String),
}

impl Ended {
    pub(super) fn may_reconnect(&self) -> bool {
        match self {
            Self::Closed(code, _) => *code < NO_RETURN,
            Self::Refused(_) => false,
            Self::Broken(_) => true,
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(code, reason) if reason.is_empty() => write!(f, "{code}"),
            Self::Closed(code, reason) => write!(f, "{code} {reason}"),
            Self::Refused(what) | Self::Broken(what) => f.write_str(what),
        }
    }
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        Self::Broken(error.kind().to_string())
    }
}

impl From<websocket::Broken> for Ended {
    fn from(websocket::Broken(what): websocket::Broken) -> Self {
        Self::Broken(what.to_owned())
    }
}
