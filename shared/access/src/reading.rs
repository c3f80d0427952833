//! What a handler answers from.

use std::sync::Arc;

use axum_extra::extract::cookie::Cookie;
use contracts::{
    Actor, Audience, Meta, OnBehalfOf,
    directory::{Role, Scope},
};
use event_sourcing::{Snapshot, ViewError};
use types::{ArenaId, Position, Timestamp};

use crate::{FormOwner, Gate, Secret, Standing, Viewer, arenas, csrf_matches, csrf_token};

/// One snapshot, and who looks at it: everything that an answer is made from.
#[derive(Clone)]
pub struct Reading {
    /// The tables.
    pub snapshot: Arc<Snapshot>,
    /// Who looks.
    pub viewer: Viewer,
    gate: Gate,
    now: Timestamp,
    browser: Option<Secret>,
}

impl Reading {
    pub(crate) fn new(gate: Gate, snapshot: Arc<Snapshot>, viewer: Viewer) -> Self {
        let now = gate.now();
        Self { snapshot, viewer, gate, now, browser: None }
    }

    pub(crate) fn in_browser(mut self, browser: Option<Secret>) -> Self {
        self.browser = browser;
        self
    }

    /// The gate that they came through.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// When they came.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The position that the tables have reached.
    pub fn position(&self) -> Position {
        self.snapshot.position()
    }

    /// The cursor of that position: a page's socket asks for what comes after it.
    pub fn cursor(&self) -> String {
        self.cursor_at(self.position())
    }

    /// The cursor of another position for the same viewer, such as that of what they have just written.
    pub fn cursor_at(&self, position: Position) -> String {
        self.gate.cursors().seal(self.snapshot.epoch(), position, &self.viewer)
    }

    /// The cookie that a form's answer sets, so that the page it leads to shows what was written at this position.
    pub fn at_least_cookie(&self, position: Position) -> Cookie<'static> {
        self.gate.at_least_cookie(self.cursor_at(position))
    }

    /// How they stand to an arena.
    pub fn standing(&self, arena: ArenaId) -> Result<Standing, ViewError> {
        arenas::standing(&self.snapshot, &self.viewer, arena)
    }

    /// The secret of a browser that has not signed in, from its `erfa-browser` cookie.
    pub fn browser(&self) -> Option<&Secret> {
        self.browser.as_ref()
    }

    /// What the forms of the page carry in their field `csrf`; empty where there is neither a session nor a browser's
    /// cookie to bind it to, and so no form can be sent.
    pub fn csrf(&self) -> String {
        self.form_owner().map_or_else(String::new, |owner| csrf_token(self.gate.keys(), owner))
    }

    fn form_owner(&self) -> Option<FormOwner<'_>> {
        self.viewer.session().map(FormOwner::Session).or_else(|| self.browser().map(FormOwner::Browser))
    }

    /// Whether this is the form token of their session.
    pub(crate) fn is_form_token(&self, given: &str) -> bool {
        let owner = self.viewer.session().map(FormOwner::Session);
        owner.is_some_and(|owner| csrf_matches(self.gate.keys(), owner, given))
    }

    /// Whether this is the form token of the browser as one that has not signed in. It may have done so since, in
    /// another window.
    pub(crate) fn is_form_token_of_browser(&self, given: &str) -> bool {
        let owner = self.browser().map(FormOwner::Browser);
        owner.is_some_and(|owner| csrf_matches(self.gate.keys(), owner, given))
    }

    /// Who acts.
    pub fn actor(&self) -> Actor {
        match self.viewer.person() {
            Some(person) => Actor::Person { person, token: self.viewer.token() },
            None => Actor::System { part: "visitor".to_owned() },
        }
    }

    /// The meta of what they do now, for their agency as one who takes part.
    pub fn meta(&self, audience: Audience) -> Meta {
        self.meta_as(Role::Participant, audience)
    }

    /// The meta of what they do now in this role: for the agency of their mandate, or their own if they hold none.
    pub fn meta_as(&self, role: Role, audience: Audience) -> Meta {
        let agency = self.viewer.signed_in().map(|viewer| {
            let held = viewer.mandates.iter().find(|held| held.role == role);
            held.filter(|_| role != Role::Participant).map_or(viewer.agency, |held| held.agency)
        });
        let mut meta = Meta::new(self.actor(), audience, self.now);
        meta.on_behalf_of = agency.map(|agency| OnBehalfOf { agency, role });
        meta
    }

    /// Whether the credential may be used for this.
    pub(crate) fn allows(&self, scope: Scope) -> bool {
        self.viewer.signed_in().is_some_and(|viewer| viewer.credential.allows(scope))
    }
}
