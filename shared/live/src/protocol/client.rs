//! What a client says.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A frame from the client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// The first frame, within 5 seconds.
    Hello {
        /// The version of the protocol: 1.
        v: u32,
        /// What the client calls itself.
        client: String,
        /// The language of fragments and problems.
        #[serde(default)]
        lang: Lang,
        /// An API token. A page leaves it out and is known by its session cookie.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// The `session` of a socket that the client has lost, as its `welcome` named it. If the server still holds that
        /// one, and it is the same person's, this socket takes its place, so that it does not count twice.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<Uuid>,
    },
    /// Asks for what happens in a topic.
    Sub {
        /// What the client calls the subscription; free on this socket.
        s: u32,
        /// The topic, such as `thread/<id>`.
        topic: String,
        /// Where to begin.
        after: After,
        /// In which form.
        r#as: Form,
        /// How many frames that the client has not acknowledged may be out: 1 to 1024, 256 if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(range(min = 1, max = 1024))]
        window: Option<u32>,
    },
    /// Ends a subscription.
    Unsub {
        /// Which.
        s: u32,
    },
    /// Says that everything up to a cursor was taken. It makes room in the window.
    Ack {
        /// Of which subscription.
        s: u32,
        /// The cursor of a frame of it.
        c: String,
    },
    /// A new token of the same person, before the old one expires.
    Auth {
        /// The token.
        token: String,
    },
    /// Says how the person is there, in a topic that is subscribed to. It holds for 60 seconds.
    Presence {
        /// Where.
        topic: String,
        /// How.
        state: PresenceState,
    },
    /// Says that the person is writing, in a topic that is subscribed to. It holds for 6 seconds.
    Typing {
        /// Where.
        topic: String,
    },
    /// The answer to `ping`.
    Pong {},
}

/// Where a subscription begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "String", into = "String")]
#[schemars(with = "String")]
pub enum After {
    /// `now`: with what happens next.
    Now,
    /// `start`: with the first event there is.
    Start,
    /// With what comes after this cursor.
    Cursor(String),
}

impl From<String> for After {
    fn from(text: String) -> Self {
        match &*text {
            "now" => Self::Now,
            "start" => Self::Start,
            _ => Self::Cursor(text),
        }
    }
}

impl From<After> for String {
    fn from(after: After) -> Self {
        match after {
            After::Now => "now".into(),
            After::Start => "start".into(),
            After::Cursor(cursor) => cursor,
        }
    }
}

/// The form in which a subscription gets its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// As CloudEvents, in `ev` frames.
    Event,
    /// As fragments of the page, in `html` frames.
    Html,
}

/// A language of fragments and problems.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Lang {
    /// Swedish.
    #[default]
    Sv,
    /// English.
    En,
}

impl Lang {
    /// `sv` or `en`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sv => "sv",
            Self::En => "en",
        }
    }
}

/// How a person is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PresenceState {
    /// Has the page in front of them.
    Here,
    /// Has it open somewhere.
    Away,
    /// Has left it.
    Gone,
}
