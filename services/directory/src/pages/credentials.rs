//! Sessions and tokens as rows of a page, one's own or, for the administration, another's.

use access::Reading;
use service_kit::Problem;
use types::{SessionId, TokenId};
use web::{Html, dates};

use super::{Shell, sign_in_link::view_error};
use crate::views::{agencies, people::PersonRecord, sessions, tokens};

/// A session that goes on.
pub(super) struct SessionRow {
    pub(super) id: SessionId,
    pub(super) began: Html,
    pub(super) expires: Html,
    pub(super) is_this: bool,
}

/// A token.
pub(super) struct TokenRow {
    pub(super) id: TokenId,
    pub(super) label: String,
    pub(super) scopes: String,
    /// For what it is, where it is not for everything of its person's.
    pub(super) is_for: String,
    pub(super) issued: Html,
    pub(super) expires: Html,
    /// On which day it was last used.
    pub(super) used: Option<Html>,
    pub(super) is_open: bool,
}

pub(super) fn session_rows(
    shell: &Shell,
    reading: &Reading,
    person: &PersonRecord,
) -> Result<Vec<SessionRow>, Problem> {
    let (lang, now) = (shell.lang, reading.now());
    let open = sessions::open(&reading.snapshot, person, now).map_err(view_error)?;
    let row = |session: sessions::SessionRecord| SessionRow {
        id: session.id,
        began: dates::moment(lang, session.began_at.unwrap_or(now), now),
        expires: dates::moment(lang, session.expires_at, now),
        is_this: reading.viewer.session() == Some(session.id),
    };
    Ok(open.into_iter().map(row).collect())
}

pub(super) fn token_rows(shell: &Shell, reading: &Reading, person: &PersonRecord) -> Result<Vec<TokenRow>, Problem> {
    let (t, lang, now) = (shell.texts(), shell.lang, reading.now());
    let mut rows = Vec::new();
    for token in tokens::newest(&reading.snapshot, person.id).map_err(view_error)? {
        let agency = match token.integration {
            Some(agency) => agencies::get(&reading.snapshot, agency).map_err(view_error)?,
            None => None,
        };
        let program = agency.map(|record| t.with("token-for-program", [("agency", record.agency.name.as_str())]));
        let arenas = token.arenas.as_ref().map(|arenas| t.with("token-for-arenas", [("n", arenas.len())]));
        rows.push(TokenRow {
            is_open: token.works(person, now),
            id: token.id,
            label: token.label.to_string(),
            scopes: token.scopes.iter().map(|scope| t.of("scope", scope.as_str())).collect::<Vec<_>>().join(", "),
            is_for: program.into_iter().chain(arenas).collect::<Vec<_>>().join(", "),
            issued: dates::day(lang, token.issued_at),
            expires: dates::day(lang, token.expires_at),
            used: token.used_at.map(|at| dates::day(lang, at)),
        });
    }
    Ok(rows)
}
