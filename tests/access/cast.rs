//! Who asks, and what they ask for. The names are those of `policy.txt` and `routes.txt`.

use std::collections::BTreeMap;

use access::{FormOwner, Keys, Secret, csrf_token, session_text, token_text};
use contracts::{
    Audience,
    directory::{
        AffiliationEnded, IdentityEvent, IdentityLinked, MandateGranted, PersonEvent, PersonInvited, Role, Scope,
        SessionEnd, SessionEvent, SessionRevoked, SignInLinkIssued, SignedIn, TokenEvent, TokenIssued, TokenRevoked,
    },
    forum::{
        ArenaAccess, ArenaEvent, MemberInvited, PostAdded, ShownAs, ThreadClosed, ThreadEvent, ThreadKind, ThreadOpened,
    },
};
use event_log::Expected;
use jiff::SignedDuration;
use system_tests::World;
use types::{
    AgencyId, ArenaId, IdentityId, Ids as _, Line, MandateId, Paragraphs, PersonId, PostId, SessionId, SystemIds,
    ThreadId, Timestamp, TokenId,
};

const BOTH: [Scope; 2] = [Scope::Read, Scope::Write];

/// What somebody shows to say who they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Credentials {
    /// The cookies of their browser.
    pub(crate) cookies: String,
    /// What the forms of their pages carry.
    pub(crate) csrf: String,
    /// Their API token.
    pub(crate) token: Option<String>,
}

/// Things by their names, such as `arena`.
pub(crate) type Scene = BTreeMap<&'static str, String>;

/// Everybody who asks.
pub(crate) struct Cast<'w> {
    world: &'w mut World,
    keys: Keys,
    agency: AgencyId,
    people: BTreeMap<&'static str, PersonId>,
    now: Timestamp,
}

/// The arena of a class, as `policy.txt` calls it.
fn access_of(class: &str) -> ArenaAccess {
    match class {
        "open" => ArenaAccess::Open,
        "members" => ArenaAccess::Members,
        "invited" => ArenaAccess::Invited,
        other => panic!("there are no arenas of class {other}"),
    }
}

fn line<const MAX: usize>(text: &str) -> Line<MAX> {
    Line::new(text).expect("short and plain")
}

impl<'w> Cast<'w> {
    /// Two agencies with their people.
    pub(crate) async fn enter(world: &'w mut World, keys: Keys) -> Self {
        let agency = world.agency("Amyndigheten").await;
        let of_secretariat = world.agency("Kansliet").await;
        let mut people = BTreeMap::new();
        for name in ["outsider", "invitee", "member", "author", "former", "comrade"] {
            people.insert(name, world.person(agency, &[]).await.person);
        }
        people.insert("contact", world.person(agency, &[Role::ContactPerson]).await.person);
        people.insert("waiting", world.joined(agency, &[]).await.person);
        people.insert("administrator", world.joined(of_secretariat, &[Role::Administrator]).await.person);
        people.insert("secretary", world.person(of_secretariat, &[Role::Secretariat]).await.person);
        let left = vec![AffiliationEnded { agency }.into()];
        world.commit::<PersonEvent>(people["former"].uuid(), Expected::Exists, Audience::Participants, left).await;
        let now = world.now();
        Self { world, keys, agency, people, now }
    }

    /// Somebody's person; of one who has not joined a new one each time, so that each can do it once.
    async fn person(&mut self, role: &str) -> PersonId {
        match role {
            "joining" => {
                let person = PersonId::new(&SystemIds);
                let email = Some(line(&format!("{}@myndighet.example", person.uuid().simple())));
                let invited = vec![PersonInvited { email, agency: self.agency }.into()];
                self.happened::<PersonEvent>(person.uuid(), true, Audience::Agency(self.agency), invited).await;
                person
            }
            // Those who are told apart by their credential alone.
            "ended" | "expired" | "reader" | "writer" => self.people["member"],
            "browser" => self.people["outsider"],
            role => *self.people.get(role).unwrap_or_else(|| panic!("cast.rs knows of no {role}")),
        }
    }

    /// A new browser and a new token of somebody.
    pub(crate) async fn credentials(&mut self, role: &str) -> (Option<PersonId>, Credentials) {
        let browser = Secret::new();
        let anonymous = Credentials {
            cookies: format!("erfa-browser={}", browser.expose()),
            csrf: csrf_token(&self.keys, FormOwner::Browser(&browser)),
            token: None,
        };
        if role == "anonymous" {
            return (None, anonymous);
        }
        let person = self.person(role).await;
        let expires_at = match role {
            "expired" => self.now - SignedDuration::from_hours(1),
            _ => self.now + SignedDuration::from_hours(1),
        };
        let scopes: &[Scope] = match role {
            "reader" => &[Scope::Read],
            "writer" => &[Scope::Write],
            _ => &BOTH,
        };
        let (session, cookie) = self.session(person, expires_at).await;
        let (token, text) = self.token(person, scopes, expires_at).await;
        if role == "ended" {
            let ended = vec![SessionRevoked { reason: SessionEnd::SignedOut }.into()];
            self.happened::<SessionEvent>(session.uuid(), false, Audience::System, ended).await;
            self.happened::<TokenEvent>(token.uuid(), false, Audience::System, vec![TokenRevoked {}.into()]).await;
        }
        let is_session = !matches!(role, "ended" | "expired" | "former");
        let csrf = if is_session { csrf_token(&self.keys, FormOwner::Session(session)) } else { anonymous.csrf };
        let cookies = format!("{}; {cookie}", anonymous.cookies);
        let token = (role != "browser").then_some(text);
        (Some(person), Credentials { cookies, csrf, token })
    }

    /// New things for somebody to ask for: an arena of this class with what is in it, and what is their own.
    pub(crate) async fn scene(&mut self, class: &str, asker: Option<PersonId>) -> Scene {
        let mut scene = Scene::new();
        self.forum(class, &mut scene).await;
        self.people(&mut scene).await;
        scene.insert("old-agency", self.world.agency("Den gamla myndigheten").await.to_string());
        let own = asker.unwrap_or(self.people["comrade"]);
        scene.insert("me", own.to_string());
        let in_an_hour = self.now + SignedDuration::from_hours(1);
        for (session, token, person) in
            [("session", "token", own), ("other-session", "other-token", self.people["comrade"])]
        {
            scene.insert(session, self.session(person, in_an_hour).await.0.to_string());
            scene.insert(token, self.token(person, &BOTH, in_an_hour).await.0.to_string());
        }
        self.link(own, &mut scene).await;
        scene
    }

    /// An arena with members and one who was invited, an open thread with two posts, and one that is closed.
    async fn forum(&mut self, class: &str, scene: &mut Scene) {
        let of = |names: &[&str]| names.iter().map(|name| self.people[name]).collect::<Vec<_>>();
        let members = of(&["member", "author", "comrade"]);
        let arena = self.world.arena("Arena", access_of(class), &members).await;
        let invited = vec![MemberInvited { person: self.people["invitee"] }.into()];
        self.happened::<ArenaEvent>(arena.uuid(), false, Audience::Arena(arena), invited).await;
        let (thread, post) = self.thread(arena, None).await;
        let (closed, _) = self.thread(arena, Some(ThreadClosed { reason: text("Klart.") })).await;
        scene.extend([
            ("arena", arena.to_string()),
            ("thread", thread.to_string()),
            ("closed-thread", closed.to_string()),
            ("post", post.to_string()),
            ("comrade", self.people["comrade"].to_string()),
        ]);
    }

    async fn thread(&self, arena: ArenaId, closed: Option<ThreadClosed>) -> (ThreadId, PostId) {
        let (thread, first) = (ThreadId::new(&SystemIds), PostId::new(&SystemIds));
        let opened = ThreadOpened { arena, kind: ThreadKind::Discussion, title: line("Tråd") };
        let post = |post, number| PostAdded {
            post,
            number,
            author: self.people["author"],
            agency: self.agency,
            shown_as: ShownAs::Name,
            reply_to: None,
            body: text("Ett inlägg."),
        };
        let mut events: Vec<ThreadEvent> =
            vec![opened.into(), post(first, 1).into(), post(PostId::new(&SystemIds), 2).into()];
        events.extend(closed.map(ThreadEvent::from));
        self.happened(thread.uuid(), true, Audience::Arena(arena), events).await;
        (thread, first)
    }

    /// Somebody with an account at a provider, and a colleague with a mandate, both of the agency.
    async fn people(&mut self, scene: &mut Scene) {
        let mandate = MandateId::new(&SystemIds);
        let somebody = self.world.person(self.agency, &[]).await.person;
        let colleague = self.world.person(self.agency, &[]).await.person;
        let granted =
            MandateGranted { mandate, role: Role::ContactPerson, agency: self.agency, from: self.now, until: None };
        self.happened::<PersonEvent>(colleague.uuid(), false, Audience::Participants, vec![granted.into()]).await;
        let identity = IdentityId::new(&SystemIds);
        let (issuer, account) = (line("https://inloggning.example"), line("konto"));
        let linked = vec![IdentityLinked { person: somebody, issuer, account }.into()];
        self.happened::<IdentityEvent>(identity.uuid(), true, Audience::System, linked).await;
        scene.extend([
            ("identity", identity.to_string()),
            ("agency", self.agency.to_string()),
            ("person", somebody.to_string()),
            ("people", somebody.to_string()),
            ("somebody", somebody.to_string()),
            ("colleague", colleague.to_string()),
            ("mandate", mandate.to_string()),
            ("affiliation", self.agency.to_string()),
        ]);
    }

    /// A sign-in link that was printed.
    async fn link(&self, person: PersonId, scene: &mut Scene) {
        let (session, secret) = (SessionId::new(&SystemIds), Secret::new());
        let expires_at = self.now + SignedDuration::from_hours(1);
        let issued = SignInLinkIssued { person, link: secret.hash(), browser: None, expires_at };
        self.happened::<SessionEvent>(session.uuid(), true, Audience::System, vec![issued.into()]).await;
        scene.extend([("link", session.to_string()), ("link-secret", secret.expose().to_owned())]);
    }

    async fn session(&self, person: PersonId, expires_at: Timestamp) -> (SessionId, String) {
        let (session, secret) = (SessionId::new(&SystemIds), Secret::new());
        let signed_in = SignedIn { person, secret: secret.hash(), expires_at, openid: None };
        self.happened::<SessionEvent>(session.uuid(), true, Audience::System, vec![signed_in.into()]).await;
        (session, format!("erfa-session={}", session_text(session, &secret)))
    }

    async fn token(&self, person: PersonId, scopes: &[Scope], expires_at: Timestamp) -> (TokenId, String) {
        let (token, secret) = (TokenId::new(&SystemIds), Secret::new());
        let (label, scopes) = (line("prov"), scopes.to_vec());
        let issued =
            TokenIssued { person, label, scopes, secret: secret.hash(), expires_at, integration: None, arenas: None };
        self.happened::<TokenEvent>(token.uuid(), true, Audience::System, vec![issued.into()]).await;
        (token, token_text(token, &secret))
    }

    async fn happened<E: contracts::EventSet>(&self, id: uuid::Uuid, is_new: bool, audience: Audience, events: Vec<E>) {
        let expected = if is_new { Expected::NoStream } else { Expected::Exists };
        self.world.commit(id, expected, audience, events).await;
    }
}

fn text<const MAX: usize>(text: &str) -> Paragraphs<MAX> {
    Paragraphs::new(text).expect("short and plain")
}

/// A thing of a scene; `new` and `email` are others each time.
pub(crate) fn thing(scene: &Scene, name: &str) -> String {
    match name {
        "new" => SystemIds.uuid().to_string(),
        "email" => format!("{}@ny.example", SystemIds.uuid().simple()),
        name => scene.get(name).unwrap_or_else(|| panic!("cast.rs has no {name}")).clone(),
    }
}
