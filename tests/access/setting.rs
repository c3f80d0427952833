//! A server, and for every row that changes something a browser of somebody who may, with things to change.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use access::Keys;
use event_log::{Filter, Log, Recorded};
use reqwest::{RequestBuilder, header};
use serde_json::Value;
use system_tests::{Server, World, erfa, open_log, run};
use types::{Position, SystemClock};

use crate::{
    ask::{Asker, answer, with_body},
    cast::{Cast, Credentials, Scene, thing},
    table::{Answer, Policy, Route, Surface},
};

/// What the server says of itself, in its data directory.
const DIAGNOSTICS: &str = "diagnostics.jsonl";
const EVENTS_AT_ONCE: usize = 1_024;

/// Whose browser it is: the first of these who may do it.
const ROLES: [&str; 6] = ["browser", "author", "secretary", "contact", "joining", "anonymous"];
/// The rule of what no browser sends: it has neither cookie nor form token, and its own proof.
const BY_PROVIDER: &str = "page.by-provider";
/// Whose browser it is where nobody may.
const SOMEBODY: &str = "author";

/// A request that changes something, as somebody's browser sends it.
pub(crate) struct Change<'t> {
    pub(crate) route: &'t Route,
    /// Whether it is taken as it should be.
    pub(crate) is_taken: bool,
    pub(crate) who: Credentials,
    /// The same person's browser in a session that has ended, and somebody else's.
    pub(crate) before: Credentials,
    pub(crate) other: Credentials,
    pub(crate) scene: Scene,
}

/// A server, and everything that changes something.
pub(crate) struct Setting<'t> {
    pub(crate) changes: Vec<Change<'t>>,
    /// Somebody with a token, and what they have written.
    pub(crate) author: (Credentials, Scene),
    pub(crate) asker: Asker,
    server: Server,
    data: tempfile::TempDir,
}

impl<'t> Setting<'t> {
    pub(crate) async fn new(policy: &Policy, rows: &'t [Route]) -> Self {
        let data = tempfile::tempdir().expect("there is room for it");
        let keys = Keys::open(data.path()).expect("keys can be made");
        let (changes, author) = World::write(data.path(), async |world| {
            let mut cast = Cast::enter(world, keys).await;
            let (before, other) = (cast.credentials("ended").await.1, cast.credentials("outsider").await.1);
            let mut changes = Vec::new();
            for route in rows.iter().filter(|route| route.writes() && route.rule != BY_PROVIDER) {
                let may = |role: &&&str| {
                    let asks = policy.roles(route.surface()).iter().any(|it| it == **role);
                    asks && *policy.expected(&route.rule, "open", role) == Answer::Ok
                };
                let role = ROLES.iter().find(may);
                let (person, mut who) = cast.credentials(role.unwrap_or(&SOMEBODY)).await;
                who.token = None;
                let scene = cast.scene("open", person).await;
                let (before, other) = (before.clone(), other.clone());
                changes.push(Change { route, is_taken: role.is_some(), who, before, other, scene });
            }
            let (person, who) = cast.credentials("author").await;
            (changes, (who, cast.scene("open", person).await))
        })
        .await;
        let server = tokio::task::block_in_place(|| start(data.path()));
        Self { changes, author, asker: Asker::new(&server.url), server, data }
    }

    /// The position of the newest event.
    pub(crate) fn head(&self) -> Value {
        tokio::task::block_in_place(|| run(self.data.path(), &["log", "stats", "--json"]).json()["head"].clone())
    }

    /// With the browser's cookies and this form token, from nowhere.
    pub(crate) fn request(&self, change: &Change<'_>, csrf: &str) -> RequestBuilder {
        with_body(self.empty(change, csrf), change.route, &change.scene, csrf)
    }

    /// The same, with nothing in it.
    pub(crate) fn empty(&self, change: &Change<'_>, csrf: &str) -> RequestBuilder {
        let Change { route, who, scene, .. } = change;
        let path = route.path(|name| thing(scene, name));
        let request = self.asker.bare(route.method.clone(), &path).header(header::COOKIE, &who.cookies);
        match route.surface() {
            Surface::Api => request.header("x-csrf-token", csrf),
            Surface::Page => request.header(header::ACCEPT, "text/html"),
        }
    }

    /// Stops the server, which must have had no trouble; then every text in the log.
    pub(crate) async fn end(self) -> Vec<String> {
        let Self { server, data, .. } = self;
        assert_eq!(tokio::task::block_in_place(|| server.stop()), Some(0), "the server stops in an orderly way");
        let said = diagnostics(data.path());
        let trouble: Vec<_> =
            said.lines().filter(|line| line.contains("panic") || line.contains("\"ERROR\"")).collect();
        assert!(trouble.is_empty(), "the server had trouble: {trouble:#?}");
        texts(data.path()).await
    }

    /// What is as it should be is taken.
    pub(crate) async fn control(&self) {
        for change in &self.changes {
            let request = self.request(change, &change.who.csrf).header(header::ORIGIN, self.asker.base());
            let response = request.send().await.expect("the server answers");
            let given = answer(&response);
            assert_eq!(given == Answer::Ok, change.is_taken, "{}: {given:?}", change.route);
        }
    }
}

/// Starts the server, so that what it says of itself is kept.
pub(crate) fn start(data: &Path) -> Server {
    let path = data.to_str().expect("test directories have plain names");
    let mut command =
        erfa(&["serve", "--data", path, "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--json"]);
    command.args(["--log-format", "json"]);
    // Whoever asks everything at once is not to be told to wait.
    let persons = ["person_reads", "person_writes", "token_reads", "token_writes"];
    for rate in persons.into_iter().chain(["agency_reads", "agency_writes", "address", "sign_in"]) {
        command.args(["--set", &format!("rates.{rate}=0")]);
    }
    command.stderr(fs::File::create(data.join(DIAGNOSTICS)).expect("a file can be made"));
    Server::start_by(command)
}

/// What a server that was started so has said of itself.
pub(crate) fn diagnostics(data: &Path) -> String {
    fs::read_to_string(data.join(DIAGNOSTICS)).expect("it was kept")
}

/// The types of the events in the log of a server that is away.
pub(crate) async fn kinds(data: &Path) -> BTreeSet<String> {
    events(data).await.iter().map(|event| event.kind.to_string()).collect()
}

/// Every text in the log of a server that is away.
async fn texts(data: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for event in events(data).await {
        collect(&serde_json::from_slice(&event.data).expect("events are JSON"), &mut texts);
    }
    texts
}

/// Everything in the log of a server that is away.
pub(crate) async fn events(data: &Path) -> Vec<Arc<Recorded>> {
    let engine = open_log(data, Arc::new(SystemClock));
    let (log, mut events, mut after) = (Log::new(engine.clone()), Vec::new(), Position::START);
    loop {
        let page = log.read_all(after, &Filter::all(), EVENTS_AT_ONCE).await.expect("the log is whole");
        events.extend(page.events);
        after = page.read_to;
        if page.at_head {
            break;
        }
    }
    engine.close().await;
    events
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, texts)),
        _ => {}
    }
}
