//! What this crate asks of `access`: who somebody is, what they may see, and what their cursors say.

use std::sync::{Arc, Mutex, PoisonError};

use access::{BadCursor, Credentials, Gate, Viewer, count, not_foreign, problems::view_problem, renew, same_origin};
use axum::http::HeaderMap;
use contracts::directory::Scope;
use event_sourcing::{Snapshot, ViewError};
use service_kit::{Access, Asker, Problem};
use types::{LogEpoch, Position, Timestamp};

use crate::fault::Fault;

/// Who somebody is, and what they may see.
pub(crate) struct Door {
    gate: Gate,
    /// The newest snapshot, for all sockets together: to open one costs more than to read from it.
    newest: Mutex<Option<Arc<Snapshot>>>,
}

impl Door {
    pub(crate) fn new(gate: Gate) -> Self {
        Self { gate, newest: Mutex::default() }
    }

    /// How far the view has come.
    pub(crate) fn position(&self) -> Position {
        self.gate.views().position()
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        self.gate.now()
    }

    /// A snapshot that is no older than the view was when this was called.
    pub(crate) fn snapshot(&self) -> Result<Arc<Snapshot>, ViewError> {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let position = self.position();
        if let Some(snapshot) = newest.as_ref().filter(|snapshot| snapshot.position() >= position) {
            return Ok(snapshot.clone());
        }
        let snapshot = Arc::new(self.gate.views().snapshot()?);
        *newest = Some(snapshot.clone());
        Ok(snapshot)
    }

    /// Lets go of a snapshot that is no longer the newest, because what it shows can't be freed meanwhile.
    pub(crate) fn let_go(&self) {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.as_ref().is_some_and(|snapshot| snapshot.position() < self.position()) {
            *newest = None;
        }
    }

    /// Refuses an upgrade that another site's page asks for, and one with a cookie that does not say where it comes from.
    pub(crate) fn admit(&self, headers: &HeaderMap) -> Result<(), Problem> {
        match Credentials::of_browser(headers, self.gate.secure()).is_cookie() {
            true => same_origin(headers, self.gate.origin()),
            false => not_foreign(headers, self.gate.origin()),
        }
    }

    /// Counts the opening of a socket: for whose session's cookie is in the headers, or else for the address.
    pub(crate) fn count(&self, asker: &Asker, headers: &HeaderMap) -> Result<(), Problem> {
        let viewer = self.snapshot().and_then(|snapshot| self.recognise(&snapshot, headers, None));
        let viewer = viewer.map_err(|error| view_problem(&error))?;
        count(asker, &viewer.unwrap_or(Viewer::Anonymous), Access::Read)
    }

    /// Whose token this is, or else whose session's cookie is in the headers; `None` if nobody's who may read.
    pub(crate) fn recognise(
        &self,
        snapshot: &Snapshot,
        headers: &HeaderMap,
        token: Option<&str>,
    ) -> Result<Option<Viewer>, ViewError> {
        let credentials = match token {
            Some(token) => Credentials::Token(token.to_owned()),
            None => Credentials::of_browser(headers, self.gate.secure()),
        };
        let viewer = self.gate.listener(snapshot, &credentials)?;
        Ok(viewer.filter(|viewer| viewer.signed_in().is_some_and(|it| it.credential.allows(Scope::Read))))
    }

    /// What is known of the viewer now; `None` if their credential is no longer valid.
    pub(crate) fn renew(&self, snapshot: &Snapshot, viewer: &Viewer) -> Result<Option<Viewer>, ViewError> {
        renew(snapshot, viewer, self.now())
    }

    /// When the viewer's session will have lain unused for too long; `None` if it has.
    pub(crate) fn idle_at(&self, viewer: &Viewer) -> Option<Timestamp> {
        self.gate.idle_at(viewer)
    }

    /// The viewer does something, and not their page by itself.
    pub(crate) fn is_used(&self, viewer: &Viewer) {
        self.gate.is_in_use(viewer);
    }

    /// When the viewer's credential ends, if that is the next thing that time alone changes of them.
    pub(crate) fn expires(&self, snapshot: &Snapshot, viewer: &Viewer) -> Result<Option<Timestamp>, ViewError> {
        let Some(settled_until) = viewer.signed_in().map(|viewer| viewer.settled_until) else { return Ok(None) };
        Ok(renew(snapshot, viewer, settled_until)?.is_none().then_some(settled_until))
    }

    /// The cursor of a position, for a viewer.
    pub(crate) fn seal(&self, epoch: LogEpoch, position: Position, viewer: &Viewer) -> String {
        self.gate.cursors().seal(epoch, position, viewer)
    }

    /// The position that a cursor stands for, if it was made for this viewer.
    pub(crate) fn open(&self, cursor: &str, epoch: LogEpoch, viewer: &Viewer) -> Result<Position, Fault> {
        let opened = self.gate.cursors().open(cursor).and_then(|opened| opened.position_for(viewer, epoch));
        opened.map_err(|bad| match bad {
            BadCursor::Forged => Fault::CursorForged,
            BadCursor::Foreign => Fault::CursorForeign,
            BadCursor::OtherEpoch => Fault::CursorEpoch,
        })
    }
}
