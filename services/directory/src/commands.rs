//! The one door in: everything that changes the directory goes through here, whether it comes from a form, the API,
//! the administrator, the demo or a test.

mod agencies;
mod delegation;
mod error;
mod identities;
mod link_requests;
mod people;
mod security;
mod signing_in;
mod succession;
mod suspension;
mod tokens;

use std::{sync::Arc, time::Duration};

use access::{Keys, PersonViewer};
use contracts::{Actor, Audience, Meta, OnBehalfOf, RequestDigest, directory::Role};
use event_log::Log;
use event_sourcing::{Executor, ExecutorOptions, Request, Snapshot, Views};
use serde::Serialize;
use tokio::sync::{Mutex, mpsc};
use types::{Clock, CommitId, Ids, PersonId, Position, Timestamp};
use uuid::Uuid;

pub use agencies::{ImportError, Imported};
pub use delegation::NewDelegation;
pub use error::Error;
pub use identities::{Admission, ProviderAccount};
pub(crate) use link_requests::{LinkHealth, Worker};
pub use people::{Invitation, NewMandate, is_mail_address};
pub use signing_in::{LINK_MINUTES, Link, LinkRequest, Opened, SESSION_HOURS};
pub use tokens::{IssuedToken, NewToken};

use crate::{
    domain::{Authority, Capacity, agency::Agency, identity::Identity, person::Person, session::Session, token::Token},
    outbox::Outbox,
};

/// How long a command waits for the view that it looks things up in.
const VIEW_WAIT: Duration = Duration::from_secs(10);

/// What can be done to the directory. Clones are handles on the same.
#[derive(Clone)]
pub struct Commands(Arc<Inner>);

pub(crate) struct Inner {
    log: Log,
    views: Views,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    outbox: Outbox,
    keys: Keys,
    origin: String,
    agencies: Executor<Agency>,
    people: Executor<Person>,
    identities: Executor<Identity>,
    sessions: Executor<Session>,
    tokens: Executor<Token>,
    link_requests: mpsc::Sender<link_requests::Job>,
    /// Held while agencies are looked up by name and registered, so that none is registered twice.
    registering: Mutex<()>,
    /// Held while people are looked up by address and invited, so that nobody is invited twice.
    inviting: Mutex<()>,
    shown_tokens: tokens::Shown,
    refusals: access::Refusals,
}

/// Who acts, for whom, in which capacity, and whether the same request may come again.
#[derive(Clone, Debug)]
pub struct By {
    actor: Actor,
    on_behalf_of: Option<OnBehalfOf>,
    authority: Authority,
    commit: Option<CommitId>,
}

/// What a command led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done<T> {
    /// What it is about.
    pub value: T,
    /// Read up to here and you have read what happened.
    pub position: Position,
    /// Whether it happened at an earlier request with the same key.
    pub repeated: bool,
}

impl By {
    /// Erfa itself, or its administrator: `part` says which, such as `import` or `first-start`.
    pub fn system(part: &str) -> Self {
        let actor = Actor::System { part: part.to_owned() };
        Self { actor, on_behalf_of: None, authority: Authority::System, commit: None }
    }

    /// A person who is signed in.
    pub fn viewer(viewer: &PersonViewer) -> Self {
        let PersonViewer { person, agency, .. } = *viewer;
        let holds = |role: Role| viewer.joined && viewer.mandates.iter().any(|held| held.role == role);
        let contact_person_of = viewer
            .mandates
            .iter()
            .find(|held| held.role == Role::ContactPerson && held.agency == agency && viewer.participates)
            .map(|held| held.agency);
        let capacity = Capacity {
            person,
            secretariat: viewer.participates && holds(Role::Secretariat),
            administrator: holds(Role::Administrator),
            contact_person_of,
        };
        let role = match capacity {
            Capacity { secretariat: true, .. } => Role::Secretariat,
            Capacity { contact_person_of: Some(_), .. } => Role::ContactPerson,
            Capacity { administrator: true, .. } => Role::Administrator,
            _ => Role::Participant,
        };
        let token = match viewer.credential {
            access::Credential::Token { id, .. } => Some(id),
            access::Credential::Session(_) | access::Credential::SessionToken { .. } => None,
        };
        let actor = Actor::Person { person, token };
        let authority = Authority::Person(capacity);
        Self { actor, on_behalf_of: Some(OnBehalfOf { agency, role }), authority, commit: None }
    }

    /// The same request may come again, and has this id then too.
    #[must_use]
    pub fn once(self, id: Uuid) -> Self {
        let whose = self.person().map_or_else(Uuid::nil, PersonId::uuid);
        Self { commit: Some(CommitId::derived(id, &format!("by {whose}"))), ..self }
    }

    /// The same request may come again, and has this `Idempotency-Key` then too.
    #[must_use]
    pub fn once_by_key(self, key: &str) -> Self {
        self.once(CommitId::derived(Uuid::nil(), &format!("idempotency key {key}")).uuid())
    }

    /// The same for one of many that are changed by one request, each of which knows for itself whether it was.
    pub(crate) fn for_each(&self) -> Self {
        Self { commit: None, ..self.clone() }
    }

    /// In which capacity they act.
    pub fn authority(&self) -> Authority {
        self.authority
    }

    /// The person, if it is one.
    pub fn person(&self) -> Option<PersonId> {
        self.actor.person()
    }
}

/// What [`Commands`] are made of.
pub(crate) struct Parts {
    pub(crate) log: Log,
    pub(crate) views: Views,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) outbox: Outbox,
    pub(crate) keys: Keys,
    pub(crate) origin: String,
}

impl Commands {
    /// The commands, and the worker that carries out what they queue.
    pub(crate) fn new(parts: Parts) -> (Self, Worker) {
        let Parts { log, views, clock, ids, outbox, keys, origin } = parts;
        let (link_requests, waiting) = link_requests::queue();
        let options = ExecutorOptions::default();
        let commands = Self(Arc::new(Inner {
            agencies: Executor::new(log.clone(), options),
            people: Executor::new(log.clone(), options),
            identities: Executor::new(log.clone(), options),
            sessions: Executor::new(log.clone(), options),
            tokens: Executor::new(log.clone(), options),
            registering: Mutex::default(),
            inviting: Mutex::default(),
            shown_tokens: tokens::Shown::default(),
            refusals: access::Refusals::new(log.clone(), clock.clone(), ids.clone()),
            log,
            views,
            clock,
            ids,
            outbox,
            keys,
            origin,
            link_requests,
        }));
        let worker = Worker::new(commands.clone(), waiting);
        (commands, worker)
    }

    /// A new id, such as a form carries to be known again when it is sent twice.
    pub fn new_id(&self) -> Uuid {
        self.0.ids.uuid()
    }

    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// What the log's last word is on everything that was durable when this was called.
    async fn latest(&self) -> Result<Snapshot, Error> {
        let head = self.0.log.head().await?;
        self.0.views.wait_for(head, VIEW_WAIT).await?;
        Ok(self.0.views.snapshot()?)
    }

    /// A new id, or the one that follows from the id that the sender chose.
    fn id(&self, by: &By, purpose: &str) -> Uuid {
        by.commit.map_or_else(|| self.0.ids.uuid(), |commit| CommitId::derived(commit.uuid(), purpose).uuid())
    }

    /// The request for `command`, which `asked` describes.
    fn request<C>(&self, by: &By, stream: Uuid, audience: Audience, asked: Asked<'_>, command: C) -> Request<C> {
        let mut meta = Meta::new(by.actor.clone(), audience, self.0.clock.now());
        meta.on_behalf_of = by.on_behalf_of;
        if by.commit.is_some() {
            meta.request = Some(asked.digest);
        }
        let commit = CommitId::from_uuid(self.id(by, asked.operation));
        Request { stream, commit, meta, command, repeatable: by.commit.is_some() }
    }
}

/// What was asked for, so that the same request is known when it comes again.
struct Asked<'a> {
    operation: &'a str,
    digest: RequestDigest,
}

impl<'a> Asked<'a> {
    fn to(operation: &'a str, about: &impl Serialize) -> Self {
        Self { operation, digest: RequestDigest::of(operation, about) }
    }
}

#[cfg(test)]
mod tests;
