//! API tokens.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, PoisonError},
};

use access::Secret;
use contracts::{
    Audience,
    directory::{Scope, TokenEvent, TokenIssued},
};
use event_sourcing::ExecuteError;
use serde::Serialize;
use types::{Line, PersonId, Timestamp, TokenId};

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
        shown.iter().find(|(known, _)| *known == id).map(|(_, token)| token.clone())
    }
}

impl Commands {
    /// Issues a token to a person.
    pub async fn issue_token(&self, by: &By, person: PersonId, wanted: NewToken) -> Result<Done<IssuedToken>, Error> {
        if people::get(&self.latest().await?, person)?.is_none() {
            return Err(ExecuteError::Refused(Unknown::Unknown).into());
        }
        let now = self.0.clock.now();
        let seconds = now.as_second().saturating_add(i64::from(wanted.days) * SECONDS_A_DAY);
        let expires_at = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
        let (id, secret) = (TokenId::from_uuid(self.id(by, "token")), Secret::new());
        let asked = Asked::to("issue token", &wanted);
        let NewToken { label, scopes, .. } = wanted;
        let token = TokenIssued { person, label, scopes, secret: secret.hash(), expires_at };
        let request = self.request(by, id.uuid(), Audience::System, asked, Command::Issue { token, now });
        let executed = self.0.tokens.execute(request).await?;
        let token = if executed.repeated {
            self.0.shown_tokens.find(id)
        } else {
            let token = access::token_text(id, &secret);
            self.0.shown_tokens.keep(id, &token);
            Some(token)
        };
        let expires_at = executed.events.iter().find_map(|event| match event {
            TokenEvent::Issued(event) => Some(event.expires_at),
            TokenEvent::Revoked(_) => None,
        });
        let value = IssuedToken { id, token, expires_at: expires_at.unwrap_or(now) };
        Ok(Done { value, position: executed.position, repeated: executed.repeated })
    }

    /// Revokes a token of the person.
    pub async fn revoke_token(&self, by: &By, person: PersonId, token: TokenId) -> Result<Done<TokenId>, Error> {
        let asked = Asked::to("revoke token", &token);
        let request = self.request(by, token.uuid(), Audience::System, asked, Command::Revoke { person });
        let executed = self.0.tokens.execute(request).await?;
        Ok(Done { value: token, position: executed.position, repeated: executed.repeated })
    }
}
