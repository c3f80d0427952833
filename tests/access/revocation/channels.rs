//! The channels in which something is delivered while it happens, and how each is listened to. A new one is a row in
//! [`CHANNELS`].

mod socket;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use futures_util::future::BoxFuture;
use serde_json::Value;
use system_tests::Socket;
use tokio::{sync::watch, task::JoinHandle, time::Instant};
use types::LogEpoch;

use super::{
    REVOKED,
    kinds::{Kind, Loses, Shown},
    stage::{Case, Stage},
};
use crate::published::{SERVICES, document};

/// What the topic is called that is open to all who take part. All others are of the arena.
pub(crate) const COMMON: &str = "common";

/// A channel.
pub(crate) struct Channel {
    /// As the published documents have it.
    pub(crate) name: &'static str,
    pub(crate) listen: fn(Want) -> BoxFuture<'static, Ear>,
}

/// All of them.
pub(crate) const CHANNELS: [Channel; 2] = [
    Channel { name: "live event", listen: |want| Box::pin(socket::listen(want, "event")) },
    Channel { name: "live html", listen: |want| Box::pin(socket::listen(want, "html")) },
];

/// What a listener wants to hear, and shows to hear it.
#[derive(Clone)]
pub(crate) struct Want {
    address: String,
    cookies: Option<String>,
    token: Option<String>,
    /// By what they are called here.
    topics: Vec<(&'static str, String)>,
    /// Whether anybody writes there.
    busy: bool,
    /// What has to end before it stops listening.
    pub(crate) until: BTreeSet<End>,
}

/// What ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    /// The channel, with this code.
    Closed(Option<u16>),
    /// A topic, with the code that the protocol has for it.
    Topic(&'static str),
    /// Something else, which should not be.
    Otherwise(String),
}

/// Somebody who listens.
pub(crate) struct Ear {
    hears: watch::Receiver<bool>,
    pub(crate) told: JoinHandle<Told>,
}

/// All that somebody was told.
pub(crate) struct Told {
    pub(crate) epoch: LogEpoch,
    /// Everything that says how far it goes: its topic and its cursor.
    pub(crate) delivered: Vec<(&'static str, String)>,
    pub(crate) ended: BTreeMap<End, Instant>,
    /// What they were told when they asked again afterwards, if they were.
    pub(crate) came_back: Option<String>,
}

impl Want {
    /// To hear of the arena and of what is open to all, or of threads in both in which nobody writes.
    pub(crate) fn of(
        stage: &Stage,
        kind: &Kind,
        case: &Case,
        (shown, session_token): (Shown, &str),
        busy: bool,
    ) -> Self {
        let thread = |id: types::ThreadId| format!("thread/{id}");
        let topics = match busy {
            true => vec![
                ("thread", thread(case.thread)),
                ("arena", format!("arena/{}", case.arena)),
                (COMMON, thread(stage.common)),
            ],
            false => vec![("thread", thread(case.quiet)), (COMMON, thread(stage.quiet))],
        };
        let (cookies, token) = match shown {
            Shown::Session => (Some(case.victim.cookies.clone()), None),
            Shown::Token => (None, case.victim.token.clone()),
            Shown::Program => (None, Some(case.program.clone())),
            Shown::SessionToken => (None, Some(session_token.to_owned())),
        };
        let until = match kind.loses {
            Loses::Everything => [End::Closed(Some(REVOKED))].into(),
            Loses::Arena | Loses::EveryTopic => {
                let lost = topics.iter().filter(|(topic, _)| kind.loses.is_lost(topic));
                lost.map(|(topic, _)| End::Topic(topic)).collect()
            }
        };
        Self { address: stage.server.address().to_owned(), cookies, token, topics, busy, until }
    }

    async fn connect(&self) -> Result<Socket, Option<u16>> {
        match (&self.cookies, &self.token) {
            (Some(cookies), _) => Socket::try_connect_in_browser(&self.address, "forum", cookies).await,
            (None, token) => Socket::try_connect(&self.address, "forum", token.as_deref().unwrap_or_default()).await,
        }
    }
}

impl Ear {
    /// Until enough is heard of every topic.
    pub(crate) async fn hears(&mut self) {
        self.hears.wait_for(|hears| *hears).await.expect("a listener does not fail");
    }
}

impl Told {
    fn new(epoch: LogEpoch) -> Self {
        Self { epoch, delivered: Vec::new(), ended: BTreeMap::new(), came_back: None }
    }
}

/// Every channel that the documents tell of, by the names of the rows: the forms of every channel of the AsyncAPI document,
/// and every operation of an API that streams or waits.
pub(crate) fn published() -> BTreeSet<String> {
    let asyncapi = Path::new(env!("CARGO_MANIFEST_DIR")).join("../proto/asyncapi.yaml");
    let asyncapi = fs::read_to_string(asyncapi).expect("there is a document");
    let section = |name: &str, indent: &str| -> Vec<String> {
        let is_next = |line: &str| line.strip_prefix(indent).is_some_and(|rest| !rest.starts_with(' '));
        let lines = asyncapi.lines().skip_while(|line| *line != name).skip(1);
        lines.take_while(|line| !is_next(line)).map(str::to_owned).collect()
    };
    let channels = section("channels:", "");
    let channels = channels.iter().filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'));
    let channels: Vec<_> = channels.filter(|name| !name.starts_with(' ')).collect();
    let forms = section("    Form:", "    ");
    let forms = forms.iter().filter_map(|line| line.trim().strip_prefix("const: \"")?.strip_suffix('"'));
    let mut names: BTreeSet<_> =
        forms.flat_map(|form| channels.iter().map(move |channel| format!("{channel} {form}"))).collect();
    for service in &SERVICES {
        let document = document(service.name);
        for (path, operations) in document["paths"].as_object().expect("a document has paths") {
            let read = &operations["get"];
            if read["responses"].to_string().contains("text/event-stream") || may_wait(read) {
                names.insert(format!("GET {path}"));
            }
        }
    }
    names
}

/// Whether it lets one say how long it is to wait.
fn may_wait(operation: &Value) -> bool {
    let mut parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters.any(|parameter| ["timeout", "wait"].iter().any(|name| parameter["name"] == *name))
}
