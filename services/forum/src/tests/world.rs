//! A forum with people in it, and how they ask it for things.

use std::sync::Arc;

use access::{GateOptions, Keys, Secret, session_text, token_text};
use axum::{
    Router,
    body::{Body, to_bytes},
};
use contracts::{
    Actor, Audience, AudienceRule, EventSet, Meta,
    directory::{
        AffiliationEnded, AffiliationStarted, AgencyEvent, AgencyKind, AgencyRegistered, MandateGranted, PersonEvent,
        PersonInvited, PersonJoined, Role, Scope, SessionEnd, SessionEvent, SessionRevoked, SignedIn, TokenEvent,
        TokenIssued, TokenRevoked,
    },
    forum::ArenaAccess,
};
use event_log::{Commit, Expected, Filter, Log, MemoryLog, NewEvent, Recorded};
use http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use types::{
    AgencyId, ArenaId, CommitId, Line, MandateId, ManualClock, PersonId, Position, SequentialIds, SessionId, StreamId,
    ThreadId, Timestamp, TokenId,
};
use uuid::Uuid;

use super::published;
use crate::{Forum, Options};

pub(super) const ORIGIN: &str = "http://127.0.0.1:8080";
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A forum, its log, and what it was started with.
pub(super) struct World {
    pub(super) forum: Forum,
    pub(super) log: Log,
    router: Router,
    clock: Arc<ManualClock>,
    ids: Arc<SequentialIds>,
    keys: Keys,
    data: tempfile::TempDir,
}

/// Somebody in the exchange, with a browser and a token.
#[derive(Clone)]
pub(super) struct Someone {
    pub(super) id: PersonId,
    pub(super) name: &'static str,
    pub(super) agency: AgencyId,
    session: SessionId,
    cookie: String,
    token_id: TokenId,
    token: String,
}

/// What was answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Someone {
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    pub(super) fn cookie(&self) -> &str {
        &self.cookie
    }
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} {}", self.status, self.text))
    }

    /// The code of the problem.
    pub(super) fn problem(&self) -> String {
        let kind = self.json()["type"].as_str().unwrap_or_else(|| panic!("{}", self.text)).to_owned();
        kind.trim_start_matches("/problems/").to_owned()
    }

    #[track_caller]
    pub(super) fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    pub(super) fn location(&self) -> String {
        self.headers[header::LOCATION].to_str().unwrap().to_owned()
    }

    /// The value of the hidden field with this name, of the first form that has it.
    #[track_caller]
    pub(super) fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.text.split_once(&start).unwrap_or_else(|| panic!("no field {name}: {}", self.text));
        rest.split('"').next().unwrap().to_owned()
    }
}

impl World {
    pub(super) async fn new() -> Self {
        let clock = Arc::new(ManualClock::at("2026-11-22T12:00:00Z".parse::<Timestamp>().unwrap()));
        let (ids, data) = (Arc::new(SequentialIds::default()), tempfile::tempdir().unwrap());
        let (log, keys) = (Log::new(MemoryLog::new(clock.clone())), Keys::in_memory());
        let forum = start(&log, &clock, &ids, &keys, data.path()).await;
        let router = forum.router();
        Self { forum, log, router, clock, ids, keys, data }
    }

    /// The forum stops, and another one starts on the same log: with the view as it was, or with none.
    pub(super) async fn restart(&mut self, forget_view: bool) {
        self.forum.close().await.unwrap();
        let (data, view) = (tempfile::tempdir().unwrap(), "views/forum.redb");
        if !forget_view {
            std::fs::create_dir(data.path().join("views")).unwrap();
            std::fs::copy(self.data.path().join(view), data.path().join(view)).unwrap();
        }
        self.data = data;
        self.forum = start(&self.log, &self.clock, &self.ids, &self.keys, self.data.path()).await;
        self.router = self.forum.router();
        self.settle().await;
    }

    pub(super) fn router(&self) -> Router {
        self.router.clone()
    }

    /// Writes events as they would stand in the log.
    pub(super) async fn write<E: EventSet>(&self, stream: Uuid, events: &[E]) {
        let kind = events[0].event_type();
        let audience = match contracts::descriptor(kind).unwrap().audience {
            AudienceRule::Participants => Audience::Participants,
            AudienceRule::Agency => Audience::Agency(AgencyId::from_uuid(stream)),
            _ => Audience::System,
        };
        let id = CommitId::new(&*self.ids);
        let new = events.iter().enumerate().map(|(ordinal, event)| NewEvent::of(id, ordinal, event));
        let actor = Actor::System { part: "test".to_owned() };
        let commit = Commit {
            id,
            stream: StreamId::new(E::CATEGORY, stream),
            expected: Expected::Any,
            meta: Meta::new(actor, audience, "2026-11-22T12:00:00Z".parse().unwrap()),
            events: new.collect(),
        };
        let appended = self.log.append(commit).await.unwrap();
        self.reach(appended.position).await;
    }

    async fn reach(&self, position: Position) {
        self.forum.views().wait_for(position, std::time::Duration::from_secs(20)).await.unwrap();
    }

    /// Waits until the view has everything that is in the log.
    pub(super) async fn settle(&self) {
        self.reach(self.log.head().await.unwrap()).await;
    }

    pub(super) async fn agency(&self, name: &str) -> AgencyId {
        let id = AgencyId::new(&*self.ids);
        let registered = AgencyRegistered {
            name: Line::new(name).unwrap(),
            short_name: None,
            website: None,
            other_names: vec![],
            kind: AgencyKind::State,
            organisation_number: None,
        };
        self.write(id.uuid(), &[AgencyEvent::from(registered)]).await;
        id
    }

    pub(super) async fn person(&self, name: &'static str, agency: AgencyId) -> Someone {
        self.person_with(name, agency, None).await
    }

    pub(super) async fn secretariat(&self, name: &'static str, agency: AgencyId) -> Someone {
        self.person_with(name, agency, Some(Role::Secretariat)).await
    }

    async fn person_with(&self, name: &'static str, agency: AgencyId, role: Option<Role>) -> Someone {
        let id = PersonId::new(&*self.ids);
        let mut events = vec![
            PersonEvent::from(PersonInvited { email: None, agency }),
            PersonJoined { name: Line::new(name).unwrap(), title: Some(Line::new(&format!("titel-{name}")).unwrap()) }
                .into(),
            AffiliationStarted { agency }.into(),
        ];
        for role in [Role::Participant].into_iter().chain(role) {
            let (mandate, from) = (MandateId::new(&*self.ids), Timestamp::UNIX_EPOCH);
            events.push(MandateGranted { mandate, role, agency, from, until: None }.into());
        }
        for event in events {
            self.write(id.uuid(), &[event]).await;
        }
        let (session, cookie, token_id, token) = self.sign_in(id).await;
        Someone { id, name, agency, session, cookie, token_id, token }
    }

    async fn sign_in(&self, person: PersonId) -> (SessionId, String, TokenId, String) {
        let (session, token, secret) = (SessionId::new(&*self.ids), TokenId::new(&*self.ids), Secret::new());
        let expires_at: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
        let signed_in = SignedIn { person, secret: secret.hash(), expires_at, openid: None };
        self.write(session.uuid(), &[SessionEvent::from(signed_in)]).await;
        let issued = TokenIssued {
            person,
            label: Line::new("test").unwrap(),
            scopes: vec![Scope::Read, Scope::Write],
            secret: secret.hash(),
            expires_at,
            integration: None,
            arenas: None,
        };
        self.write(token.uuid(), &[TokenEvent::from(issued)]).await;
        let cookie = format!("erfa-session={}", session_text(session, &secret));
        (session, cookie, token, token_text(token, &secret))
    }

    /// Ends somebody's session and token, and then signs them in again.
    pub(super) async fn revoke(&self, someone: &mut Someone) {
        let revoked = SessionRevoked { reason: SessionEnd::SignedOut };
        self.write(someone.session.uuid(), &[SessionEvent::from(revoked)]).await;
        self.write(someone.token_id.uuid(), &[TokenEvent::from(TokenRevoked {})]).await;
        (someone.session, someone.cookie, someone.token_id, someone.token) = self.sign_in(someone.id).await;
    }

    pub(super) async fn leaves_their_agency(&self, someone: &Someone) {
        self.write(someone.id.uuid(), &[PersonEvent::from(AffiliationEnded { agency: someone.agency })]).await;
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, BODY_BYTES_MAX).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    /// A request to the API with somebody's token, and these headers.
    pub(super) async fn api_with(
        &self,
        who: &Someone,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let called = method.clone();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/forum/v1{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", who.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let answer = self.send(request.body(body).unwrap()).await;
        published::check(&called, &format!("/api/forum/v1{path}"), &answer);
        answer
    }

    /// Reads from the API, with everything that is in the log.
    pub(super) async fn read(&self, who: &Someone, path: &str) -> Answer {
        self.settle().await;
        self.api_with(who, Method::GET, path, &[], None).await
    }

    /// Posts to the API, with everything that is in the log.
    pub(super) async fn post(&self, who: &Someone, path: &str, body: Value) -> Answer {
        self.settle().await;
        self.api_with(who, Method::POST, path, &[], Some(body)).await
    }

    /// A page in Swedish, as somebody's browser sees it.
    pub(super) async fn page(&self, who: &Someone, path: &str) -> Answer {
        self.page_in(who, path, "sv").await
    }

    pub(super) async fn page_in(&self, who: &Someone, path: &str, lang: &str) -> Answer {
        self.settle().await;
        let request = Request::get(path)
            .header(header::COOKIE, &who.cookie)
            .header(header::ACCEPT_LANGUAGE, lang)
            .body(Body::empty())
            .unwrap();
        self.send(request).await
    }

    /// A form of a page, with its token.
    pub(super) async fn form(&self, who: &Someone, path: &str, csrf: &str, fields: &[(&str, &str)]) -> Answer {
        self.settle().await;
        let mut pairs = vec![("csrf", csrf)];
        pairs.extend_from_slice(fields);
        let body: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let request = Request::post(path)
            .header(header::COOKIE, &who.cookie)
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.join("&")))
            .unwrap();
        self.send(request).await
    }

    /// An arena, with these members.
    pub(super) async fn arena(&self, by: &Someone, access: ArenaAccess, members: &[&Someone]) -> ArenaId {
        let body = json!({ "name": "Arenan", "purpose": "Att lära", "needAreas": ["results"], "access": access });
        let opened = self.post(by, "/arenas", body).await.is(201);
        let id: ArenaId = opened.json()["id"].as_str().unwrap().parse().unwrap();
        for member in members {
            if access == ArenaAccess::Invited {
                self.post(by, &format!("/arenas/{id}/members"), json!({ "person": member.id })).await.is(201);
            }
            self.post(member, &format!("/arenas/{id}/members"), json!({})).await.is(201);
        }
        id
    }

    /// A thread with its first post.
    pub(super) async fn thread(&self, by: &Someone, arena: ArenaId) -> ThreadId {
        let body = json!({ "kind": "question", "title": "Hur gör ni?", "body": "Första inlägget" });
        let opened = self.post(by, &format!("/arenas/{arena}/threads"), body).await.is(201);
        opened.json()["id"].as_str().unwrap().parse().unwrap()
    }

    /// The newest event of the log of this type.
    pub(super) async fn newest(&self, kind: &str) -> Arc<Recorded> {
        let filter = Filter { kinds: vec![kind.into()], ..Filter::all() };
        let page = self.log.read_all(Position::START, &filter, 4_096).await.unwrap();
        page.events.last().unwrap().clone()
    }

    /// How many events the log holds.
    pub(super) async fn events(&self) -> usize {
        self.log.read_all(Position::START, &Filter::all(), 4_096).await.unwrap().events.len()
    }
}

async fn start(
    log: &Log,
    clock: &Arc<ManualClock>,
    ids: &Arc<SequentialIds>,
    keys: &Keys,
    data: &std::path::Path,
) -> Forum {
    let options = Options {
        log: log.clone(),
        clock: clock.clone(),
        ids: ids.clone(),
        keys: keys.clone(),
        data: data.to_owned(),
        gate: GateOptions::new(ORIGIN),
        shutdown: CancellationToken::new(),
        demo: false,
    };
    Forum::start(options).await.unwrap()
}

fn encoded(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
