//! Playing a plan to its end, and looking what became of it.

use std::{future::Future, time::Duration};

use reqwest::Method;
use serde_json::json;
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::{JoinHandle, JoinSet},
};

use crate::{
    check::Verdict,
    look::{self, Look},
    plan::{Client, Plan, READERS, Step, WRITERS},
    reader::{Following, Heard, Reader},
    stage::{Someone, Stage},
    truth::Truth,
    verdict::{self, Shown},
    writer::{Deed, Outcome, Writer, until_answered},
};

/// How long anything may take before a run has failed: much longer than it takes on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(240);
/// Deeds that wait for a writer. More of them wait for their turn.
const DEEDS_MAX: usize = 3;
/// What is posted last in every thread. Whoever has heard it has heard all that there is.
const MARK: &str = "allt är stilla";

/// Plays a plan; `Err` says what was not as it should be.
pub(crate) async fn play(plan: &Plan) -> Verdict {
    let stage = Stage::set().await;
    let mut cast = Cast::enter(&stage).await;
    let mut play = Play { stage, plan };
    for &step in &plan.steps {
        within(&format!("the end of {step:?}"), play.perform(&cast, step)).await;
    }
    play.calm(&cast);
    let outcomes = within("the writers' answers", cast.answered()).await;
    play.mark().await;
    let heard = within("the readers' marks", cast.quiet()).await;
    play.verdict(&outcomes, heard).await
}

async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("{what} did not come"))
}

/// Those who write and those who listen.
struct Cast {
    deeds: Vec<mpsc::Sender<Deed>>,
    writing: Vec<JoinHandle<Vec<Outcome>>>,
    paused: Vec<watch::Sender<bool>>,
    heard: Vec<watch::Receiver<Heard>>,
    /// Aborts those who listen when it is dropped.
    _listening: JoinSet<()>,
}

impl Cast {
    async fn enter(stage: &Stage) -> Self {
        let (mut deeds, mut writing) = (Vec::with_capacity(WRITERS), Vec::with_capacity(WRITERS));
        for (number, someone) in stage.writers.iter().enumerate() {
            let (deed, to_do) = mpsc::channel(DEEDS_MAX);
            let writer = Writer::new(number, someone.person(), stage.threads.clone());
            writing.push(tokio::spawn(writer.write(to_do)));
            deeds.push(deed);
        }
        let (mut paused, mut heard) = (Vec::with_capacity(READERS), Vec::with_capacity(READERS));
        let mut listening = JoinSet::new();
        for (number, someone) in stage.readers.iter().enumerate() {
            let mut following = Vec::new();
            for thread in &stage.threads {
                following.push(match number % 2 {
                    0 => Following::from_start(),
                    _ => {
                        let html = look::open(&stage.address, &someone.inhabitant, thread, 1).await;
                        let html = html.expect("members read");
                        Following::from_page(&html, look::cursor_of(&html).to_owned())
                    }
                });
            }
            let (pause, is_paused) = watch::channel(false);
            let client = (someone.proxy.address(), someone.inhabitant.token.clone());
            let (reader, told) = Reader::new(client, (stage.threads.clone(), following), is_paused, MARK);
            listening.spawn(reader.listen());
            paused.push(pause);
            heard.push(told);
        }
        Self { deeds, writing, paused, heard, _listening: listening }
    }

    async fn tell(&self, writer: usize, deed: Deed) {
        self.deeds[writer].send(deed).await.expect("writers take what they are told");
    }

    /// What became of the posts, once every request was answered.
    async fn answered(&mut self) -> Vec<Outcome> {
        self.deeds.clear();
        let mut outcomes = Vec::new();
        for writing in self.writing.drain(..) {
            outcomes.extend(writing.await.expect("writers do not fail"));
        }
        outcomes
    }

    /// What the readers have heard, once nothing more is to come.
    async fn quiet(&mut self) -> Vec<Heard> {
        let mut all = Vec::new();
        for heard in &mut self.heard {
            all.push(heard.wait_for(Heard::is_quiet).await.expect("readers do not fail").clone());
        }
        all
    }
}

/// A plan on its stage.
struct Play<'a> {
    stage: Stage,
    plan: &'a Plan,
}

impl Play<'_> {
    async fn perform(&mut self, cast: &Cast, step: Step) {
        match step {
            Step::Post { writer, thread } => cast.tell(writer, Deed::Post { thread }).await,
            Step::Edit { writer } => cast.tell(writer, Deed::Edit).await,
            Step::Withdraw { writer } => cast.tell(writer, Deed::Withdraw).await,
            Step::Answered { writer } => {
                let (tell, told) = oneshot::channel();
                cast.tell(writer, Deed::Answered(tell)).await;
                told.await.expect("writers do not fail");
            }
            Step::Close { thread } => self.closing(Method::PUT, thread).await,
            Step::Reopen { thread } => self.closing(Method::DELETE, thread).await,
            Step::Lag { client, ms } => self.stage.someone(client).proxy.lag(Duration::from_millis(ms)),
            Step::Cut { client } => self.stage.someone(client).proxy.cut(),
            Step::LoseAnswer { client } => self.stage.someone(client).proxy.lose_answer(),
            Step::Pause { reader } => _ = cast.paused[reader].send(true),
            Step::GoOn { reader } => _ = cast.paused[reader].send(false),
            Step::Restart => {
                self.stage.stop();
                self.stage.start();
            }
            Step::Kill => {
                self.stage.kill();
                self.stage.start();
            }
            Step::Remove { client, thread } => self.remove(client, thread).await,
            Step::Revoke { client } => self.revoke(client).await,
        }
    }

    async fn closing(&self, method: Method, thread: usize) {
        let path = format!("/api/forum/v1/threads/{}/closing", self.stage.threads[thread].id);
        let secretariat = self.stage.near(&self.stage.secretary);
        let request = || secretariat.request(method.clone(), &path).json(&json!({"reason": "Så är det."}));
        until_answered(request).await;
    }

    async fn remove(&self, client: Client, thread: usize) {
        let who = self.stage.someone(client).inhabitant.person;
        let path = format!("/api/forum/v1/arenas/{}/members/{who}", self.stage.threads[thread].arena);
        let secretariat = self.stage.near(&self.stage.secretary);
        let request = || secretariat.request(Method::DELETE, &path).json(&json!({"reason": "Så är det."}));
        assert_eq!(until_answered(request).await.status, 200, "the secretariat ends memberships");
    }

    /// A token may revoke itself; again it is none any more.
    async fn revoke(&self, client: Client) {
        let whose = &self.stage.someone(client).inhabitant;
        let path = format!("/api/directory/v1/me/tokens/{}", whose.token_id);
        let person = self.stage.near(whose);
        let status = until_answered(|| person.request(Method::DELETE, &path)).await.status;
        assert!([200, 401].contains(&status.as_u16()), "a token revokes itself: {status}");
    }

    /// The networks are good from now on, and everyone listens.
    fn calm(&self, cast: &Cast) {
        for someone in self.stage.writers.iter().chain(&self.stage.readers) {
            someone.proxy.lag(Duration::ZERO);
        }
        cast.paused.iter().for_each(|paused| _ = paused.send(false));
    }

    /// Sets the mark in every thread.
    async fn mark(&self) {
        for thread in 0..self.stage.threads.len() {
            self.closing(Method::DELETE, thread).await;
            let path = format!("/api/forum/v1/threads/{}/posts", self.stage.threads[thread].id);
            let secretariat = self.stage.near(&self.stage.secretary);
            let (status, answer) = secretariat.api(Method::POST, &path, Some(&json!({ "body": MARK }))).await;
            assert_eq!(status, 201, "{answer}");
            let (status, answer) = secretariat.api(Method::GET, &path, None).await;
            assert_eq!(status, 200, "the view has it: {answer}");
        }
    }

    /// Looks at what everybody is shown, and compares it with what happened.
    async fn verdict(mut self, outcomes: &[Outcome], heard: Vec<Heard>) -> Verdict {
        let live = self.look().await;
        let replayed = self.replays().await;
        self.stage.renew(self.plan.renewal);
        let renewed = self.look().await;
        self.stage.stop();
        let truth = Truth::read(self.stage.data()).await;
        let shown = Shown { heard, live, replayed, renewed };
        verdict::of(&self.stage, &truth, outcomes, &shown)
    }

    /// What every reader is shown of every thread, by the API and in the page.
    async fn look(&self) -> Vec<Vec<Look>> {
        let mut all = Vec::new();
        for Someone { inhabitant, .. } in &self.stage.readers {
            let program = self.stage.near(inhabitant);
            let mut of_reader = Vec::new();
            for thread in &self.stage.threads {
                let in_api = look::in_api(&program, thread).await;
                let in_pages = look::in_pages(&self.stage.address, inhabitant, thread).await;
                of_reader.push(Look { in_api, in_pages });
            }
            all.push(of_reader);
        }
        all
    }

    /// What every reader hears who begins at the start now.
    async fn replays(&self) -> Vec<Heard> {
        let mut all = Vec::new();
        for someone in &self.stage.readers {
            let following = self.stage.threads.iter().map(|_| Following::from_start()).collect();
            let client = (self.stage.address.clone(), someone.inhabitant.token.clone());
            let (_pause, paused) = watch::channel(false);
            let (reader, mut told) = Reader::new(client, (self.stage.threads.clone(), following), paused, MARK);
            let listening = tokio::spawn(reader.listen());
            all.push(within("a replay", told.wait_for(Heard::is_quiet)).await.expect("it does not fail").clone());
            listening.abort();
        }
        all
    }
}
