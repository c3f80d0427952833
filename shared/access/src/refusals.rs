//! Refusals that the security log hears of: somebody who is signed in, or signs in, asked for what is not theirs.

use std::sync::Arc;

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use contracts::{
    Actor, Audience, EventSet as _, Meta,
    directory::{AccessRefused, SecurityEvent, SignInRefusal, SignInRefused},
};
use event_log::{AppendError, Commit, Expected, Log, NewEvent};
use http::{
    HeaderMap, StatusCode,
    header::{AUTHORIZATION, COOKIE},
};
use quick_cache::sync::Cache;
use service_kit::Problem;
use types::{Clock, CommitId, Ids, Line, PersonId, StreamId, Timestamp};

use crate::{
    Credentials, Gate, RefusedTo,
    problems::{BAD_FORM_TOKEN, FOREIGN_ORIGIN},
};

/// How many refusals are noted of one person in an hour; there may be many, and they say no more.
const NOTED_MAX: usize = 20;
/// Of how many people refusals are counted.
const COUNTED_MAX: usize = 10_000;
/// What is answered to requests that did not come from a page of ours.
const FORGED: [&str; 2] = [FOREIGN_ORIGIN.code, BAD_FORM_TOKEN.code];

/// What notes refusals: for each person at most twenty an hour. Cheap to clone.
#[derive(Clone)]
pub struct Refusals(Arc<Inner>);

struct Inner {
    log: Log,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    /// How many were noted of whom, in which hour. In memory alone: a restart begins to count anew.
    noted: Cache<PersonId, (i64, usize)>,
}

/// What [`note_refusals`] works with.
#[derive(Clone)]
pub struct RefusalNotes {
    /// Recognises who was refused.
    pub gate: Gate,
    /// Notes it.
    pub refusals: Refusals,
}

impl Refusals {
    /// Into this log.
    pub fn new(log: Log, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self(Arc::new(Inner { log, clock, ids, noted: Cache::new(COUNTED_MAX) }))
    }

    /// Notes that somebody was not signed in.
    pub async fn sign_in(&self, person: PersonId, reason: SignInRefusal) -> Result<(), AppendError> {
        let refused = SignInRefused { person: Some(person), reason };
        self.note("sign-in", person, refused.into()).await
    }

    /// Notes that somebody asked for what is not theirs to see or do.
    async fn access(&self, person: PersonId, route: &str) -> Result<(), AppendError> {
        let Ok(route) = Line::new(route) else { return Ok(()) };
        self.note("gate", person, AccessRefused { person, route }.into()).await
    }

    async fn note(&self, part: &str, person: PersonId, event: SecurityEvent) -> Result<(), AppendError> {
        let Inner { log, clock, ids, .. } = &*self.0;
        if !self.may_note(person, clock.now()) {
            return Ok(());
        }
        let meta = Meta::new(Actor::System { part: part.to_owned() }, Audience::Administration, clock.now());
        let id = CommitId::new(&**ids);
        let (stream, events) =
            (StreamId::new(SecurityEvent::CATEGORY, person.uuid()), vec![NewEvent::of(id, 0, &event)]);
        log.append(Commit { id, stream, expected: Expected::Any, meta, events }).await?;
        Ok(())
    }

    fn may_note(&self, person: PersonId, now: Timestamp) -> bool {
        let (hour, noted) = (now.as_second().div_euclid(60 * 60), &self.0.noted);
        let before = noted.get(&person).filter(|(of, _)| *of == hour).map_or(0, |(_, noted)| noted);
        noted.insert(person, (hour, before + 1));
        before < NOTED_MAX
    }
}

/// A layer around a service's routes. It notes what is answered 403 to somebody who is signed in, and the pages that are
/// not there for them ([`RefusedTo`]).
pub async fn note_refusals(State(notes): State<RefusalNotes>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let shown: HeaderMap = [COOKIE, AUTHORIZATION]
        .into_iter()
        .filter_map(|name| request.headers().get(&name).map(|value| (name, value.clone())))
        .collect();
    let response = next.run(request).await;
    if let (Some(person), Some(route)) = (refused(&notes.gate, &response, &shown), route)
        && let Err(error) = notes.refusals.access(person, route.as_str()).await
    {
        tracing::error!(%error, "a refusal could not be noted");
    }
    response
}

fn refused(gate: &Gate, response: &Response, shown: &HeaderMap) -> Option<PersonId> {
    if let Some(RefusedTo(person)) = response.extensions().get() {
        return Some(*person);
    }
    // What another site's page sent in somebody's name is not their doing.
    let is_forged = Problem::of(response).is_some_and(|problem| FORGED.contains(&problem.kind().code));
    if response.status() != StatusCode::FORBIDDEN || is_forged {
        return None;
    }
    let snapshot = gate.views().snapshot().ok()?;
    gate.viewer(&snapshot, &Credentials::of_api(shown, gate.secure())).ok()?.person()
}
