//! Where a plan is played, through the API and the pages' forms, and what came of it.

use std::{collections::BTreeMap, fs, path::Path};

use access::{FormOwner, Keys, Secret, csrf_token};
use contracts::{
    Audience, EventSet as _,
    directory::{IdentityEvent, PersonEvent, PersonInvited, Role},
};
use event_log::Expected;
use reqwest::{Method, Response, header};
use serde_json::{Value, json};
use system_tests::{Inhabitant, Server, World, run};
use types::{AgencyId, Ids as _, Line, PersonId, SessionId, SystemIds};
use uuid::Uuid;

use super::{
    crawl::Shown,
    oracle::{ADMINISTRATOR, AGENCY_OF, CONTACT, FOLLOWED, SECRETARY, SHY, Truth, What},
    plan::Step,
};
use crate::{
    ask::{Asker, answer},
    setting,
    table::Answer,
};

/// How many people do things; the administrator, who is the last, does not take part.
const ACTORS: usize = 9;
/// Those to whom things are done.
const OTHERS: [usize; 7] = [0, 1, 2, 3, 4, 7, 8];
/// The agencies for which people are invited.
const INVITING: [usize; 4] = [0, 1, 3, 4];

/// Somebody, with a second session and a second token that may end.
pub(crate) struct Someone {
    pub(crate) main: Inhabitant,
    pub(crate) second: Inhabitant,
    /// The tokens that carry both sessions elsewhere, from before anything happened.
    pub(crate) carried: [String; 2],
}

/// What somebody showed before to say who they are.
pub(crate) struct Earlier {
    pub(crate) who: usize,
    pub(crate) holds: bool,
    pub(crate) what: &'static str,
    pub(crate) shown: Shown,
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
    pub(crate) earlier: Vec<Earlier>,
    /// What was said to those who are shut out when they opened a sign-in link.
    pub(crate) told: Vec<(usize, String)>,
    /// The contact person's mandates as such, and those that were delegated from them, in force or not.
    pub(crate) mandates: Vec<String>,
    /// The one in force, and those that are delegated from it.
    pub(super) contact_mandate: Option<String>,
    pub(super) delegated: BTreeMap<usize, String>,
    pub(super) keys: Keys,
}

impl Stage {
    /// Everything as it is before the first step.
    pub(crate) async fn set() -> Self {
        let data = tempfile::tempdir().expect("there is room for it");
        let keys = Keys::open(data.path()).expect("keys can be made");
        let mut truth = Truth::default();
        let (people, agencies, joining) = World::write(data.path(), async |world| {
            let mut agencies = Vec::new();
            for name in ["Amyndigheten", "Bemyndigheten", "Kansliet", "Demyndigheten", "Emyndigheten"] {
                agencies.push(world.agency(name).await);
            }
            let mut people = Vec::new();
            for (who, agency) in AGENCY_OF.into_iter().enumerate() {
                let roles: &[Role] = match who {
                    CONTACT | FOLLOWED => &[Role::Participant, Role::ContactPerson],
                    SECRETARY => &[Role::Participant, Role::Secretariat],
                    ADMINISTRATOR => &[Role::Administrator],
                    _ => &[Role::Participant],
                };
                let main = world.joined(agencies[agency], roles).await;
                let second = world.again(&main).await;
                people.push(Someone { main, second, carried: [String::new(), String::new()] });
            }
            let joining = joining(world, agencies[0], &mut truth).await;
            accounts(world, people[0].main.person, &mut truth).await;
            (people, agencies, joining)
        })
        .await;
        let server = tokio::task::block_in_place(|| setting::start(data.path()));
        let asker = Asker::new(&server.url);
        truth.contacts = BTreeMap::from([(CONTACT, AGENCY_OF[CONTACT]), (FOLLOWED, AGENCY_OF[FOLLOWED])]);
        let mut stage = Self {
            data,
            server,
            asker,
            people,
            agencies,
            joining,
            truth,
            earlier: Vec::new(),
            told: Vec::new(),
            mandates: Vec::new(),
            contact_mandate: None,
            delegated: BTreeMap::new(),
            keys,
        };
        for who in 0..ADMINISTRATOR {
            let Someone { main, second, .. } = &stage.people[who];
            let carried = [stage.carry(&main.cookie).await, stage.carry(&second.cookie).await];
            stage.people[who].carried = carried;
        }
        stage.contact_mandate = stage.mandates_of(CONTACT).await.pop();
        stage.mandates.extend(stage.contact_mandate.clone());
        stage
    }

    /// A token that carries the session of this cookie elsewhere.
    async fn carry(&self, cookie: &str) -> String {
        let request = self.asker.bare(Method::POST, "/api/directory/v1/me/session/token");
        let request = request.header(header::COOKIE, cookie).header(header::ORIGIN, self.asker.base());
        let response = request.header("x-csrf-token", self.csrf(cookie)).send().await.expect("the server answers");
        let answer: Value = response.json().await.expect("the API answers in JSON");
        answer["token"].as_str().unwrap_or_else(|| panic!("no session is carried: {answer}")).to_owned()
    }

    /// Asks the API as somebody; what was answered, if it was done, and is there for everybody to see.
    pub(super) async fn api(&self, who: usize, method: Method, path: &str, body: Value) -> Option<Value> {
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
    pub(super) async fn form(&self, who: usize, path: &str, fields: &str) -> bool {
        self.send(who, path, fields).await.is_some()
    }

    /// Sends a form as somebody; the page that was answered, if it was done.
    pub(super) async fn send(&self, who: usize, path: &str, fields: &str) -> Option<String> {
        let cookie = &self.people[who].main.cookie;
        let request = self.asker.bare(Method::POST, path).header(header::COOKIE, cookie);
        let request = request.header(header::ORIGIN, self.asker.base());
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = request.body(format!("csrf={}&{fields}", self.csrf(cookie)));
        let response = request.send().await.expect("the server answers");
        self.wait_after(who, &response).await;
        let is_done = answer(&response) == Answer::Ok;
        let page = text_of(response).await;
        is_done.then_some(page)
    }

    /// What a form carries in the browser with this cookie.
    pub(super) fn csrf(&self, cookie: &str) -> String {
        csrf_token(&self.keys, FormOwner::Session(session_of(cookie)))
    }

    /// Until every service's view has what was answered like this.
    pub(super) async fn wait_after(&self, who: usize, answer: &Response) {
        if let Some(cursor) = cookie(answer, "erfa-at-least") {
            self.wait(who, &cursor).await;
        }
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
        let other = |number: usize| OTHERS[number % OTHERS.len()];
        let person = |who: usize| self.people[who].main.person;
        let runs = |number: usize| [SECRETARY, ADMINISTRATOR][number % 2];
        match step {
            Step::Open { class } => self.open(class % 3).await,
            Step::Change { arena, class } if arenas > 0 => self.change(of(arena, arenas), class % 3).await,
            Step::Join { who, arena } if arenas > 0 => {
                let (who, arena) = (of(who, ACTORS), of(arena, arenas));
                let path = format!("forum/v1/arenas/{}/members", self.truth.arenas[arena].id);
                if self.api(who, Method::POST, &path, json!({})).await.is_some() {
                    let arena = &mut self.truth.arenas[arena];
                    arena.invited.remove(&who);
                    arena.members.insert(who);
                }
            }
            Step::Leave { who, arena } if arenas > 0 => {
                let (who, arena) = (of(who, ACTORS), of(arena, arenas));
                let me = self.people[who].main.person;
                let path = format!("forum/v1/arenas/{}/members/{me}", self.truth.arenas[arena].id);
                if self.api(who, Method::DELETE, &path, Value::Null).await.is_some() {
                    self.truth.arenas[arena].members.remove(&who);
                }
            }
            Step::Invite { who, arena } if arenas > 0 => {
                let (who, arena) = (other(who), of(arena, arenas));
                let person = person(who);
                let path = format!("forum/v1/arenas/{}/members", self.truth.arenas[arena].id);
                let done = self.api(SECRETARY, Method::POST, &path, json!({"person": person})).await;
                let arena = &mut self.truth.arenas[arena];
                if done.is_some() && !arena.members.contains(&who) {
                    arena.invited.insert(who);
                }
            }
            Step::Remove { who, arena } if arenas > 0 => {
                let (who, arena) = (other(who), of(arena, arenas));
                let person = person(who);
                let word = self.truth.word(What::Removal(who));
                let path = format!("forum/v1/arenas/{}/members/{person}", self.truth.arenas[arena].id);
                if self.api(SECRETARY, Method::DELETE, &path, json!({"reason": word})).await.is_some() {
                    self.truth.arenas[arena].members.remove(&who);
                    self.truth.arenas[arena].invited.remove(&who);
                }
            }
            Step::Thread { who, arena, shown } if arenas > 0 => {
                self.thread(of(who, ACTORS), of(arena, arenas), shown).await;
            }
            Step::Post { who, thread, shown } if threads > 0 => {
                self.post(of(who, ACTORS), of(thread, threads), shown).await;
            }
            Step::Edit { post } if posts > 0 => {
                let at = of(post, posts);
                let word = self.truth.word(What::Post(at));
                let post = &self.truth.posts[at];
                let path = format!("forum/v1/posts/{}", post.id);
                // What is refused is seen by nobody.
                if self.api(post.author, Method::PATCH, &path, json!({"body": word})).await.is_none() {
                    *self.truth.words.last_mut().expect("there is one") = What::Nobody;
                }
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
                let agency = INVITING[agency % INVITING.len()];
                let word = self.truth.word(What::Invitation(agency));
                let fields = format!("email={word}@ny.example&agency={}&role=participant", self.agencies[agency]);
                if self.form(SECRETARY, "/people/invite", &format!("commit={}&{fields}", SystemIds.uuid())).await {
                    self.truth.invitations.push((self.truth.words.len() - 1, agency));
                }
            }
            Step::Profile { who } => {
                let who = of(who, ACTORS);
                let (name, title) = (self.truth.word(What::Participants), self.truth.word(What::Participants));
                if self.form(who, "/me", &format!("name={name}&title={title}")).await && who == SHY {
                    let name = self.truth.words.len() - 2;
                    self.truth.names_of_shy.insert(name);
                }
            }
            Step::Token { who } => {
                let who = of(who, ACTORS);
                let word = self.truth.word(What::Own(who));
                let fields = format!("commit={}&label={word}&scopes=read&days=2", SystemIds.uuid());
                self.form(who, "/me/tokens", &fields).await;
            }
            Step::RevokeToken { who } => {
                let who = of(who, ACTORS);
                let path = format!("directory/v1/me/tokens/{}", self.people[who].second.token_id);
                if self.api(who, Method::DELETE, &path, Value::Null).await.is_some() {
                    self.truth.tokens_ended.insert(who);
                }
            }
            Step::EndSession { who } => {
                let who = of(who, ACTORS);
                let session = session_of(&self.people[who].second.cookie);
                let path = format!("directory/v1/me/sessions/{session}");
                if self.api(who, Method::DELETE, &path, Value::Null).await.is_some() {
                    self.truth.sessions_ended.insert(who);
                }
            }
            Step::Link { who } => self.link(of(who, ACTORS)).await,
            Step::Mandate { who } => self.mandate(other(who)).await,
            Step::End { who } => {
                let (who, person) = (other(who), person(other(who)));
                let Some(agency) = self.truth.agency_of(who) else { return };
                let path = format!("/people/{person}/affiliations/{}/end", self.agencies[agency]);
                if self.form(SECRETARY, &path, "").await {
                    self.truth.leave(who);
                    self.delegated.remove(&who);
                }
            }
            Step::Delegate { who } => self.delegate(who % 3).await,
            Step::EndDelegation { who } => self.end_delegation(who % 3).await,
            Step::Contact { holds } => self.contact(holds).await,
            Step::Suspend { who, by } => self.suspend(other(who), runs(by)).await,
            Step::Reinstate { who, by } => self.reinstate(other(who), runs(by)).await,
            Step::Rotate { who } => self.rotate(of(who, ACTORS)).await,
            Step::Dissolve { agency, how } => self.dissolve(3 + agency % 2, how).await,
            Step::Agencies { edition } => self.import(edition),
            _ => {}
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

/// A cookie that an answer sets.
pub(super) fn cookie(answer: &Response, name: &str) -> Option<String> {
    let set = answer.headers().get_all(header::SET_COOKIE).iter().filter_map(|it| it.to_str().ok());
    let pairs = set.filter_map(|it| it.split(';').next()?.split_once('='));
    pairs.filter(|(of, value)| *of == name && !value.is_empty()).map(|(_, value)| value.to_owned()).next()
}

/// The text of an answer.
pub(super) async fn text_of(response: Response) -> String {
    response.text().await.expect("an answer has a text")
}

fn session_of(cookie: &str) -> SessionId {
    let id = cookie.trim_start_matches("erfa-session=").split('.').next().unwrap_or_default();
    SessionId::from_uuid(id.parse().expect("a cookie begins with its session's id"))
}

/// Somebody who has been invited, signed in, and not joined.
async fn joining(world: &mut World, agency: AgencyId, truth: &mut Truth) -> String {
    let person = PersonId::new(&SystemIds);
    let email = Line::new(&format!("{}@ny.example", truth.word(What::Invitation(0)))).expect("plain");
    truth.invitations.push((truth.words.len() - 1, 0));
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
