//! Where a plan is played, through the API and the pages' forms, and what came of it.

use std::{fs, path::Path};

use access::{FormOwner, Keys, Secret, csrf_token};
use contracts::{
    Audience, EventSet as _,
    directory::{IdentityEvent, PersonEvent, PersonInvited, Role},
};
use event_log::Expected;
use reqwest::{Method, header};
use serde_json::{Value, json};
use system_tests::{Inhabitant, Server, World, run};
use types::{AgencyId, Ids as _, Line, PersonId, SessionId, SystemIds};
use uuid::Uuid;

use super::{
    oracle::{AGENCY_OF, Arena, Post, SECRETARY, SHY, Thread, Truth, What},
    plan::Step,
};
use crate::{ask::Asker, setting};

const CLASSES: [&str; 3] = ["open", "members", "invited"];
const SHOWN: [&str; 3] = ["name", "role", "agency"];

/// Somebody, with a second session and a second token that may end.
pub(crate) struct Someone {
    pub(crate) main: Inhabitant,
    pub(crate) second: Inhabitant,
}

/// A server, and what has happened there.
pub(crate) struct Stage {
    pub(crate) data: tempfile::TempDir,
    pub(crate) server: Server,
    pub(crate) asker: Asker,
    pub(crate) people: Vec<Someone>,
    pub(crate) agencies: Vec<AgencyId>,
    /// The cookie of somebody who has been invited, and has not joined.
    pub(crate) joining: String,
    pub(crate) truth: Truth,
    keys: Keys,
}

impl Stage {
    /// Everything as it is before the first step.
    pub(crate) async fn set() -> Self {
        let data = tempfile::tempdir().expect("there is room for it");
        let keys = Keys::open(data.path()).expect("keys can be made");
        let mut truth = Truth::default();
        let (people, agencies, joining) = World::write(data.path(), async |world| {
            let mut agencies = Vec::new();
            for name in ["Amyndigheten", "Bemyndigheten", "Kansliet"] {
                agencies.push(world.agency(name).await);
            }
            let mut people = Vec::new();
            for (who, agency) in AGENCY_OF.into_iter().enumerate() {
                let roles: &[Role] = match who {
                    5 => &[Role::ContactPerson],
                    SECRETARY => &[Role::Secretariat],
                    _ => &[],
                };
                let main = world.person(agencies[agency], roles).await;
                let second = world.again(&main).await;
                people.push(Someone { main, second });
            }
            let joining = joining(world, agencies[0], &mut truth).await;
            accounts(world, people[0].main.person, &mut truth).await;
            (people, agencies, joining)
        })
        .await;
        let server = tokio::task::block_in_place(|| setting::start(data.path()));
        let asker = Asker::new(&server.url);
        Self { data, server, asker, people, agencies, joining, truth, keys }
    }

    /// Asks the API as somebody; what was answered, if it was done, and is there for everybody to see.
    async fn api(&self, who: usize, method: Method, path: &str, body: Value) -> Option<Value> {
        let token = &self.people[who].main.token;
        let request =
            self.asker.bare(method, &format!("/api/{path}")).bearer_auth(token).header(header::IF_MATCH, "\"0\"");
        let request = if body.is_null() { request } else { request.json(&body) };
        let response = request.send().await.expect("the server answers");
        let done = response.status().is_success();
        let answer: Value = response.json().await.expect("the API answers in JSON");
        self.wait(who, answer["cursor"].as_str().filter(|_| done)?).await;
        Some(answer)
    }

    /// Sends a form as somebody; whether it was done.
    async fn form(&self, who: usize, path: &str, fields: &str) -> bool {
        let main = &self.people[who].main;
        let csrf = csrf_token(&self.keys, FormOwner::Session(session_of(&main.cookie)));
        let request = self.asker.bare(Method::POST, path).header(header::COOKIE, &main.cookie);
        let request = request.header(header::ORIGIN, self.asker.base());
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let response = request.body(format!("csrf={csrf}&{fields}")).send().await.expect("the server answers");
        let cookies = response.headers().get_all(header::SET_COOKIE).iter().filter_map(|it| it.to_str().ok());
        let cursor = cookies.filter_map(|it| it.strip_prefix("erfa-at-least=")?.split(';').next()).next();
        if let Some(cursor) = cursor {
            self.wait(who, cursor).await;
        }
        matches!(response.status().as_u16(), 200 | 303)
    }

    /// Until every service's view has what was written.
    async fn wait(&self, who: usize, cursor: &str) {
        for path in ["/api/forum/v1/arenas?limit=1", "/api/directory/v1/me"] {
            let request = self.asker.bare(Method::GET, path).bearer_auth(&self.people[who].main.token);
            let _ = request.header("erfa-at-least", cursor).send().await.expect("the server answers");
        }
    }

    /// Does what a step says, if it is taken.
    pub(crate) async fn perform(&mut self, step: Step) {
        let (arenas, threads, posts) = (self.truth.arenas.len(), self.truth.threads.len(), self.truth.posts.len());
        let of = |number: usize, there: usize| number.checked_rem(there).unwrap_or_default();
        let person = |who: usize| self.people[who % 5].main.person;
        match step {
            Step::Open { class } => self.open(class % 3).await,
            Step::Change { arena, class } if arenas > 0 => self.change(of(arena, arenas), class % 3).await,
            Step::Join { who, arena } if arenas > 0 => {
                let (who, arena) = (of(who, 7), of(arena, arenas));
                let path = format!("forum/v1/arenas/{}/members", self.truth.arenas[arena].id);
                if self.api(who, Method::POST, &path, json!({})).await.is_some() {
                    let arena = &mut self.truth.arenas[arena];
                    arena.invited.remove(&who);
                    arena.members.insert(who);
                }
            }
            Step::Leave { who, arena } if arenas > 0 => {
                let (who, arena) = (of(who, 7), of(arena, arenas));
                let me = self.people[who].main.person;
                let path = format!("forum/v1/arenas/{}/members/{me}", self.truth.arenas[arena].id);
                if self.api(who, Method::DELETE, &path, Value::Null).await.is_some() {
                    self.truth.arenas[arena].members.remove(&who);
                }
            }
            Step::Invite { who, arena } if arenas > 0 => {
                let (who, arena, person) = (of(who, 5), of(arena, arenas), person(who));
                let path = format!("forum/v1/arenas/{}/members", self.truth.arenas[arena].id);
                let done = self.api(SECRETARY, Method::POST, &path, json!({"person": person})).await;
                let arena = &mut self.truth.arenas[arena];
                if done.is_some() && !arena.members.contains(&who) {
                    arena.invited.insert(who);
                }
            }
            Step::Remove { who, arena } if arenas > 0 => {
                let (who, arena, person) = (of(who, 5), of(arena, arenas), person(who));
                let word = self.truth.word(What::Removal(who));
                let path = format!("forum/v1/arenas/{}/members/{person}", self.truth.arenas[arena].id);
                if self.api(SECRETARY, Method::DELETE, &path, json!({"reason": word})).await.is_some() {
                    self.truth.arenas[arena].members.remove(&who);
                    self.truth.arenas[arena].invited.remove(&who);
                }
            }
            Step::Thread { who, arena, shown } if arenas > 0 => {
                self.thread(of(who, 7), of(arena, arenas), shown).await;
            }
            Step::Post { who, thread, shown } if threads > 0 => {
                self.post(of(who, 7), of(thread, threads), shown).await;
            }
            Step::Edit { post } if posts > 0 => {
                let at = of(post, posts);
                let word = self.truth.word(What::Post(at));
                let post = &self.truth.posts[at];
                let path = format!("forum/v1/posts/{}", post.id);
                self.api(post.author, Method::PATCH, &path, json!({"body": word})).await;
            }
            Step::Withdraw { post } if posts > 0 => {
                let at = of(post, posts);
                let post = &self.truth.posts[at];
                let path = format!("forum/v1/posts/{}", post.id);
                let done = self.api(post.author, Method::DELETE, &path, Value::Null).await;
                self.truth.posts[at].withdrawn |= done.is_some();
            }
            Step::Close { thread } if threads > 0 => self.closing(Method::PUT, of(thread, threads)).await,
            Step::Reopen { thread } if threads > 0 => self.closing(Method::DELETE, of(thread, threads)).await,
            Step::InviteFor { agency } => {
                let agency = agency % 2;
                let word = self.truth.word(What::Agency(agency));
                let fields = format!("email={word}@ny.example&agency={}&role=participant", self.agencies[agency]);
                self.form(SECRETARY, "/people/invite", &format!("commit={}&{fields}", SystemIds.uuid())).await;
            }
            Step::Profile { who } => {
                let who = of(who, 7);
                let (name, title) = (self.truth.word(What::Participants), self.truth.word(What::Participants));
                if self.form(who, "/me", &format!("name={name}&title={title}")).await && who == SHY {
                    let name = self.truth.words.len() - 2;
                    self.truth.names_of_shy.insert(name);
                }
            }
            Step::Token { who } => {
                let who = of(who, 7);
                let word = self.truth.word(What::Own(who));
                let fields = format!("commit={}&label={word}&scopes=read&days=2", SystemIds.uuid());
                self.form(who, "/me/tokens", &fields).await;
            }
            Step::RevokeToken { who } => {
                let who = of(who, 7);
                let path = format!("directory/v1/me/tokens/{}", self.people[who].second.token_id);
                if self.api(who, Method::DELETE, &path, Value::Null).await.is_some() {
                    self.truth.tokens_ended.insert(who);
                }
            }
            Step::EndSession { who } => {
                let who = of(who, 7);
                let session = session_of(&self.people[who].second.cookie);
                let path = format!("directory/v1/me/sessions/{session}");
                if self.api(who, Method::DELETE, &path, Value::Null).await.is_some() {
                    self.truth.sessions_ended.insert(who);
                }
            }
            Step::Link { who } => self.link(of(who, 7)).await,
            Step::Mandate { who } => self.mandate(of(who, 5)).await,
            Step::End { who } => {
                let (who, person) = (of(who, 5), person(who));
                let path = format!("/people/{person}/affiliations/{}/end", self.agencies[AGENCY_OF[who]]);
                if self.form(SECRETARY, &path, "").await {
                    self.truth.left.insert(who);
                }
            }
            Step::Agencies { edition } => self.import(edition),
            _ => {}
        }
    }

    async fn open(&mut self, class: usize) {
        let at = self.truth.arenas.len();
        let (name, purpose) = (self.truth.word(What::Card(at)), self.truth.word(What::Card(at)));
        let body = json!({"name": name, "purpose": purpose, "access": CLASSES[class]});
        let opened =
            self.api(SECRETARY, Method::POST, "forum/v1/arenas", body).await.expect("the secretariat opens arenas");
        let id = opened["id"].as_str().expect("it has an id").to_owned();
        let nobody = std::collections::BTreeSet::new;
        self.truth.arenas.push(Arena { id, class, changes: 0, members: nobody(), invited: nobody() });
    }

    async fn change(&mut self, arena: usize, class: usize) {
        let name = self.truth.word(What::Card(arena));
        let Arena { id, changes, .. } = &self.truth.arenas[arena];
        let fields = format!("name={name}&purpose=Annat.&access={}&changes={changes}", CLASSES[class]);
        let path = format!("/arenas/{id}/edit");
        if self.form(SECRETARY, &path, &format!("commit={}&{fields}", SystemIds.uuid())).await {
            let arena = &mut self.truth.arenas[arena];
            (arena.class, arena.changes) = (class, arena.changes + 1);
        }
    }

    /// As what somebody appears; one of them never with their name.
    fn shown(who: usize, shown: usize) -> &'static str {
        if who == SHY { SHOWN[1 + shown % 2] } else { SHOWN[shown % 3] }
    }

    async fn thread(&mut self, who: usize, arena: usize, shown: usize) {
        let (title, body) = (self.truth.word(What::Inside(arena)), self.truth.word(What::Inside(arena)));
        let body = json!({"kind": "question", "title": title, "body": body, "shownAs": Self::shown(who, shown)});
        let path = format!("forum/v1/arenas/{}/threads", self.truth.arenas[arena].id);
        let Some(opened) = self.api(who, Method::POST, &path, body).await else { return };
        let text = |name: &str| opened[name].as_str().expect("it has an id").to_owned();
        let (thread, post) = (self.truth.threads.len(), self.truth.posts.len());
        self.truth.threads.push(Thread { id: text("id"), arena });
        self.truth.posts.push(Post { id: text("post"), thread, author: who, withdrawn: false });
        // The last word was that of its first post.
        *self.truth.words.last_mut().expect("there are two") = What::Post(post);
    }

    async fn post(&mut self, who: usize, thread: usize, shown: usize) {
        let post = self.truth.posts.len();
        // It stands where the post will, if it is taken; what is refused is seen by nobody.
        let word = self.truth.word(What::Nobody);
        let path = format!("forum/v1/threads/{}/posts", self.truth.threads[thread].id);
        let body = json!({"body": word, "shownAs": Self::shown(who, shown)});
        let Some(added) = self.api(who, Method::POST, &path, body).await else { return };
        let id = added["id"].as_str().expect("it has an id").to_owned();
        self.truth.posts.push(Post { id, thread, author: who, withdrawn: false });
        *self.truth.words.last_mut().expect("there is one") = What::Post(post);
    }

    async fn closing(&mut self, method: Method, thread: usize) {
        let word = self.truth.word(What::Inside(self.truth.threads[thread].arena));
        let path = format!("forum/v1/threads/{}/closing", self.truth.threads[thread].id);
        self.api(SECRETARY, method, &path, json!({"reason": word})).await;
    }

    async fn mandate(&self, who: usize) {
        let person = self.people[who].main.person;
        let agency = self.agencies[AGENCY_OF[who]];
        let fields = format!("commit={}&role=contact-person&agency={agency}&until=", SystemIds.uuid());
        self.form(SECRETARY, &format!("/people/{person}/mandates"), &fields).await;
        let page = self.asker.bare(Method::GET, &format!("/people/{person}"));
        let page = page.header(header::COOKIE, &self.people[SECRETARY].main.cookie).send().await.expect("it answers");
        let page = page.text().await.expect("a page has a text");
        let ends: Vec<_> = page.split("action=\"").filter_map(|it| it.split('"').next()).collect();
        if let Some(end) = ends.into_iter().find(|it| it.contains("/mandates/") && it.ends_with("/end")) {
            self.form(SECRETARY, end, "").await;
        }
    }

    async fn link(&self, who: usize) {
        let browser = Secret::new();
        let csrf = csrf_token(&self.keys, FormOwner::Browser(&browser));
        let request = self.asker.bare(Method::POST, "/sign-in").header(header::ORIGIN, self.asker.base());
        let request = request.header(header::COOKIE, format!("erfa-browser={}", browser.expose()));
        let form = [("csrf", &*csrf), ("email", &self.people[who].main.email), ("next", "/")];
        assert_eq!(request.form(&form).send().await.expect("it answers").status(), 303);
    }

    /// A list of agencies as it is at first, with a new name, and with another short name.
    fn import(&self, edition: usize) {
        let file = self.data.path().join("agencies.csv");
        let agency = ["Cemyndigheten,CM,,", "Centralverket,CM,,Cemyndigheten", "Centralverket,CV,,Cemyndigheten"];
        let text = format!("name,short_name,website,former_or_other_names\n{}\n", agency[edition % 3]);
        fs::write(&file, text).expect("a file can be written");
        let path = file.to_str().expect("test directories have plain names");
        tokio::task::block_in_place(|| run(self.data.path(), &["import", "agencies", path]).well());
    }

    /// Where the mails wait that were sent.
    pub(crate) fn outbox(&self) -> Vec<String> {
        let files = fs::read_dir(self.data.path().join("outbox")).expect("there is an outbox");
        let read = |path: &Path| fs::read_to_string(path).expect("mails are text");
        files.map(|file| read(&file.expect("and readable").path())).collect()
    }
}

fn session_of(cookie: &str) -> SessionId {
    let id = cookie.trim_start_matches("erfa-session=").split('.').next().unwrap_or_default();
    SessionId::from_uuid(id.parse().expect("a cookie begins with its session's id"))
}

/// Somebody who has been invited, signed in, and not joined.
async fn joining(world: &mut World, agency: AgencyId, truth: &mut Truth) -> String {
    let person = PersonId::new(&SystemIds);
    let email = Line::new(&format!("{}@ny.example", truth.word(What::Agency(0)))).expect("plain");
    let invited = vec![PersonInvited { email: Some(email), agency }.into()];
    world.commit::<PersonEvent>(person.uuid(), Expected::NoStream, Audience::Agency(agency), invited).await;
    world.session(person).await
}

/// An account at a provider, which is nobody's business.
async fn accounts(world: &World, person: PersonId, truth: &mut Truth) {
    let word = truth.word(What::Nobody);
    let linked = json!({"person": person, "issuer": format!("https://{word}.example"), "account": word});
    let unlinked = json!({"person": person});
    for (name, data, expected) in [("linked", linked, Expected::NoStream), ("unlinked", unlinked, Expected::Exists)] {
        let kind = format!("se.erfa.directory.identity-{name}.v1");
        let event = IdentityEvent::decode(&kind, data.to_string().as_bytes()).expect("it can be read");
        world.commit(Uuid::from_u128(1), expected, Audience::System, event.into_iter().collect()).await;
    }
}
