//! A log, a view that folds access, and the live endpoint on a port of its own.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use access::{AccessFold, Gate, GateOptions, Keys, Secret, session_text, token_text};
use contracts::{
    Actor, Audience, EventSet, Meta,
    directory::{
        AffiliationStarted, AgencyEvent, AgencyKind, AgencyRegistered, MandateDelegated, MandateEnded, MandateGranted,
        PersonEvent, PersonInvited, PersonJoined, Role, Scope, SessionEnd, SessionEvent, SessionRevoked, SignedIn,
        TokenEvent, TokenIssued, TokenRevoked, TokenRotated,
    },
    forum::{
        ArenaAccess, ArenaEvent, ArenaOpened, MemberJoined, MemberRemoved, PostAdded, PostWithdrawn, ShownAs,
        ThreadEvent, ThreadKind, ThreadOpened,
    },
};
use event_log::{Commit, Expected, Log, MemoryLog, NewEvent};
use event_sourcing::{Views, ViewsOptions};
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use jiff::SignedDuration;
use live::{Live, LiveOptions, Waker};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use types::{
    AgencyId, ArenaId, Clock as _, CommitId, Ids as _, Line, MandateId, ManualClock, Paragraphs, PersonId, Position,
    PostId, SequentialIds, SessionId, StreamId, ThreadId, Timestamp, TokenId,
};
use uuid::Uuid;

use crate::{
    client::{Client, Wire},
    topics::{THREAD, TestTopics},
};

/// How long anything may take before a test gives up. Time that is stopped may jump a minute.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct World {
    pub(crate) log: Log,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) topics: Arc<TestTopics>,
    pub(crate) gate: Gate,
    pub(crate) live: Live,
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: CancellationToken,
    ids: SequentialIds,
    agency: AgencyId,
    served: JoinHandle<()>,
    keys: Keys,
    _data: TempDir,
}

/// A person who takes part, signed in and with a token.
#[derive(Clone)]
pub(crate) struct Someone {
    pub(crate) person: PersonId,
    pub(crate) name: String,
    pub(crate) session: SessionId,
    pub(crate) cookie: String,
    pub(crate) token: TokenId,
    pub(crate) token_text: String,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(true).await
    }

    /// A world in which nobody is ever woken: the waker does not hear of the views.
    pub(crate) async fn that_sleeps() -> Self {
        Self::with(false).await
    }

    async fn with(awake: bool) -> Self {
        let clock = Arc::new(ManualClock::at("2026-03-02T09:00:00Z".parse().unwrap()));
        let log = Log::new(MemoryLog::new(clock.clone()));
        let (topics, keys, data) = (Arc::new(TestTopics::default()), Keys::in_memory(), TempDir::new().unwrap());
        let shutdown = CancellationToken::new();
        let (gate, live, address, served) =
            serve(&log, &clock, &topics, &keys, data.path().join("test.redb"), &shutdown, awake).await;
        let mut world = Self {
            log,
            clock,
            topics,
            gate,
            live,
            address,
            shutdown,
            ids: SequentialIds::default(),
            agency: AgencyId::from_uuid(Uuid::nil()),
            served,
            keys,
            _data: data,
        };
        world.agency = AgencyId::new(&world.ids);
        let registered = AgencyRegistered {
            name: Line::new("Åmyndigheten").unwrap(),
            short_name: None,
            website: None,
            other_names: vec![],
            kind: AgencyKind::State,
            organisation_number: None,
        };
        world.append(world.agency.uuid(), Audience::Participants, AgencyEvent::from(registered)).await;
        world
    }

    /// The server stops without a word, and another one begins with the same log and keys, and a new view.
    pub(crate) async fn restart(&mut self) {
        self.served.abort();
        self.shutdown.cancel();
        self.live.drain().await;
        self.gate.views().close().await.unwrap();
        self.shutdown = CancellationToken::new();
        let path = self._data.path().join(format!("{}.redb", self.ids.uuid()));
        (self.gate, self.live, self.address, self.served) =
            serve(&self.log, &self.clock, &self.topics, &self.keys, path, &self.shutdown, true).await;
        self.seen().await;
    }

    /// Writes an event to its stream, and waits until the view has it.
    pub(crate) async fn append<E: EventSet>(&self, stream: Uuid, audience: Audience, event: E) -> Position {
        let position = self.write(stream, audience, &event).await;
        self.gate.views().wait_for(position, PATIENCE).await.unwrap();
        position
    }

    /// Writes an event to its stream, and does not wait.
    pub(crate) async fn write<E: EventSet>(&self, stream: Uuid, audience: Audience, event: &E) -> Position {
        let id = CommitId::new(&self.ids);
        let actor = Actor::System { part: "test".into() };
        let commit = Commit {
            id,
            stream: StreamId::new(E::CATEGORY, stream),
            expected: Expected::Any,
            meta: Meta::new(actor, audience, self.clock.now()),
            events: vec![NewEvent::of(id, 0, event)],
        };
        self.log.append(commit).await.unwrap().position
    }

    /// Waits until the view has everything.
    pub(crate) async fn seen(&self) {
        let head = self.log.head().await.unwrap();
        self.gate.views().wait_for(head, PATIENCE).await.unwrap();
    }

    pub(crate) async fn someone(&self, name: &str) -> Someone {
        self.someone_until(name, self.clock.now() + jiff::SignedDuration::from_hours(12)).await
    }

    /// Somebody whose session and token end at a moment.
    pub(crate) async fn someone_until(&self, name: &str, expires_at: Timestamp) -> Someone {
        let person = PersonId::new(&self.ids);
        let agency = self.agency;
        let of_agency = Audience::Agency(agency);
        let id = person.uuid();
        self.append(id, of_agency, PersonEvent::from(PersonInvited { email: None, agency })).await;
        let joined = PersonJoined { name: Line::new(name).unwrap(), title: None };
        self.append(id, Audience::Participants, PersonEvent::from(joined)).await;
        self.append(id, Audience::Participants, PersonEvent::from(AffiliationStarted { agency })).await;
        let (mandate, role, from) = (MandateId::new(&self.ids), Role::Participant, self.clock.now());
        let granted = MandateGranted { mandate, role, agency, from, until: None };
        self.append(id, Audience::Participants, PersonEvent::from(granted)).await;
        let (session, secret) = (SessionId::new(&self.ids), Secret::new());
        let signed_in = SignedIn { person, secret: secret.hash(), expires_at, openid: None };
        self.append(session.uuid(), Audience::System, SessionEvent::from(signed_in)).await;
        let cookie = format!("erfa-session={}", session_text(session, &secret));
        let (token, token_text) = self.token(person, expires_at).await;
        Someone { person, name: name.to_owned(), session, cookie, token, token_text }
    }

    pub(crate) async fn token(&self, person: PersonId, expires_at: Timestamp) -> (TokenId, String) {
        let (token, secret) = (TokenId::new(&self.ids), Secret::new());
        let issued = TokenIssued {
            person,
            label: Line::new("test").unwrap(),
            scopes: vec![Scope::Read],
            secret: secret.hash(),
            expires_at,
            integration: None,
            arenas: None,
        };
        self.append(token.uuid(), Audience::System, TokenEvent::from(issued)).await;
        (token, token_text(token, &secret))
    }

    pub(crate) async fn end_session(&self, of: &Someone) -> Position {
        let revoked = SessionRevoked { reason: SessionEnd::SignedOut };
        self.append(of.session.uuid(), Audience::System, SessionEvent::from(revoked)).await
    }

    pub(crate) async fn revoke_token(&self, of: &Someone) -> Position {
        self.append(of.token.uuid(), Audience::System, TokenEvent::from(TokenRevoked {})).await
    }

    /// Gives a token another secret; the token with it.
    pub(crate) async fn rotate_token(&self, of: &Someone, former_until: Timestamp) -> String {
        let (secret, expires_at) = (Secret::new(), self.clock.now() + SignedDuration::from_hours(12));
        let rotated = TokenRotated { secret: secret.hash(), expires_at, former_until };
        self.append(of.token.uuid(), Audience::System, TokenEvent::from(rotated)).await;
        token_text(of.token, &secret)
    }

    pub(crate) async fn grant(&self, to: &Someone, role: Role) -> MandateId {
        self.mandate(to, role, None).await
    }

    pub(crate) async fn grant_until(&self, to: &Someone, role: Role, until: Timestamp) -> MandateId {
        self.mandate(to, role, Some(until)).await
    }

    async fn mandate(&self, to: &Someone, role: Role, until: Option<Timestamp>) -> MandateId {
        let (mandate, agency, from) = (MandateId::new(&self.ids), self.agency, self.clock.now());
        let granted = MandateGranted { mandate, role, agency, from, until };
        self.append(to.person.uuid(), Audience::Participants, PersonEvent::from(granted)).await;
        mandate
    }

    pub(crate) async fn delegate(&self, by: &Someone, of: MandateId, to: &Someone, role: Role) {
        let (mandate, agency, from) = (MandateId::new(&self.ids), self.agency, self.clock.now());
        let until = from + SignedDuration::from_hours(24);
        let delegated = MandateDelegated { mandate, of, by: by.person, role, agency, from, until };
        self.append(to.person.uuid(), Audience::Participants, PersonEvent::from(delegated)).await;
    }

    pub(crate) async fn end_mandate(&self, of: &Someone, mandate: MandateId) -> Position {
        self.append(of.person.uuid(), Audience::Participants, PersonEvent::from(MandateEnded { mandate })).await
    }

    pub(crate) async fn arena(&self, access: ArenaAccess) -> ArenaId {
        let arena = ArenaId::new(&self.ids);
        let opened = ArenaOpened {
            name: Line::new("Arena").unwrap(),
            purpose: Paragraphs::new("Purpose").unwrap(),
            need_areas: vec![],
            access,
        };
        self.append(arena.uuid(), Audience::ArenaCard(arena), ArenaEvent::from(opened)).await;
        arena
    }

    pub(crate) async fn join(&self, arena: ArenaId, person: PersonId) -> Position {
        self.append(arena.uuid(), Audience::Arena(arena), ArenaEvent::from(MemberJoined { person })).await
    }

    pub(crate) async fn remove(&self, arena: ArenaId, person: PersonId) -> Position {
        let removed = MemberRemoved { person, reason: Paragraphs::new("Reason").unwrap() };
        self.append(arena.uuid(), Audience::Arena(arena), ArenaEvent::from(removed)).await
    }

    pub(crate) async fn thread(&self, arena: ArenaId) -> ThreadId {
        let thread = ThreadId::new(&self.ids);
        self.topics.arena_of.lock().unwrap().insert(thread.uuid(), arena);
        let opened = ThreadOpened { arena, kind: ThreadKind::Question, title: Line::new("Title").unwrap() };
        self.append(thread.uuid(), Audience::Arena(arena), ThreadEvent::from(opened)).await;
        thread
    }

    fn arena_of(&self, thread: ThreadId) -> ArenaId {
        self.topics.arena_of.lock().unwrap()[&thread.uuid()]
    }

    fn post(&self, number: u32, body: &str) -> (PostId, ThreadEvent) {
        let post = PostId::new(&self.ids);
        let added = PostAdded {
            post,
            number,
            author: PersonId::from_uuid(Uuid::nil()),
            agency: self.agency,
            shown_as: ShownAs::Name,
            reply_to: None,
            body: Paragraphs::new(body).unwrap(),
        };
        (post, added.into())
    }

    /// Adds a post, and waits until the view has it.
    pub(crate) async fn add(&self, thread: ThreadId, body: &str) -> PostId {
        let (post, event) = self.post(1, body);
        self.append(thread.uuid(), Audience::Arena(self.arena_of(thread)), event).await;
        post
    }

    /// Adds a post that is for those who may read another arena than the thread's.
    pub(crate) async fn add_for(&self, arena: ArenaId, thread: ThreadId, body: &str) {
        let (_, event) = self.post(1, body);
        self.append(thread.uuid(), Audience::Arena(arena), event).await;
    }

    /// Adds a post, and does not wait.
    pub(crate) async fn throw(&self, thread: ThreadId, body: &str) -> Position {
        let (_, event) = self.post(1, body);
        self.write(thread.uuid(), Audience::Arena(self.arena_of(thread)), &event).await
    }

    /// Adds a post that nobody may see, because its audience is not what posts declare; does not wait.
    pub(crate) async fn throw_hidden(&self, thread: ThreadId, body: &str) -> Position {
        let (_, event) = self.post(1, body);
        self.write(thread.uuid(), Audience::Secretariat, &event).await
    }

    pub(crate) async fn withdraw(&self, thread: ThreadId, post: PostId) -> Position {
        let audience = Audience::Arena(self.arena_of(thread));
        self.append(thread.uuid(), audience, ThreadEvent::from(PostWithdrawn { post })).await
    }

    /// The cursor of everything there is now, as a page would carry it.
    pub(crate) fn cursor(&self, of: &Someone) -> String {
        let position = self.gate.views().position();
        self.gate.cursors().seal(self.log.epoch(), position, access::Subject::Person(of.person))
    }

    /// A connection within this process: where time is stopped, it does not run away while bytes are on their way.
    pub(crate) fn wire(&self) -> Box<dyn Wire> {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let service = TowerToHyperService::new(self.live.router::<()>().with_state(()));
        let connection = http1::Builder::new().serve_connection(TokioIo::new(theirs), service).with_upgrades();
        tokio::spawn(connection);
        Box::new(ours)
    }

    /// The same as [`enter`](Self::enter) within this process.
    pub(crate) async fn enter_within(&self, of: &Someone) -> Client {
        let mut client = Client::over(self.wire(), self.address, Some(&of.cookie)).await;
        client.hello(None).await;
        client
    }

    /// A client that has said hello with its session's cookie.
    pub(crate) async fn enter(&self, of: &Someone) -> Client {
        let mut client = Client::connect(self.address, Some(&of.cookie)).await;
        client.hello(None).await;
        client
    }
}

async fn serve(
    log: &Log,
    clock: &Arc<ManualClock>,
    topics: &Arc<TestTopics>,
    keys: &Keys,
    path: std::path::PathBuf,
    shutdown: &CancellationToken,
    awake: bool,
) -> (Gate, Live, SocketAddr, JoinHandle<()>) {
    let waker = Waker::new(topics.clone());
    let mut options = ViewsOptions::new(path, 1).fold(AccessFold);
    if awake {
        options = options.observer(waker.observer());
    }
    let views = Views::open(log.clone(), options).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let origin = GateOptions::new(format!("http://{address}"));
    let gate = Gate::new(views, keys.clone(), clock.clone(), origin);
    let live = Live::new(gate.clone(), log.clone(), &waker, LiveOptions::default(), shutdown.clone());
    let router = live.router::<()>().with_state(());
    let served = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (gate, live, address, served)
}

/// The name of the topic of a thread.
pub(crate) fn topic(thread: ThreadId) -> String {
    format!("{}/{thread}", THREAD.as_str())
}
