//! The real forum on a port of its own, and the model beside it.

use contracts::forum::ArenaAccess;
use event_log::Filter;
use http::{Method, header};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use types::{ArenaId, PersonId, Position, ThreadId};

use super::{
    book::{Book, Form, Topic, Viewer},
    plan::{ARENAS, After, PEOPLE, Restart, Step},
    reader::Reader,
};
use crate::tests::world::{Answer, Someone, World};

/// Who is of the secretariat.
const SECRETARY: usize = 0;

/// Posts that are there from the beginning: more than a socket reads at once.
const HISTORY: usize = 40;

/// Everything.
pub(super) struct Stage {
    world: World,
    address: String,
    serving: JoinHandle<()>,
    book: Book,
    read_to: Position,
    arenas: Vec<ArenaId>,
    threads: Vec<ThreadId>,
    readers: Vec<Reader>,
    /// Of each of them, their posts that they have not withdrawn.
    posts: Vec<Vec<String>>,
    said: usize,
    turn: usize,
}

impl Stage {
    pub(super) async fn set() -> Self {
        let world = World::new().await;
        let agency = world.agency("Ena verket").await;
        let secretary = world.secretariat("Kim", agency).await;
        let mut people = vec![secretary.clone()];
        for name in ["Anna", "Bo", "Ceder"] {
            people.push(world.person(name, agency).await);
        }
        let (mut arenas, mut threads) = (Vec::new(), Vec::new());
        for access in [ArenaAccess::Open, ArenaAccess::Members, ArenaAccess::Invited] {
            let arena = world.arena(&secretary, access, &[&people[1]]).await;
            threads.push(world.thread(&people[1], arena).await);
            arenas.push(arena);
        }
        let readers = people.into_iter().enumerate().map(|(at, someone)| reader(at, someone, &arenas, &threads));
        let readers = readers.collect();
        let (address, serving) = serve(&world).await;
        let mut stage = Self {
            world,
            address,
            serving,
            book: Book::default(),
            read_to: Position::START,
            arenas,
            threads,
            readers,
            posts: vec![Vec::new(); PEOPLE],
            said: 0,
            turn: 0,
        };
        for _ in 0..HISTORY {
            stage.post(1, 0).await;
        }
        stage
    }

    pub(super) async fn perform(&mut self, step: Step) {
        match step {
            Step::Post { by, thread } => self.post(by, thread).await,
            Step::Edit { by } => self.edit(by).await,
            Step::Withdraw { by } => {
                if let Some(post) = self.posts[by].pop() {
                    self.ask(by, Method::DELETE, format!("/posts/{post}"), None).await;
                }
            }
            Step::Close { thread } => self.closing(Method::PUT, thread).await,
            Step::Reopen { thread } => self.closing(Method::DELETE, thread).await,
            Step::Join { who, arena } => self.join(who, arena).await,
            Step::Leave { who, arena } => self.end_membership(who, who, arena, None).await,
            Step::Remove { who, arena } => {
                self.end_membership(SECRETARY, who, arena, Some(json!({"reason": "Så är det."}))).await;
            }
            Step::Access { arena, access } => self.change_access(arena, access).await,
            Step::Revoke { who } => self.revoke(who).await,
            Step::Connect { who, after } => self.connect(who, after).await,
            Step::Disconnect { who } => self.readers[who].disconnect(),
            Step::Take { who, frames } => {
                for _ in 0..frames {
                    self.readers[who].take_sure(&self.book, &opener(&self.world)).await;
                }
            }
            Step::Acknowledge { who } => self.readers[who].acknowledge(|subscription| subscription.out > 0).await,
            Step::Restart { how } => self.restart(how).await,
            Step::Quiet => self.quiet().await,
        }
    }

    /// Whoever is away comes back.
    pub(super) async fn everyone_arrives(&mut self) {
        for who in 0..PEOPLE {
            self.connect(who, After::Newest).await;
        }
    }

    /// Everybody takes all that there is, up to a mark that is set in every thread.
    pub(super) async fn quiet(&mut self) {
        let mut marks = Vec::with_capacity(ARENAS);
        for thread in 0..ARENAS {
            // One of these happens, and leaves the thread open.
            self.closing(Method::PUT, thread).await;
            self.closing(Method::DELETE, thread).await;
            marks.push(self.book.head);
        }
        for reader in &mut self.readers {
            reader.take_all(&marks, &self.book, &opener(&self.world)).await;
        }
    }

    /// Somebody asks the API for something, and what comes of it is written down.
    async fn ask(&mut self, who: usize, method: Method, path: String, body: Option<Value>) -> Answer {
        self.ask_with(who, method, &path, &[], body).await
    }

    async fn ask_with(
        &mut self,
        who: usize,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let coming: Vec<_> = self.readers.iter().map(|reader| reader.coming(&self.book)).collect();
        let answer = self.world.api_with(&self.readers[who].someone, method, path, headers, body).await;
        self.write_down().await;
        for (reader, coming) in self.readers.iter_mut().zip(&coming) {
            reader.look(&self.book, coming);
        }
        answer
    }

    /// Writes down what is new in the log, once the forum's view knows it.
    async fn write_down(&mut self) {
        self.world.settle().await;
        let page = self.world.log.read_all(self.read_to, &Filter::all(), 4_096).await.unwrap();
        page.events.iter().for_each(|event| self.book.write(event));
        self.read_to = page.read_to;
    }

    async fn post(&mut self, by: usize, thread: usize) {
        self.said += 1;
        let (path, body) = (format!("/threads/{}/posts", self.threads[thread]), format!("ord {}.", self.said));
        let answer = self.ask(by, Method::POST, path, Some(json!({ "body": body }))).await;
        if answer.status == 201 {
            let person = self.readers[by].someone.id;
            assert!(self.book.is_member(person, thread), "only members write: {}", answer.text);
            self.posts[by].push(answer.json()["id"].as_str().unwrap().to_owned());
        }
    }

    async fn edit(&mut self, by: usize) {
        let Some(post) = self.posts[by].last() else { return };
        self.said += 1;
        let path = format!("/posts/{post}");
        let read = self.ask(by, Method::GET, path.clone(), None).await;
        // Whoever has no access any more does not find it.
        let Some(etag) = read.headers.get(header::ETAG) else { return };
        let (etag, body) = (etag.to_str().unwrap().to_owned(), json!({ "body": format!("ord {}.", self.said) }));
        self.ask_with(by, Method::PATCH, &path, &[("if-match", &etag)], Some(body)).await;
    }

    async fn closing(&mut self, method: Method, thread: usize) {
        let path = format!("/threads/{}/closing", self.threads[thread]);
        self.ask(SECRETARY, method, path, Some(json!({"reason": "Så är det."}))).await;
    }

    /// Somebody comes in; into an arena for those who were invited, the secretariat invites them first.
    async fn join(&mut self, who: usize, arena: usize) {
        let path = format!("/arenas/{}/members", self.arenas[arena]);
        let person = self.readers[who].someone.id;
        let joined = self.ask(who, Method::POST, path.clone(), Some(json!({}))).await;
        if joined.status != 201 && who != SECRETARY {
            self.ask(SECRETARY, Method::POST, path.clone(), Some(json!({ "person": person }))).await.is(201);
            self.ask(who, Method::POST, path, Some(json!({}))).await.is(201);
        }
    }

    async fn end_membership(&mut self, by: usize, whose: usize, arena: usize, reason: Option<Value>) {
        let path = format!("/arenas/{}/members/{}", self.arenas[arena], self.readers[whose].someone.id);
        self.ask(by, Method::DELETE, path, reason).await;
    }

    async fn change_access(&mut self, arena: usize, access: ArenaAccess) {
        let path = format!("/arenas/{}", self.arenas[arena]);
        let read = self.ask(SECRETARY, Method::GET, path.clone(), None).await.is(200);
        let etag = read.headers[header::ETAG].to_str().unwrap().to_owned();
        let change = Some(json!({ "access": access }));
        self.ask_with(SECRETARY, Method::PATCH, &path, &[("if-match", &etag)], change).await.is(200);
    }

    async fn revoke(&mut self, who: usize) {
        let reader = &mut self.readers[who];
        // Everything is known to the view: what comes from now on comes after it.
        reader.revoked(self.book.head + 1);
        self.world.revoke(&mut reader.someone).await;
        self.write_down().await;
    }

    async fn connect(&mut self, who: usize, after: After) {
        if self.readers[who].is_connected() {
            return;
        }
        let foreign = self.readers[(who + 1) % PEOPLE].cursor();
        let forged = match after {
            After::Forged => vec!["påhittad".to_owned(), "A".repeat(access::CURSOR_CHARS), foreign],
            After::Newest | After::Older(_) => vec![],
        };
        let forged: Vec<_> = forged.into_iter().filter(|cursor| cursor != "start").collect();
        let back = if let After::Older(back) = after { back } else { 0 };
        self.turn += 1;
        let as_page = self.turn.is_multiple_of(2);
        self.readers[who].connect(&self.address, as_page, &self.book, back, &forged).await;
    }

    async fn restart(&mut self, how: Restart) {
        if how != Restart::Orderly {
            self.readers.iter_mut().for_each(Reader::disconnect);
        }
        let forum = self.world.forum.clone();
        let goodbye = tokio::spawn(async move { forum.close().await });
        for reader in &mut self.readers {
            reader.take_goodbye(&self.book, &opener(&self.world)).await;
        }
        goodbye.await.unwrap().unwrap();
        self.serving.abort();
        self.world.restart(how == Restart::Forgetful).await;
        (self.address, self.serving) = serve(&self.world).await;
    }
}

fn reader(at: usize, someone: Someone, arenas: &[ArenaId], threads: &[ThreadId]) -> Reader {
    let viewer = Viewer { person: someone.id, secretariat: at == SECRETARY };
    let of_threads = threads.iter().enumerate().map(|(place, thread)| {
        let form = if (place + at).is_multiple_of(2) { Form::Event } else { Form::Html };
        (Topic::Thread(place), format!("thread/{thread}"), form)
    });
    let of_arenas =
        arenas.iter().enumerate().map(|(place, arena)| (Topic::Arena(place), format!("arena/{arena}"), Form::Event));
    Reader::new(someone, viewer, of_threads.chain(of_arenas).collect())
}

async fn serve(world: &World) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let router = world.router();
    (address, tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }))
}

/// Opens cursors, which no client can.
fn opener(world: &World) -> impl Fn(PersonId, &str) -> u64 + use<> {
    let (cursors, epoch) = (world.forum.gate().cursors().clone(), world.log.epoch());
    move |person, cursor| {
        cursors.open(cursor).unwrap().position_for(access::Subject::Person(person), epoch).unwrap().get()
    }
}
