//! A started server, and for every row somebody who has something to lose, with an arena of their own to lose it in.

use std::{collections::BTreeMap, sync::Arc};

use access::{Cursors, FormOwner, Keys, Secret, csrf_token, token_text};
use contracts::{
    Audience,
    directory::{AffiliationStarted, MandateGranted, PersonEvent, Role, Scope, TokenEvent, TokenIssued},
    forum::ArenaAccess,
};
use event_log::{Expected, Recorded};
use jiff::SignedDuration;
use serde_json::Value;
use system_tests::{Inhabitant, Server, World};
use tokio::time::Instant;
use types::{AgencyId, ArenaId, Line, MandateId, PersonId, SystemIds, ThreadId, TokenId};
use uuid::Uuid;

use super::kinds::{KINDS, Kind, Who};
use crate::{
    ask::{Asker, answer},
    cast::{Credentials, Scene},
    setting,
    table::{Answer, Route},
};

/// How many write at a time.
const WRITERS: usize = 4;

/// Everything that the rows are played on.
pub(crate) struct Stage {
    pub(crate) server: Server,
    pub(crate) writers: Vec<Inhabitant>,
    /// A thread that is open to all who take part, and one in which nobody writes.
    pub(crate) common: ThreadId,
    pub(crate) quiet: ThreadId,
    pub(crate) cursors: Cursors,
    others: BTreeMap<&'static str, Credentials>,
    data: tempfile::TempDir,
}

/// Somebody who is about to lose something.
pub(crate) struct Case {
    pub(crate) arena: ArenaId,
    pub(crate) thread: ThreadId,
    /// A thread of the arena in which nobody writes.
    pub(crate) quiet: ThreadId,
    pub(crate) victim: Credentials,
    /// The token of the program of their agency.
    pub(crate) program: String,
    /// The streams in which what they lose it by is written.
    pub(crate) concerns: Vec<Uuid>,
    pub(crate) person: PersonId,
    scene: Scene,
}

impl Stage {
    /// With the cases in the order of the rows.
    pub(crate) async fn set() -> (Self, Vec<Case>) {
        let data = tempfile::tempdir().expect("there is room for it");
        let keys = Keys::open(data.path()).expect("keys can be made");
        let (writers, [common, quiet], cases, others) = World::write(data.path(), async |world| {
            let agencies = [world.agency("Amyndigheten").await, world.agency("Kansliet").await];
            let mut writers = Vec::new();
            for _ in 0..WRITERS {
                writers.push(world.person(agencies[0], &[]).await);
            }
            let mut others = BTreeMap::new();
            for (name, agency, roles) in [
                ("contact", agencies[0], &[Role::ContactPerson]),
                ("secretary", agencies[1], &[Role::Secretariat]),
                ("administrator", agencies[1], &[Role::Administrator]),
            ] {
                others.insert(name, credentials(&keys, &world.person(agency, roles).await));
            }
            let people: Vec<_> = writers.iter().map(|it| it.person).collect();
            let common = world.arena("Öppet", ArenaAccess::Open, &people).await;
            let (common, quiet) = threads(world, common, &writers[0]).await;
            let mut cases = Vec::new();
            for kind in &KINDS {
                cases.push(case(world, &keys, kind, agencies[0], &writers).await);
            }
            (writers, [common, quiet], cases, others)
        })
        .await;
        let server = tokio::task::block_in_place(|| setting::start(data.path()));
        (Self { server, writers, common, quiet, cursors: Cursors::new(&keys), others, data }, cases)
    }

    /// Does what a line of `routes.txt` says, as somebody; when it was acknowledged.
    pub(crate) async fn send(&self, case: &Case, by: &str, line: &str) -> Result<Instant, String> {
        let route = Route::parse(line);
        let who = if by == "victim" { &case.victim } else { &self.others[by] };
        let request = Asker::new(&self.server.url).request(&route, who, &case.scene);
        let response = request.send().await.expect("the server answers");
        let acknowledged = Instant::now();
        match answer(&response) {
            Answer::Ok => Ok(acknowledged),
            given => Err(format!("{route} by {by}: {given:?} {}", response.text().await.unwrap_or_default())),
        }
    }

    /// A token of somebody's session.
    pub(crate) async fn session_token(&self, case: &Case) -> Result<String, String> {
        let route = Route::parse("POST /api/directory/v1/me/session/token api.any");
        let who = Credentials { token: None, ..case.victim.clone() };
        let request = Asker::new(&self.server.url).request(&route, &who, &case.scene);
        let made: Value =
            request.send().await.expect("the server answers").json().await.expect("the API answers in JSON");
        made["token"].as_str().map(str::to_owned).ok_or_else(|| made.to_string())
    }

    /// Stops the server; everything that was written.
    pub(crate) async fn stop(self) -> Vec<Arc<Recorded>> {
        let Self { server, data, .. } = self;
        assert_eq!(tokio::task::block_in_place(|| server.stop()), Some(0), "the server stops in an orderly way");
        setting::events(data.path()).await
    }
}

fn credentials(keys: &Keys, of: &Inhabitant) -> Credentials {
    let csrf = csrf_token(keys, FormOwner::Session(of.session_id));
    Credentials { cookies: of.cookie.clone(), csrf, token: Some(of.token.clone()) }
}

async fn case(world: &mut World, keys: &Keys, kind: &Kind, agency: AgencyId, writers: &[Inhabitant]) -> Case {
    let own = world.agency(&format!("Myndigheten för {}", kind.name)).await;
    let victim = world.joined(agency, &[]).await;
    let person = victim.person;
    let mut scene = Scene::new();
    let mut events = Vec::new();
    let mut grant = |name, role, agency| {
        let mandate = MandateId::new(&SystemIds);
        scene.insert(name, mandate.to_string());
        MandateGranted { mandate, role, agency, from: world.now(), until: None }.into()
    };
    events.push(grant("mandate", Role::Participant, agency));
    events.push(grant("integrator-mandate", Role::Integrator, agency));
    match kind.who {
        Who::Member | Who::Reader => {}
        Who::Secretary => events.push(grant("secretariat-mandate", Role::Secretariat, agency)),
        Who::OfTwoAgencies => {
            events.push(AffiliationStarted { agency: own }.into());
            events.push(grant("own-mandate", Role::Participant, own));
        }
    }
    world.commit::<PersonEvent>(person.uuid(), Expected::Exists, Audience::Participants, events).await;
    let mut members: Vec<_> = writers.iter().map(|it| it.person).collect();
    members.extend(matches!(kind.who, Who::Member | Who::OfTwoAgencies).then_some(person));
    let arena = world.arena(kind.name, kind.class, &members).await;
    let (thread, quiet) = threads(world, arena, &writers[0]).await;
    let program = program(world, person, agency).await;
    scene.extend([
        ("person", person.to_string()),
        ("session", victim.session_id.to_string()),
        ("token", victim.token_id.to_string()),
        ("agency", agency.to_string()),
        ("own-agency", own.to_string()),
        ("arena", arena.to_string()),
    ]);
    let concerns = vec![person.uuid(), victim.session_id.uuid(), victim.token_id.uuid(), own.uuid(), arena.uuid()];
    Case { arena, thread, quiet, victim: credentials(keys, &victim), program, concerns, person, scene }
}

/// A thread to write in, and one in which nobody will.
async fn threads(world: &mut World, arena: ArenaId, author: &Inhabitant) -> (ThreadId, ThreadId) {
    (world.thread(arena, author, "Tråd", 1).await, world.thread(arena, author, "Tyst tråd", 1).await)
}

/// A token of the agency's program.
async fn program(world: &World, person: PersonId, agency: AgencyId) -> String {
    let (token, secret) = (TokenId::new(&SystemIds), Secret::new());
    let issued = TokenIssued {
        person,
        label: Line::new("program").expect("short and plain"),
        scopes: vec![Scope::Read],
        secret: secret.hash(),
        expires_at: world.now() + SignedDuration::from_hours(1),
        integration: Some(agency),
        arenas: None,
    };
    world.commit::<TokenEvent>(token.uuid(), Expected::NoStream, Audience::System, vec![issued.into()]).await;
    token_text(token, &secret)
}
