//! What the server says.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use types::{LogEpoch, PersonId, Timestamp};
use uuid::Uuid;

use super::PresenceState;

/// A frame from the server. Cursors are opaque; `c` is the place to resume after once the frame was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", rename_all = "snake_case", deny_unknown_fields)]
pub enum ServerFrame {
    /// The answer to `hello`.
    Welcome {
        /// The socket's name, for logs and support, and for the `hello` of the socket that follows when this one is lost.
        session: Uuid,
        /// Which life of the log this is. After another one, old cursors mean nothing.
        epoch: LogEpoch,
        /// Seconds between pings.
        heartbeat: u32,
        /// What the client has to keep to.
        limits: LimitsFrame,
        /// When the credential expires.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        auth_expires: Option<Timestamp>,
    },
    /// The subscription stands.
    Subd {
        /// Which.
        s: u32,
        /// What it begins after.
        from: String,
        /// Whether it goes on from the cursor that was given, with nothing lost.
        recovered: bool,
        /// Which life of the log this is.
        epoch: LogEpoch,
    },
    /// An event.
    Ev {
        /// Of which subscription.
        s: u32,
        /// Its cursor.
        c: String,
        /// A CloudEvent.
        e: serde_json::Value,
    },
    /// A change of the page.
    Html {
        /// Of which subscription.
        s: u32,
        /// The cursor of the event that caused it.
        c: String,
        /// More fragments of the same event follow. Apply them together, and only then take `c` for the place to resume.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        more: bool,
        /// The id of the element that changes.
        target: String,
        /// What happens to it.
        action: Action,
        /// The markup.
        html: String,
    },
    /// Everything up to here was looked at; nothing of it was for this subscription but what was sent.
    Chk {
        /// Of which subscription.
        s: u32,
        /// How far.
        c: String,
    },
    /// Caught up: everything that there is was sent. What follows is new.
    Live {
        /// Which subscription.
        s: u32,
        /// How far.
        c: String,
    },
    /// No longer live: more waits than the window takes. `live` will follow.
    Behind {
        /// Which subscription.
        s: u32,
        /// How far.
        c: String,
    },
    /// Who is there. It replaces what was said of the topic before.
    Presence {
        /// Where.
        topic: String,
        /// How many people.
        count: u32,
        /// Who, unless they are too many to name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        people: Option<Vec<PersonHere>>,
    },
    /// Who is writing. It replaces what was said of the topic before.
    Typing {
        /// Where.
        topic: String,
        /// How many people.
        count: u32,
        /// Who, unless they are too many to name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        people: Option<Vec<PersonHere>>,
    },
    /// The subscription ended.
    Drop {
        /// Which.
        s: u32,
        /// Why, such as `access-ended`.
        code: String,
        /// Whether it helps to subscribe again.
        retry: bool,
    },
    /// The credential is about to expire: send `auth`.
    AuthRequired {
        /// When.
        by: Timestamp,
    },
    /// Answer with `pong`.
    Ping {},
    /// Something that the client said was refused. If it broke the protocol, the socket is closed after this.
    Err {
        /// What is refused.
        re: About,
        /// Why (RFC 9457).
        problem: Problem,
    },
    /// The socket is about to be closed.
    Bye {
        /// The code that it will be closed with.
        code: u16,
        /// Come back after so many milliseconds; every socket is told another number.
        after_ms: u32,
    },
}

/// What the client has to keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsFrame {
    /// Subscriptions at a time.
    pub subscriptions: u32,
    /// Bytes in a frame.
    pub frame_bytes: u32,
    /// Frames a second, in the long run.
    pub frames_per_second: u32,
    /// The largest window.
    pub window: u32,
    /// Sockets of one person.
    pub sockets: u32,
}

/// What happens to the target element of a fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The markup is put at its end.
    Append,
    /// The markup takes its place.
    Replace,
    /// It goes away.
    Remove,
}

/// Someone in a topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonHere {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// The agency that they are there for.
    pub agency: String,
    /// How they are there.
    pub state: PresenceState,
}

/// What an error is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The `t` of the frame, if it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub t: Option<String>,
    /// The subscription, if it was about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s: Option<u32>,
}

/// A problem, as in RFC 9457.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// Its kind.
    pub r#type: String,
    /// What it is, in the client's language.
    pub title: String,
    /// The HTTP status of the same problem.
    pub status: u16,
    /// More of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}
