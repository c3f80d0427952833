//! A directory over a log in memory, for this crate's tests.

mod browser;

use std::{path::PathBuf, sync::Arc};

use contracts::directory::{Address, AgencyName, PersonName, Role, Title};
use event_log::{Filter, Log, MemoryLog, Recorded};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use types::{AgencyId, ManualClock, PersonId, Position, SequentialIds};

use crate::{
    By, Commands, Directory, Options,
    commands::Invitation,
    domain::{agency::Description, person::Profile},
};

pub(crate) use browser::{Answer, Browser};

pub(crate) const ORIGIN: &str = "http://127.0.0.1:8080";

pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) log: Log,
    pub(crate) data: TempDir,
    pub(crate) directory: Directory,
}

pub(crate) fn options(log: &Log, clock: &Arc<ManualClock>, data: &TempDir) -> Options {
    Options {
        log: log.clone(),
        clock: clock.clone(),
        ids: Arc::new(SequentialIds::default()),
        keys: access::Keys::open(data.path()).unwrap(),
        data: data.path().to_owned(),
        origin: ORIGIN.to_owned(),
        at_least_wait: access::AT_LEAST_WAIT,
        openid: Vec::new(),
        demo: false,
        shutdown: CancellationToken::new(),
    }
}

impl World {
    /// Nothing has happened.
    pub(crate) async fn empty() -> Self {
        Self::start(false).await
    }

    async fn start(demo: bool) -> Self {
        let clock = Arc::new(ManualClock::at("2026-03-02T10:00:00Z".parse().unwrap()));
        let log = Log::new(MemoryLog::new(clock.clone()));
        let data = TempDir::new().unwrap();
        let options = Options { demo, ..options(&log, &clock, &data) };
        let directory = Directory::start(options).await.unwrap();
        Self { clock, log, data, directory }
    }

    /// The same, where all people are invented.
    pub(crate) async fn demo() -> Self {
        Self::start(true).await
    }

    /// A browser that has been nowhere yet.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.directory.router())
    }

    /// A browser in which this person is signed in.
    pub(crate) async fn browser_of(&self, person: PersonId) -> Browser {
        let opened = self.commands().sign_in_as(person).await.unwrap();
        self.read(opened.position).await;
        let mut browser = self.browser();
        let text = access::session_text(opened.session, &opened.secret);
        browser.cookies.insert("erfa-session".to_owned(), text);
        browser
    }

    pub(crate) fn commands(&self) -> &Commands {
        self.directory.commands()
    }

    pub(crate) fn system() -> By {
        By::system("test")
    }

    pub(crate) async fn agency(&self, name: &str) -> AgencyId {
        let description = Description::named(AgencyName::new(name).unwrap());
        self.commands().register_agency(&Self::system(), description).await.unwrap().value
    }

    pub(crate) async fn invited(&self, email: &str, agency: AgencyId, role: Role) -> PersonId {
        let email = Address::new(email).unwrap();
        self.commands().invite(&Self::system(), Invitation { email, agency, role }).await.unwrap().value
    }

    pub(crate) async fn joined(&self, email: &str, name: &str, agency: AgencyId, role: Role) -> PersonId {
        let person = self.invited(email, agency, role).await;
        let profile = profile(name, Some("Handläggare"));
        let joined = self.commands().join(&Self::system(), person, profile).await.unwrap();
        self.read(joined.position).await;
        person
    }

    /// Waits until the view has read up to here.
    pub(crate) async fn read(&self, position: Position) {
        self.directory.views().wait_for(position, std::time::Duration::from_secs(10)).await.unwrap();
    }

    pub(crate) async fn head(&self) -> Position {
        self.log.head().await.unwrap()
    }

    pub(crate) async fn events(&self) -> Vec<Arc<Recorded>> {
        self.log.read_all(Position::START, &Filter::all(), 4_096).await.unwrap().events
    }

    /// The mails in the outbox with a sign-in link, in order.
    pub(crate) fn mails(&self) -> Vec<String> {
        self.outbox().into_iter().filter(|mail| mail.contains("/sign-in/link?")).collect()
    }

    /// The mails in the outbox, in order.
    pub(crate) fn outbox(&self) -> Vec<String> {
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(self.data.path().join("outbox")).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
    }
}

pub(crate) fn profile(name: &str, title: Option<&str>) -> Profile {
    Profile { name: PersonName::new(name).unwrap(), title: title.map(|title| Title::new(title).unwrap()) }
}

/// The link in a mail, or any text: its session and secret.
pub(crate) fn link_in(text: &str) -> (types::SessionId, access::Secret) {
    let (_, link) = text.split_once("/sign-in/link?session=").expect("a link");
    let (session, rest) = link.split_once("&secret=").expect("its secret");
    (session.parse().unwrap(), access::Secret::parse(&rest[..43]).unwrap())
}
