//! The gate: what a service needs to know who asks, and to answer them from one snapshot.

use std::{sync::Arc, time::Duration};

use event_sourcing::{Snapshot, ViewError, Views, WaitError};
use service_kit::{Problem, problems};
use types::{Clock, Timestamp};

use crate::{
    Credential, Credentials, Cursors, Keys, Opened, Reading, SessionToken, Viewer, authenticate, cookies, origin,
    problems::{cursor_problem, view_problem},
};

/// How long a read waits for what it is to see, if nothing else is said.
pub const AT_LEAST_WAIT: Duration = Duration::from_secs(2);

/// When to ask again where a view has stopped, which somebody has to look at.
const VIEW_STOPPED_RETRY_SECONDS: u64 = 60;

/// What recognises those who ask, and gives each request the snapshot that it is answered from. Cheap to clone.
#[derive(Clone)]
pub struct Gate(Arc<Inner>);

struct Inner {
    views: Views,
    keys: Keys,
    cursors: Cursors,
    clock: Arc<dyn Clock>,
    options: GateOptions,
}

/// What a gate is told.
#[derive(Clone, Debug)]
pub struct GateOptions {
    /// Erfa's own origin, such as `https://erfa.example` or `http://127.0.0.1:8080`.
    pub origin: String,
    /// How long a read waits for what it is to see.
    pub at_least_wait: Duration,
}

impl GateOptions {
    /// At this origin, with the usual wait.
    pub fn new(origin: impl Into<String>) -> Self {
        Self { origin: origin.into(), at_least_wait: AT_LEAST_WAIT }
    }
}

/// What becomes of a request whose `at-least` can't be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AtLeast {
    /// A program asked for it: it is told.
    Required,
    /// A browser carried it along: it is shown what there is.
    Wished,
}

impl Gate {
    /// Over the views of a service, which fold [`AccessFold`](crate::AccessFold).
    pub fn new(views: Views, keys: Keys, clock: Arc<dyn Clock>, mut options: GateOptions) -> Self {
        options.origin = origin::normalized(&options.origin);
        let cursors = Cursors::new(&keys);
        Self(Arc::new(Inner { views, keys, cursors, clock, options }))
    }

    /// The service's views.
    pub fn views(&self) -> &Views {
        &self.0.views
    }

    /// The keys.
    pub fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// What makes and opens cursors.
    pub fn cursors(&self) -> &Cursors {
        &self.0.cursors
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// Erfa's own origin.
    pub fn origin(&self) -> &str {
        &self.0.options.origin
    }

    /// Whether cookies are for https alone.
    pub fn secure(&self) -> bool {
        cookies::is_secure(self.origin())
    }

    /// The viewer whose session's cookie this is, which is used now; [`Viewer::Anonymous`] if it is no cookie of a
    /// session that lasts.
    pub fn viewer_of_session(&self, snapshot: &Snapshot, cookie: &str) -> Result<Viewer, ViewError> {
        let viewer = authenticate::viewer_of_session(snapshot, cookie, self.now())?;
        let viewer = viewer.map(|it| Viewer::Person(Arc::new(it))).filter(|viewer| self.is_in_use(viewer));
        Ok(viewer.unwrap_or(Viewer::Anonymous))
    }

    /// Who listens with these credentials, as on a socket; `None` if nobody does. That is no use of a session.
    pub fn listener(&self, snapshot: &Snapshot, credentials: &Credentials) -> Result<Option<Viewer>, ViewError> {
        let viewer = match credentials {
            Credentials::Nothing => None,
            Credentials::Session(cookie) => {
                let viewer = authenticate::viewer_of_session(snapshot, cookie, self.now())?;
                viewer.map(|it| Viewer::Person(Arc::new(it)))
            }
            Credentials::Token(token) => self.known_by_token(snapshot, token)?,
        };
        Ok(viewer.filter(|viewer| self.idle_at(viewer).is_some()))
    }

    /// Somebody who listens does something, with which their session, if they have one, is used. Whether it had not lain
    /// unused for too long.
    pub fn is_in_use(&self, viewer: &Viewer) -> bool {
        viewer.session().is_none_or(|session| self.0.keys.last_seen().touch(session, self.now()))
    }

    /// When the viewer's session will have lain unused for too long, unless it is used; `None` if it has. Who has none, such
    /// as a program, may be silent for ever.
    pub fn idle_at(&self, viewer: &Viewer) -> Option<Timestamp> {
        viewer.session().map_or(Some(Timestamp::MAX), |session| self.0.keys.last_seen().idle_at(session, self.now()))
    }

    /// A token of the viewer's session, with which other processes recognise them for a few minutes; `None` if they show no
    /// session's cookie, or this process can't sign.
    pub fn session_token(&self, viewer: &Viewer) -> Option<SessionToken> {
        let session = viewer.session().filter(|_| viewer.is_at_browser())?;
        self.0.keys.session_token().sign(session, self.now())
    }

    /// The viewer whose API token or session token this is; `None` if it is no token that is valid.
    pub fn viewer_of_token(&self, snapshot: &Snapshot, token: &str) -> Result<Option<Viewer>, ViewError> {
        Ok(self.known_by_token(snapshot, token)?.filter(|viewer| self.is_in_use(viewer)))
    }

    fn known_by_token(&self, snapshot: &Snapshot, token: &str) -> Result<Option<Viewer>, ViewError> {
        if let Some(session) = self.0.keys.session_token().session(token, self.now()) {
            let viewer = authenticate::viewer_of_session_token(snapshot, session, self.now())?;
            return Ok(viewer.map(|it| Viewer::Person(Arc::new(it))));
        }
        let viewer = authenticate::viewer_of_token(snapshot, token, self.now())?;
        if let Some(Credential::Token { id, .. }) = viewer.as_ref().map(|viewer| &viewer.credential) {
            self.0.keys.token_used(*id, self.now());
        }
        Ok(viewer.map(|viewer| Viewer::Person(Arc::new(viewer))))
    }

    /// The viewer with these credentials. A session that does not last is that of nobody; a token that is not valid is
    /// refused.
    pub fn viewer(&self, snapshot: &Snapshot, credentials: &Credentials) -> Result<Viewer, Problem> {
        match credentials {
            Credentials::Nothing => Ok(Viewer::Anonymous),
            Credentials::Session(cookie) => {
                self.viewer_of_session(snapshot, cookie).map_err(|error| view_problem(&error))
            }
            Credentials::Token(token) => {
                self.viewer_of_token(snapshot, token).map_err(|error| view_problem(&error))?.ok_or_else(|| {
                    Problem::new(&problems::UNAUTHORIZED).detail("the token is unknown, revoked or expired")
                })
            }
        }
    }

    /// A snapshot that has reached the cursor `at_least`, and the viewer with these credentials in it. Waits for the
    /// view, bounded; refuses a token that is not valid and a cursor that is not theirs.
    pub async fn reading(&self, credentials: &Credentials, at_least: Option<&str>) -> Result<Reading, Problem> {
        self.read(credentials, at_least, AtLeast::Required).await
    }

    pub(crate) async fn read(
        &self,
        credentials: &Credentials,
        at_least: Option<&str>,
        mode: AtLeast,
    ) -> Result<Reading, Problem> {
        // A view that has stopped no longer hears of rights that end.
        if self.0.views.failure().is_some() {
            return Err(Problem::new(&problems::UNAVAILABLE).retry_after(VIEW_STOPPED_RETRY_SECONDS));
        }
        let opened = at_least.map(|cursor| self.0.cursors.open(cursor));
        let waited = match &opened {
            Some(Ok(opened)) => self.wait_for(opened).await?,
            _ => Ok(()),
        };
        let snapshot = self.0.views.snapshot().map_err(|error| view_problem(&error))?;
        let viewer = self.viewer(&snapshot, credentials)?;
        if mode == AtLeast::Required {
            if let Some(opened) = opened {
                opened.and_then(|it| it.position_for(&viewer, snapshot.epoch())).map_err(cursor_problem)?;
            }
            waited.map_err(|error| unreached(&error))?;
        }
        Ok(Reading::new(self.clone(), Arc::new(snapshot), viewer))
    }

    async fn wait_for(&self, opened: &Opened) -> Result<Result<(), WaitError>, Problem> {
        let epoch = self.0.views.snapshot().map_err(|error| view_problem(&error))?.epoch();
        Ok(match opened.position_in(epoch) {
            Some(position) if self.0.views.position() < position => {
                self.0.views.wait_for(position, self.0.options.at_least_wait).await
            }
            _ => Ok(()),
        })
    }
}

fn unreached(error: &WaitError) -> Problem {
    match error {
        WaitError::TimedOut { .. } => Problem::new(&problems::NOT_YET_VISIBLE)
            .detail("the view has not come as far as `at-least` yet: ask again")
            .retry_after(1),
        WaitError::Stopped(_) => Problem::new(&problems::UNAVAILABLE).retry_after(1),
    }
}
