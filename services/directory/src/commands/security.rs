//! Notes for the security log, of what nothing else writes down; and which tokens are in use.

use std::time::Duration;

use contracts::{
    Audience, EventSet as _, Meta,
    directory::{AccessRefused, DataExported, SecurityEvent, SignInRefusal, SignInRefused, TokenEvent, TokenUsed},
};
use event_log::{Commit, Expected, NewEvent};
use quick_cache::sync::Cache;
use tokio_util::sync::CancellationToken;
use types::{CommitId, Line, PersonId, Position, StreamId, Timestamp, TokenId};
use uuid::Uuid;

use super::{By, Commands, Error};
use crate::views::tokens;

/// How often it is noted which tokens were used.
const USES_NOTED_EVERY: Duration = Duration::from_secs(60);
/// How many refusals are noted of one person in an hour; there may be many, and they say no more.
pub(super) const REFUSALS_NOTED_MAX: usize = 20;
/// Of how many people refusals are counted.
const COUNTED_MAX: usize = 10_000;

impl Commands {
    /// Notes that what is kept about somebody was handed out.
    pub async fn note_export(&self, by: &By, person: PersonId) -> Result<Position, Error> {
        self.note(by, person.uuid(), DataExported { person }.into()).await
    }

    /// Notes that somebody asked for what is not theirs to do.
    pub(crate) async fn note_access_refused(&self, person: PersonId, route: &str) -> Result<(), Error> {
        let Ok(route) = Line::new(route) else { return Ok(()) };
        if self.0.refusals.may_note(person, self.now()) {
            self.note(&By::system("gate"), person.uuid(), AccessRefused { person, route }.into()).await?;
        }
        Ok(())
    }

    /// Notes that somebody was not signed in.
    pub(super) async fn note_sign_in_refused(&self, person: PersonId, reason: SignInRefusal) -> Result<(), Error> {
        if self.0.refusals.may_note(person, self.now()) {
            let refused = SignInRefused { person: Some(person), reason };
            self.note(&By::system("sign-in"), person.uuid(), refused.into()).await?;
        }
        Ok(())
    }

    async fn note(&self, by: &By, stream: Uuid, event: SecurityEvent) -> Result<Position, Error> {
        let mut meta = Meta::new(by.actor.clone(), Audience::Administration, self.now());
        meta.on_behalf_of = by.on_behalf_of;
        let id = CommitId::new(&*self.0.ids);
        let (stream, events) = (StreamId::new(SecurityEvent::CATEGORY, stream), vec![NewEvent::of(id, 0, &event)]);
        let appended = self.0.log.append(Commit { id, stream, expected: Expected::Any, meta, events }).await?;
        Ok(appended.position)
    }

    /// Notes which tokens were used, of each once a day.
    pub(crate) async fn note_uses(&self, used: Vec<(TokenId, Timestamp)>) -> Result<(), Error> {
        for (token, at) in used {
            let known = tokens::get(&self.0.views.snapshot()?, token)?;
            let is_noted = |known: &tokens::TokenRecord| known.used_at.is_some_and(|noted| day(noted) >= day(at));
            if known.is_none_or(|known| is_noted(&known)) {
                continue;
            }
            let id = CommitId::derived(token.uuid(), &format!("used on day {}", day(at)));
            let by = By::system("token-use");
            let meta = Meta::new(by.actor, Audience::System, self.now());
            let events = vec![NewEvent::of(id, 0, &TokenEvent::from(TokenUsed { at }))];
            let stream = StreamId::new(TokenEvent::CATEGORY, token.uuid());
            self.0.log.append(Commit { id, stream, expected: Expected::Exists, meta, events }).await?;
        }
        Ok(())
    }

    /// Notes now and then which tokens were used, until `shutdown`.
    pub(crate) async fn note_uses_until(self, keys: access::Keys, shutdown: CancellationToken) {
        loop {
            let ended = shutdown.run_until_cancelled(tokio::time::sleep(USES_NOTED_EVERY)).await.is_none();
            if let Err(error) = self.note_uses(keys.take_tokens_used()).await {
                tracing::error!(%error, "it could not be noted which tokens are in use");
            }
            if ended {
                return;
            }
        }
    }
}

/// How many refusals were noted of whom, in which hour. In memory alone: a restart begins to count anew.
pub(super) struct Refusals(Cache<PersonId, (i64, usize)>);

impl Default for Refusals {
    fn default() -> Self {
        Self(Cache::new(COUNTED_MAX))
    }
}

impl Refusals {
    fn may_note(&self, person: PersonId, now: Timestamp) -> bool {
        let hour = now.as_second().div_euclid(60 * 60);
        let noted = self.0.get(&person).filter(|(of, _)| *of == hour).map_or(0, |(_, noted)| noted);
        self.0.insert(person, (hour, noted + 1));
        noted < REFUSALS_NOTED_MAX
    }
}

fn day(at: Timestamp) -> i64 {
    at.as_second().div_euclid(24 * 60 * 60)
}
