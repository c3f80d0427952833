//! What a client can do wrong, and what it is told.

use crate::protocol::{About, CloseCode, Lang, Problem, ServerFrame};

/// Something that the client said and that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Not a frame of the protocol.
    Malformed,
    /// Longer than a frame may be.
    TooLarge,
    /// Binary where text is expected.
    NotText,
    /// Something before `hello`.
    HelloFirst,
    /// No `hello` in time.
    HelloLate,
    /// A second `hello`.
    HelloTwice,
    /// A version that is not spoken here.
    Version,
    /// The number of the subscription is taken.
    SubscriptionTaken,
    /// One subscription too many.
    TooManySubscriptions,
    /// Frames faster than they are taken.
    TooManyFrames,
    /// A window of no or of too many frames.
    Window,
    /// An acknowledgement of what was never sent.
    AckUnsent,
    /// No such topic, or not for this viewer: nobody is told which.
    NotFound,
    /// A cursor that this server did not make.
    CursorForged,
    /// A cursor that was made for somebody else.
    CursorForeign,
    /// A cursor of another life of the log.
    CursorEpoch,
    /// Nobody is signed in, or the token is not valid.
    Unauthorized,
    /// The session or token was revoked.
    Revoked,
    /// The person has too many sockets.
    TooManySockets,
    /// The server could not look it up.
    Unavailable,
}

impl Fault {
    /// The name, status and title in Swedish and English.
    const fn kind(self) -> (&'static str, u16, &'static str, &'static str) {
        match self {
            Self::Malformed => ("live-malformed", 400, "Ramen kan inte läsas", "The frame can't be read"),
            Self::TooLarge => ("live-too-large", 413, "Ramen är för stor", "The frame is too large"),
            Self::NotText => ("live-not-text", 400, "Ramen är inte text", "The frame is not text"),
            Self::HelloFirst => ("live-hello-first", 400, "hello ska komma först", "hello comes first"),
            Self::HelloLate => ("live-hello-late", 408, "hello kom inte i tid", "hello did not come in time"),
            Self::HelloTwice => ("live-hello-twice", 400, "hello kom två gånger", "hello came twice"),
            Self::Version => ("live-version", 400, "Versionen talas inte här", "The version is not spoken here"),
            Self::SubscriptionTaken => (
                "live-subscription-taken",
                409,
                "Prenumerationens nummer är upptaget",
                "The subscription's number is taken",
            ),
            Self::TooManySubscriptions => {
                ("live-too-many-subscriptions", 429, "För många prenumerationer", "Too many subscriptions")
            }
            Self::TooManyFrames => ("live-too-many-frames", 429, "För många ramar", "Too many frames"),
            Self::Window => ("live-window", 422, "Fönstret ska vara 1 till 1024", "The window is to be 1 to 1024"),
            Self::AckUnsent => (
                "live-ack-unsent",
                422,
                "Kvitteringen gäller något som inte har sänts",
                "What is acknowledged was not sent",
            ),
            Self::NotFound => ("not-found", 404, "Finns inte", "Not found"),
            Self::CursorForged => ("cursor-forged", 422, "Markören är inte giltig", "The cursor is not valid"),
            Self::CursorForeign => {
                ("cursor-foreign", 422, "Markören gavs till någon annan", "The cursor was given to somebody else")
            }
            Self::CursorEpoch => {
                ("cursor-epoch", 410, "Markören gäller en tidigare logg", "The cursor is of an earlier log")
            }
            Self::Unauthorized => ("unauthorized", 401, "Inte inloggad", "Not signed in"),
            Self::Revoked => ("live-revoked", 401, "Inloggningen har avslutats", "The sign-in was ended"),
            Self::TooManySockets => ("live-too-many-sockets", 429, "För många anslutningar", "Too many connections"),
            Self::Unavailable => ("unavailable", 503, "Inte tillgängligt just nu", "Not available at the moment"),
        }
    }

    /// The code that the socket is closed with; `None` if it goes on.
    pub(crate) const fn close(self) -> Option<CloseCode> {
        match self {
            Self::NotFound | Self::CursorForged | Self::CursorForeign | Self::CursorEpoch | Self::Unavailable => None,
            // A slow network is no reason never to come back.
            Self::HelloLate => Some(CloseCode::Slow),
            Self::Unauthorized => Some(CloseCode::BadToken),
            Self::Revoked => Some(CloseCode::Revoked),
            Self::TooManySockets => Some(CloseCode::TooManySockets),
            _ => Some(CloseCode::ProtocolError),
        }
    }

    /// With nothing that it is about.
    pub(crate) fn alone(self) -> Refusal {
        Refusal::new(self, None, None)
    }

    /// What the client is told.
    fn problem(self, lang: Lang) -> Problem {
        let (code, status, sv, en) = self.kind();
        let title = match lang {
            Lang::Sv => sv,
            Lang::En => en,
        };
        Problem { r#type: format!("/problems/{code}"), title: title.to_owned(), status, detail: None }
    }
}

/// A fault, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) fault: Fault,
    pub(crate) re: About,
}

impl Refusal {
    pub(crate) fn new(fault: Fault, t: impl Into<Option<&'static str>>, s: Option<u32>) -> Self {
        Self { fault, re: About { t: t.into().map(str::to_owned), s } }
    }

    /// What the client is told.
    pub(crate) fn frame(&self, lang: Lang) -> ServerFrame {
        ServerFrame::Err { re: self.re.clone(), problem: self.fault.problem(lang) }
    }
}
