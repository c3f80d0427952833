//! API tokens.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, PoisonError},
};

use access::Secret;
use contracts::{
    Audience,
    directory::{Role, Scope, TokenEvent, TokenIssued, TokenRotated},
};
use event_sourcing::{ExecuteError, Executed};
use serde::Serialize;
use types::{AgencyId, ArenaId, Line, PersonId, Timestamp, TokenId};

use super::{Asked, By, Commands, Done, Error};
use crate::{
    domain::{person::Error as Unknown, token::Command},
    views::people,
};

/// How many secrets that were just shown can be shown again to a repeated request.
const SHOWN_MAX: usize = 64;
const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// What a token is to be.
#[derive(Clone, Debug, Serialize)]
pub struct NewToken {
    /// What its person calls it.
    pub label: Line<80>,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// How many days it works.
    pub days: u16,
    /// The agency whose program it is for; `None` for the person's own use.
    pub integration: Option<AgencyId>,
    /// The arenas that it is for; `None` for all that its person may read.
    pub arenas: Option<Vec<ArenaId>>,
}

/// A token that was issued.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// Its id.
    pub id: TokenId,
    /// The token itself. It is shown this once; `None` if an earlier request with the same key has shown it.
    pub token: Option<String>,
    /// When it no longer works.
    pub expires_at: Timestamp,
}

impl fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedToken").field("id", &self.id).field("expires_at", &self.expires_at).finish()
    }
}

/// The tokens that were shown last, in memory alone: a form that was sent twice shows its token on both answers.
#[derive(Default)]
pub(super) struct Shown(Mutex<VecDeque<(TokenId, String)>>);

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown(…)")
    }
}

impl Shown {
    fn keep(&self, id: TokenId, token: &str) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.len() >= SHOWN_MAX {
            shown.pop_front();
        }
        shown.push_back((id, token.to_owned()));
    }

    fn find(&self, id: TokenId) -> Option<String> {
        let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.iter().rev().find(|(known, _)| *known == id).map(|(_, token)| token.clone())
    }
}

impl Commands {
    /// Issues a token to a person.
    pub async fn issue_token(&self, by: &By, person: PersonId, wanted: NewToken) -> Result<Done<IssuedToken>, Error> {
        let known = people::get(&self.latest().await?, person)?;
        let Some(known) = known else { return Err(ExecuteError::Refused(Unknown::Unknown).into()) };
        let now = self.now();
        let is_integrator = |held: &&people::Mandate| held.role == Role::Integrator && held.is_in_force(now);
        let integrator_of = known.mandates.iter().filter(is_integrator).map(|held| held.agency).collect();
        let expires_at = self.in_days(wanted.days);
        let (id, secret) = (TokenId::from_uuid(self.id(by, "token")), Secret::new());
        let asked = Asked::to("issue token", &wanted);
        let NewToken { label, scopes, integration, arenas, .. } = wanted;
        let token = TokenIssued { person, label, scopes, secret: secret.hash(), expires_at, integration, arenas };
        let command = Command::Issue { token, integrator_of, now };
        let request = self.request(by, id.uuid(), Audience::System, asked, command);
        let executed = self.0.tokens.execute(request).await?;
        Ok(self.shown(id, &secret, executed, now))
    }

    /// Gives a token of the person another secret; the one before works for a day more, so that programs can be told.
    pub async fn rotate_token(
        &self,
        by: &By,
        person: PersonId,
        id: TokenId,
        days: u16,
    ) -> Result<Done<IssuedToken>, Error> {
        let (now, secret) = (self.now(), Secret::new());
        let asked = Asked::to("rotate token", &(id, days));
        let command = Command::Rotate { person, secret: secret.hash(), expires_at: self.in_days(days), now };
        let request = self.request(by, id.uuid(), Audience::System, asked, command);
        let executed = self.0.tokens.execute(request).await?;
        Ok(self.shown(id, &secret, executed, now))
    }

    fn in_days(&self, days: u16) -> Timestamp {
        let seconds = self.now().as_second().saturating_add(i64::from(days) * SECONDS_A_DAY);
        Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
    }

    fn shown(&self, id: TokenId, secret: &Secret, executed: Executed<TokenEvent>, now: Timestamp) -> Done<IssuedToken> {
        let token = if executed.repeated {
            self.0.shown_tokens.find(id)
        } else {
            let token = access::token_text(id, secret);
            self.0.shown_tokens.keep(id, &token);
            Some(token)
        };
        let expires_at = executed.events.iter().find_map(|event| match event {
            TokenEvent::Issued(TokenIssued { expires_at, .. })
            | TokenEvent::Rotated(TokenRotated { expires_at, .. }) => Some(*expires_at),
            TokenEvent::Used(_) | TokenEvent::Revoked(_) => None,
        });
        let value = IssuedToken { id, token, expires_at: expires_at.unwrap_or(now) };
        Done { value, position: executed.position, repeated: executed.repeated }
    }

    /// Revokes a token of the person.
    pub async fn revoke_token(&self, by: &By, person: PersonId, token: TokenId) -> Result<Done<TokenId>, Error> {
        let asked = Asked::to("revoke token", &token);
        let command = Command::Revoke { person, by: by.authority() };
        let request = self.request(by, token.uuid(), Audience::System, asked, command);
        let executed = self.0.tokens.execute(request).await?;
        Ok(Done { value: token, position: executed.position, repeated: executed.repeated })
    }
}
