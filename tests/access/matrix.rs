//! Every route, for everybody, in every class of arena: what is answered is what the table says.
//!
//! What is refused changes nothing, so those who are refused share what they ask for. Whoever is to succeed in a change is
//! given things, a browser and a token of their own, so that the order does not matter.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use access::Keys;
use futures_util::{StreamExt as _, stream};
use reqwest::Method;
use serde_json::Value;
use system_tests::{Server, World, run};
use types::PersonId;

use crate::{
    ask::{Asker, answer},
    cast::{Cast, Credentials, Scene},
    table::{Answer, CLASSES, Policy, Route},
    topics,
};

/// How many requests are under way at a time.
const AT_ONCE: usize = 8;
/// How the security log hears of a refusal.
const REFUSED: &str = "se.erfa.directory.access-refused.v1";

/// One question.
struct Cell<'t> {
    route: &'t Route,
    role: &'t str,
    class: &'static str,
    expected: &'t Answer,
    who: Credentials,
    scene: Scene,
}

impl Cell<'_> {
    /// Whether it is to change something.
    fn changes(&self) -> bool {
        self.route.writes() && *self.expected == Answer::Ok
    }

    /// Whether the security log hears of it: that somebody may not do something, or looks for the administration.
    fn is_noted(&self) -> bool {
        let is_administration = ["page.administration", "page.security"].contains(&&*self.route.rule);
        match self.expected {
            Answer::Status(403) => true,
            Answer::Status(404) => is_administration,
            _ => false,
        }
    }

    /// What is wrong with what was answered.
    async fn fault(&self, asker: &Asker) -> Option<String> {
        let response = asker.request(self.route, &self.who, &self.scene).send().await.expect("the server answers");
        let given = answer(&response);
        if given == *self.expected {
            return None;
        }
        let said = response.text().await.unwrap_or_default();
        let said = if said.starts_with('{') { said } else { String::new() };
        let Self { route, role, class, expected, .. } = self;
        Some(format!("{route} ({}), {role}, {class}: expected {expected:?}, was answered {given:?} {said}", route.rule))
    }
}

/// All questions, and what it takes to ask them, in the log.
async fn cells<'t>(world: &mut World, keys: Keys, policy: &'t Policy, rows: &'t [Route]) -> Vec<Cell<'t>> {
    let mut cast = Cast::enter(world, keys).await;
    let (mut shared, mut known) = (BTreeMap::new(), BTreeMap::new());
    for class in CLASSES {
        shared.insert(class, cast.scene(class, None).await);
    }
    let mut cells = Vec::new();
    for route in rows {
        for role in policy.roles(route.surface()) {
            for &class in policy.classes(&route.rule) {
                let expected = policy.expected(&route.rule, class, role);
                let (who, scene) = if route.writes() && *expected == Answer::Ok {
                    let (person, who) = cast.credentials(role).await;
                    (who, cast.scene(class, person).await)
                } else {
                    if !known.contains_key(role) {
                        known.insert(role, cast.credentials(role).await);
                    }
                    let ((person, who), mut scene): (&(Option<PersonId>, _), Scene) =
                        (&known[role], shared[class].clone());
                    scene.extend(person.map(|person| ("me", person.to_string())));
                    (who.clone(), scene)
                };
                cells.push(Cell { route, role, class, expected, who, scene });
            }
        }
    }
    cells
}

async fn faults<'a>(asker: &'a Asker, cells: impl Iterator<Item = &'a Cell<'a>>) -> Vec<String> {
    let asked = cells.map(|cell| cell.fault(asker));
    stream::iter(asked).buffer_unordered(AT_ONCE).filter_map(async |fault| fault).collect().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_is_answered_as_the_table_says() {
    let (policy, rows) = (Policy::read(), Route::all());
    let rules = rows.iter().map(|row| &*row.rule).chain(topics::rules());
    assert_eq!(policy.unused(rules), Vec::<&str>::new(), "no row goes by these rules");
    let data = tempfile::tempdir().expect("there is room for it");
    let keys = Keys::open(data.path()).expect("keys can be made");
    let cells = World::write(data.path(), async |world| cells(world, keys, &policy, &rows).await).await;
    let server = tokio::task::block_in_place(|| Server::start(data.path()));
    let asker = Asker::new(&server.url);
    let head = || tokio::task::block_in_place(|| run(data.path(), &["log", "stats", "--json"]).json()["head"].clone());
    let before = head();
    let mut wrong = faults(&asker, cells.iter().filter(|cell| !cell.changes() && !cell.is_noted())).await;
    let after = head();
    wrong.extend(faults(&asker, cells.iter().filter(|cell| cell.is_noted())).await);
    let noted = kinds_after(data.path(), &after);
    wrong.extend(faults(&asker, cells.iter().filter(|cell| cell.changes())).await);
    wrong.sort();
    assert!(wrong.is_empty(), "{} of {} cells:\n{}", wrong.len(), cells.len(), wrong.join("\n"));
    assert_eq!(before, after, "what is only read, or refused, changes nothing");
    assert_eq!(noted, BTreeSet::from([REFUSED.to_owned()]), "what is refused is noted, and nothing else");
    assert_ne!(after, head(), "what is done is written");
}

/// The types of the events after this position, of which there are not too many.
fn kinds_after(data: &Path, after: &Value) -> BTreeSet<String> {
    let tail = tokio::task::block_in_place(|| run(data, &["log", "tail", "-n", "1000", "--json"]).json());
    let events = tail["events"].as_array().expect("a list of events");
    let new = events.iter().filter(|event| event["position"].as_u64() > after.as_u64());
    new.map(|event| event["type"].as_str().expect("every event has a type").to_owned()).collect()
}

/// What is not in the table is not there: no other method is taken at any address.
#[tokio::test]
async fn no_address_takes_another_method() {
    let data = tempfile::tempdir().expect("there is room for it");
    let server = Server::start(data.path());
    let asker = Asker::new(&server.url);
    let rows = Route::all();
    let mut methods: BTreeMap<String, Vec<&Method>> = BTreeMap::new();
    for row in &rows {
        let path = crate::ask::with_hash(&row.published().replace("{id}", "x").replace("{person}", "x"));
        methods.entry(path).or_default().push(&row.method);
    }
    for (path, known) in methods {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            if !known.contains(&&method) {
                let status = asker.bare(method.clone(), &path).send().await.expect("the server answers").status();
                assert_eq!(status, 405, "{method} {path}");
            }
        }
    }
}
