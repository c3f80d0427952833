//! A world written straight into the log: agencies, people who have joined, their API tokens, and arenas.

use std::{path::Path, sync::Arc};

use access::Secret;
use contracts::{
    Actor, Audience, EventSet, Meta,
    directory::{
        AffiliationStarted, AgencyEvent, AgencyKind, AgencyRegistered, MandateGranted, PersonEvent, PersonInvited,
        PersonJoined, Role, Scope, SessionEvent, SignedIn, TokenEvent, TokenIssued,
    },
    forum::{
        ArenaAccess, ArenaEvent, ArenaOpened, MemberJoined, PostAdded, ShownAs, ThreadEvent, ThreadKind, ThreadOpened,
    },
};
use event_log::{Commit, Expected, Log, NewEvent, SledLog, SledOptions};
use types::{
    AgencyId, ArenaId, Clock, CommitId, Ids, Line, MandateId, Paragraphs, PersonId, PostId, SessionId, StreamId,
    SystemClock, SystemIds, ThreadId, Timestamp, TokenId,
};
use uuid::Uuid;

/// As many events as a commit may have.
const COMMIT_EVENTS: usize = 1_000;

/// Somebody in the world.
#[derive(Clone, Debug)]
pub struct Inhabitant {
    /// Who.
    pub person: PersonId,
    /// For which agency.
    pub agency: AgencyId,
    /// Their mail address.
    pub email: String,
    /// An API token with which they may read and write.
    pub token: String,
    /// Which token that is.
    pub token_id: TokenId,
    /// The cookie of a browser in which they are signed in.
    pub cookie: String,
    /// Which session that is.
    pub session_id: SessionId,
}

/// A world that is being written.
pub struct World {
    log: Log,
    ids: SystemIds,
    now: Timestamp,
    count: usize,
}

impl World {
    /// Writes into the log in this data directory, which no other process has open.
    pub async fn write<T>(data: &Path, build: impl AsyncFnOnce(&mut World) -> T) -> T {
        let clock = Arc::new(SystemClock);
        let now = clock.now();
        let engine = open_log(data, clock);
        let mut world = Self { log: Log::new(engine.clone()), ids: SystemIds, now, count: 0 };
        let built = build(&mut world).await;
        engine.close().await;
        built
    }

    /// An agency.
    pub async fn agency(&mut self, name: &str) -> AgencyId {
        let agency = AgencyId::new(&self.ids);
        let registered = AgencyRegistered {
            name: line(name),
            short_name: None,
            website: None,
            other_names: Vec::new(),
            kind: AgencyKind::State,
            organisation_number: None,
        };
        self.commit::<AgencyEvent>(agency.uuid(), Expected::NoStream, Audience::Participants, vec![registered.into()])
            .await;
        agency
    }

    /// A person who has joined for this agency and takes part, and holds these mandates besides.
    pub async fn person(&mut self, agency: AgencyId, roles: &[Role]) -> Inhabitant {
        self.joined(agency, &[&[Role::Participant], roles].concat()).await
    }

    /// A person who has joined for this agency, with these mandates alone.
    pub async fn joined(&mut self, agency: AgencyId, roles: &[Role]) -> Inhabitant {
        self.count += 1;
        let (person, number) = (PersonId::new(&self.ids), self.count);
        let email = format!("deltagare-{number}@myndighet.example");
        let invited = PersonInvited { email: Some(line(&email)), agency };
        self.commit::<PersonEvent>(person.uuid(), Expected::NoStream, Audience::Agency(agency), vec![invited.into()])
            .await;
        let mut events: Vec<PersonEvent> = vec![
            PersonJoined { name: line(&format!("Deltagare {number}")), title: Some(line("handläggare")) }.into(),
            AffiliationStarted { agency }.into(),
        ];
        events.extend(roles.iter().map(|&role| {
            MandateGranted { mandate: MandateId::new(&self.ids), role, agency, from: self.now, until: None }.into()
        }));
        self.commit(person.uuid(), Expected::Exists, Audience::Participants, events).await;
        self.credentials(person, agency, email).await
    }

    /// The same person, with another token and signed in to another browser.
    pub async fn again(&mut self, of: &Inhabitant) -> Inhabitant {
        self.credentials(of.person, of.agency, of.email.clone()).await
    }

    async fn credentials(&self, person: PersonId, agency: AgencyId, email: String) -> Inhabitant {
        let (token, secret) = (TokenId::new(&self.ids), Secret::new());
        let expires_at = self.now + jiff::SignedDuration::from_hours(12);
        let issued = TokenIssued {
            person,
            label: line("test"),
            scopes: vec![Scope::Read, Scope::Write],
            secret: secret.hash(),
            expires_at,
            integration: None,
            arenas: None,
        };
        self.commit::<TokenEvent>(token.uuid(), Expected::NoStream, Audience::System, vec![issued.into()]).await;
        let session = SessionId::new(&self.ids);
        let signed_in = SignedIn { person, secret: secret.hash(), expires_at, openid: None };
        self.commit::<SessionEvent>(session.uuid(), Expected::NoStream, Audience::System, vec![signed_in.into()]).await;
        let cookie = format!("erfa-session={}", access::session_text(session, &secret));
        let token_text = access::token_text(token, &secret);
        Inhabitant { person, agency, email, token: token_text, token_id: token, cookie, session_id: session }
    }

    /// The cookie of somebody who has signed in.
    pub async fn session(&mut self, person: PersonId) -> String {
        let (session, secret) = (SessionId::new(&self.ids), Secret::new());
        let expires_at = self.now + jiff::SignedDuration::from_hours(24);
        let signed_in = SignedIn { person, secret: secret.hash(), expires_at, openid: None };
        self.commit::<SessionEvent>(session.uuid(), Expected::NoStream, Audience::System, vec![signed_in.into()]).await;
        format!("erfa-session={}", access::session_text(session, &secret))
    }

    /// An arena with these members.
    pub async fn arena(&mut self, name: &str, arena_access: ArenaAccess, members: &[PersonId]) -> ArenaId {
        let arena = ArenaId::new(&self.ids);
        let opened = ArenaOpened {
            name: line(name),
            purpose: Paragraphs::new("Att prova.").expect("short and plain"),
            need_areas: vec![types::NeedArea::WaysOfWorking],
            access: arena_access,
        };
        self.commit::<ArenaEvent>(arena.uuid(), Expected::NoStream, Audience::ArenaCard(arena), vec![opened.into()])
            .await;
        for members in members.chunks(500) {
            let joined = members.iter().map(|&person| MemberJoined { person }.into()).collect();
            self.commit::<ArenaEvent>(arena.uuid(), Expected::Exists, Audience::Arena(arena), joined).await;
        }
        arena
    }

    /// A thread with so many posts, all by this member of the arena.
    pub async fn thread(&mut self, arena: ArenaId, author: &Inhabitant, title: &str, posts: u32) -> ThreadId {
        let thread = ThreadId::new(&self.ids);
        let opened = ThreadOpened {
            arena,
            kind: ThreadKind::Discussion,
            title: Line::new(title).expect("the world's texts are short and plain"),
        };
        let post = |number: u32| PostAdded {
            post: PostId::new(&self.ids),
            number,
            author: author.person,
            agency: author.agency,
            shown_as: ShownAs::Name,
            reply_to: None,
            body: Paragraphs::new(&format!(
                "Inlägg nummer {number} i tråden *{title}*, skrivet för att det ska finnas många."
            ))
            .expect("short and plain"),
        };
        let opening = std::iter::once(ThreadEvent::from(opened));
        let mut events = opening.chain((1..=posts).map(|number| post(number).into())).peekable();
        let mut expected = Expected::NoStream;
        while events.peek().is_some() {
            let some = events.by_ref().take(COMMIT_EVENTS).collect();
            self.commit(thread.uuid(), expected, Audience::Arena(arena), some).await;
            expected = Expected::Exists;
        }
        thread
    }

    /// The moment in which all of it happens.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// What else happened in a stream.
    pub async fn commit<E: EventSet>(&self, id: Uuid, expected: Expected, audience: Audience, events: Vec<E>) {
        let commit = CommitId::from_uuid(self.ids.uuid());
        let events = events.iter().enumerate().map(|(ordinal, event)| NewEvent::of(commit, ordinal, event)).collect();
        let meta = Meta::new(Actor::System { part: "test world".into() }, audience, self.now);
        let stream = StreamId::new(E::CATEGORY, id);
        let commit = Commit { id: commit, stream, expected, meta, events };
        self.log.append(commit).await.expect("a fresh world takes everything");
    }
}

/// Opens the log of a data directory that no other process has open.
pub fn open_log(data: &Path, clock: Arc<dyn Clock>) -> SledLog {
    std::fs::create_dir_all(data).expect("the data directory can be made");
    SledLog::open(&data.join("log"), SledOptions::new(clock)).expect("the log opens")
}

fn line<const MAX: usize>(text: &str) -> Line<MAX> {
    Line::new(text).expect("the world's texts are short and plain")
}
