//! A small exchange to ask questions about.

use std::sync::Arc;

use contracts::{
    Actor, Audience, EventSet, Meta,
    directory::{
        AffiliationEnded, AffiliationStarted, AgencyEvent, AgencyRegistered, MandateEnded, MandateGranted, PersonEvent,
        PersonInvited, PersonJoined, PersonSuspended, Role, Scope, SessionEnd, SessionEvent, SessionRevoked, SignedIn,
        TokenEvent, TokenIssued, TokenRevoked,
    },
    forum::{ArenaAccess, ArenaEvent, ArenaOpened, MemberInvited, MemberJoined},
};
use event_log::{Commit, Direction, Expected, Log, MemoryLog, NewEvent, Recorded};
use event_sourcing::{Snapshot, Views, ViewsOptions};
use std::time::Duration;
use types::{
    AgencyId, ArenaId, CommitId, Ids as _, Line, MandateId, ManualClock, Paragraphs, PersonId, Position, SequentialIds,
    SessionId, StreamId, Timestamp, TokenId,
};
use uuid::Uuid;

use crate::{AccessFold, Gate, GateOptions, Keys, Secret, Viewer, session_text, token_text};

pub(super) const ORIGIN: &str = "http://localhost:8080";
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct World {
    pub(super) log: Log,
    pub(super) views: Views,
    pub(super) clock: Arc<ManualClock>,
    pub(super) gate: Gate,
    pub(super) ids: SequentialIds,
    _data: tempfile::TempDir,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(Duration::from_millis(20)).await
    }

    pub(super) async fn with(at_least_wait: Duration) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_second(1_700_000_000).unwrap()));
        let log = Log::new(MemoryLog::new(clock.clone()));
        let data = tempfile::tempdir().unwrap();
        let options = ViewsOptions::new(data.path().join("test.redb"), 1).fold(AccessFold);
        let views = Views::open(log.clone(), options).await.unwrap();
        let options = GateOptions { at_least_wait, ..GateOptions::new(ORIGIN) };
        let gate = Gate::new(views.clone(), Keys::in_memory(), clock.clone(), options);
        Self { log, views, clock, gate, ids: SequentialIds::default(), _data: data }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.gate.now()
    }

    /// A moment so many seconds from now.
    pub(super) fn after(&self, seconds: i64) -> Timestamp {
        Timestamp::from_second(self.now().as_second() + seconds).unwrap()
    }

    /// Appends an event as the system, and answers with it as it stands in the log.
    pub(super) async fn append<E: EventSet>(&self, id: Uuid, audience: Audience, event: impl Into<E>) -> Arc<Recorded> {
        self.append_by(Actor::System { part: "test".into() }, id, audience, event).await
    }

    pub(super) async fn append_by<E: EventSet>(
        &self,
        actor: Actor,
        id: Uuid,
        audience: Audience,
        event: impl Into<E>,
    ) -> Arc<Recorded> {
        let commit = CommitId::new(&self.ids);
        let stream = StreamId::new(E::CATEGORY, id);
        let events = vec![NewEvent::of(commit, 0, &event.into())];
        let meta = Meta::new(actor, audience, self.now());
        let commit = Commit { id: commit, stream: stream.clone(), expected: Expected::Any, meta, events };
        self.log.append(commit).await.unwrap();
        self.log.read_stream(&stream, Direction::Backward, None, 1).await.unwrap().remove(0)
    }

    /// A snapshot of all that has been appended.
    pub(super) async fn snapshot(&self) -> Snapshot {
        let head = self.head().await;
        self.views.wait_for(head, PATIENCE).await.unwrap();
        self.views.snapshot().unwrap()
    }

    pub(super) async fn head(&self) -> Position {
        self.log.head().await.unwrap()
    }

    pub(super) async fn agency(&self, name: &str) -> AgencyId {
        let agency = AgencyId::new(&self.ids);
        let event = AgencyRegistered {
            name: Line::new(name).unwrap(),
            short_name: None,
            website: None,
            other_names: Vec::new(),
            kind: contracts::directory::AgencyKind::State,
            organisation_number: None,
        };
        self.append::<AgencyEvent>(agency.uuid(), Audience::Participants, event).await;
        agency
    }

    pub(super) async fn happened(&self, person: PersonId, event: impl Into<PersonEvent>) {
        self.append::<PersonEvent>(person.uuid(), Audience::Participants, event).await;
    }

    pub(super) async fn invited(&self, agency: AgencyId) -> PersonId {
        let person = PersonId::new(&self.ids);
        let event = PersonInvited { email: None, agency };
        self.append::<PersonEvent>(person.uuid(), Audience::Agency(agency), event).await;
        person
    }

    /// Somebody who has joined and works for the agency, without a mandate.
    pub(super) async fn colleague(&self, agency: AgencyId) -> PersonId {
        let person = self.invited(agency).await;
        self.happened(person, PersonJoined { name: Line::new("Kim").unwrap(), title: None }).await;
        self.happened(person, AffiliationStarted { agency }).await;
        person
    }

    /// Somebody who has joined, works for the agency and takes part for it.
    pub(super) async fn person(&self, agency: AgencyId) -> PersonId {
        let person = self.colleague(agency).await;
        self.mandate(person, Role::Participant, agency, self.now(), None).await;
        person
    }

    /// Shuts somebody out.
    pub(super) async fn suspends(&self, person: PersonId, until: Option<Timestamp>) {
        let reason = Line::new("Utredning").unwrap();
        self.append::<PersonEvent>(person.uuid(), Audience::Secretariat, PersonSuspended { reason, until }).await;
    }

    pub(super) async fn leaves(&self, person: PersonId, agency: AgencyId) {
        self.happened(person, AffiliationEnded { agency }).await;
    }

    pub(super) async fn mandate(
        &self,
        person: PersonId,
        role: Role,
        agency: AgencyId,
        from: Timestamp,
        until: Option<Timestamp>,
    ) -> MandateId {
        let mandate = MandateId::new(&self.ids);
        self.happened(person, MandateGranted { mandate, role, agency, from, until }).await;
        mandate
    }

    pub(super) async fn mandate_ends(&self, person: PersonId, mandate: MandateId) {
        self.happened(person, MandateEnded { mandate }).await;
    }

    /// Somebody of the secretariat.
    pub(super) async fn secretary(&self, agency: AgencyId) -> PersonId {
        let person = self.person(agency).await;
        self.mandate(person, Role::Secretariat, agency, self.now(), None).await;
        person
    }

    pub(super) async fn arena(&self, access: ArenaAccess) -> ArenaId {
        let arena = ArenaId::new(&self.ids);
        let (name, purpose) = (Line::new("Arena").unwrap(), Paragraphs::new("Talk").unwrap());
        let event = ArenaOpened { name, purpose, need_areas: Vec::new(), access };
        self.append::<ArenaEvent>(arena.uuid(), Audience::ArenaCard(arena), event).await;
        arena
    }

    pub(super) async fn joins(&self, arena: ArenaId, person: PersonId) {
        self.append::<ArenaEvent>(arena.uuid(), Audience::Arena(arena), MemberJoined { person }).await;
    }

    pub(super) async fn invites(&self, arena: ArenaId, person: PersonId) {
        self.append::<ArenaEvent>(arena.uuid(), Audience::Arena(arena), MemberInvited { person }).await;
    }

    /// Signs in for an hour; answers with the session and its cookie's value.
    pub(super) async fn signs_in(&self, person: PersonId) -> (SessionId, String) {
        self.signs_in_for(person, 3_600).await
    }

    /// The same for so many seconds.
    pub(super) async fn signs_in_for(&self, person: PersonId, seconds: i64) -> (SessionId, String) {
        let (session, secret) = (SessionId::from_uuid(self.ids.uuid()), Secret::new());
        let event = SignedIn { person, secret: secret.hash(), expires_at: self.after(seconds), openid: None };
        self.append::<SessionEvent>(session.uuid(), Audience::System, event).await;
        (session, session_text(session, &secret))
    }

    pub(super) async fn signs_out(&self, session: SessionId) {
        let event = SessionRevoked { reason: SessionEnd::SignedOut };
        self.append::<SessionEvent>(session.uuid(), Audience::System, event).await;
    }

    /// Issues a token for an hour; answers with it and its text.
    pub(super) async fn token(&self, person: PersonId, scopes: &[Scope]) -> (TokenId, String) {
        self.token_for(person, scopes, None, None).await
    }

    /// The same for some arenas alone, or for a program of an agency.
    pub(super) async fn token_for(
        &self,
        person: PersonId,
        scopes: &[Scope],
        arenas: Option<Vec<ArenaId>>,
        integration: Option<AgencyId>,
    ) -> (TokenId, String) {
        let (token, secret) = (TokenId::new(&self.ids), Secret::new());
        let event = TokenIssued {
            person,
            label: Line::new("test").unwrap(),
            scopes: scopes.to_vec(),
            secret: secret.hash(),
            expires_at: self.after(3_600),
            integration,
            arenas,
        };
        self.append::<TokenEvent>(token.uuid(), Audience::System, event).await;
        (token, token_text(token, &secret))
    }

    pub(super) async fn revokes(&self, token: TokenId) {
        self.append::<TokenEvent>(token.uuid(), Audience::System, TokenRevoked {}).await;
    }

    /// The person as a viewer, in a browser.
    pub(super) async fn viewer(&self, person: PersonId) -> Viewer {
        let (_, cookie) = self.signs_in(person).await;
        self.gate.viewer_of_session(&self.snapshot().await, &cookie).unwrap()
    }

    /// The person as a viewer, with a token.
    pub(super) async fn viewer_with(&self, person: PersonId, scopes: &[Scope]) -> Viewer {
        let (_, token) = self.token(person, scopes).await;
        self.viewer_by(&token).await
    }

    /// Whoever has this token.
    pub(super) async fn viewer_by(&self, token: &str) -> Viewer {
        self.gate.viewer_of_token(&self.snapshot().await, token).unwrap().unwrap()
    }
}
