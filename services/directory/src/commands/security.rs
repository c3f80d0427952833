//! Notes for the security log, of what nothing else writes down; and which tokens are in use.

use std::time::Duration;

use access::Refusals;
use contracts::{
    Audience, EventSet as _, Meta,
    directory::{DataExported, SecurityEvent, TokenEvent, TokenUsed},
};
use event_log::{Commit, Expected, NewEvent};
use tokio_util::sync::CancellationToken;
use types::{CommitId, PersonId, Position, StreamId, Timestamp, TokenId};

use super::{By, Commands, Error};
use crate::views::tokens;

/// How often it is noted which tokens were used.
const USES_NOTED_EVERY: Duration = Duration::from_secs(60);
impl Commands {
    /// What notes refusals.
    pub(crate) fn refusals(&self) -> &Refusals {
        &self.0.refusals
    }

    /// Notes that what is kept about somebody was handed out.
    pub async fn note_export(&self, by: &By, person: PersonId) -> Result<Position, Error> {
        let mut meta = Meta::new(by.actor.clone(), Audience::Administration, self.now());
        meta.on_behalf_of = by.on_behalf_of;
        let (id, event) = (CommitId::new(&*self.0.ids), SecurityEvent::from(DataExported { person }));
        let stream = StreamId::new(SecurityEvent::CATEGORY, person.uuid());
        let events = vec![NewEvent::of(id, 0, &event)];
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

fn day(at: Timestamp) -> i64 {
    at.as_second().div_euclid(24 * 60 * 60)
}
