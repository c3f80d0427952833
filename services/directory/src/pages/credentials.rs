//! Sessions, tokens and linked accounts as rows of a page, one's own or, for the administration, another's.

use access::Reading;
use service_kit::Problem;
use types::{PersonId, Timestamp};
use web::{Html, dates};

use super::{Shell, fields, sign_in_link::view_error};
use crate::views::{agencies, identities, people::PersonRecord, sessions, tokens};

/// From which page they are looked at, and so where their buttons lead.
#[derive(Clone, Copy)]
pub(super) enum SeenFrom {
    /// One's own page, where one's own session is ended by signing out.
    OwnPage,
    /// The administration's page of this person.
    Administration(PersonId),
}

impl SeenFrom {
    fn path(self) -> String {
        match self {
            Self::OwnPage => "/me".to_owned(),
            Self::Administration(person) => super::admin_person::path(person),
        }
    }
}

/// A session that goes on.
pub(super) struct SessionRow {
    pub(super) began: Html,
    pub(super) expires: Html,
    pub(super) is_this: bool,
    /// Where it is ended.
    pub(super) end: Option<String>,
}

/// A token.
pub(super) struct TokenRow {
    pub(super) label: String,
    pub(super) scopes: String,
    /// For what it is, where it is not for everything of its person's.
    pub(super) is_for: String,
    pub(super) issued: Html,
    pub(super) expires: Html,
    /// On which day it was last used.
    pub(super) used: Option<Html>,
    /// Where it is given another secret, and the id of that commit.
    pub(super) rotate: Option<(String, String)>,
    /// Where it is revoked, if it is not over.
    pub(super) revoke: Option<String>,
}

/// An account at an OpenID provider.
pub(super) struct IdentityRow {
    pub(super) provider: String,
    pub(super) account: String,
    pub(super) linked: Html,
    pub(super) linked_at: Timestamp,
    /// Where the link is undone.
    pub(super) unlink: String,
}

pub(super) fn session_rows(
    shell: &Shell,
    reading: &Reading,
    person: &PersonRecord,
    from: SeenFrom,
) -> Result<Vec<SessionRow>, Problem> {
    let (lang, now) = (shell.lang, reading.now());
    let open = sessions::open(&reading.snapshot, person, now).map_err(view_error)?;
    let row = |session: sessions::SessionRecord| {
        let is_this = reading.viewer.session() == Some(session.id);
        let is_left = is_this && matches!(from, SeenFrom::OwnPage);
        SessionRow {
            began: dates::moment(lang, session.began_at.unwrap_or(now), now),
            expires: dates::moment(lang, session.expires_at, now),
            is_this,
            end: (!is_left).then(|| format!("{}/sessions/{}/end", from.path(), session.id)),
        }
    };
    Ok(open.into_iter().map(row).collect())
}

pub(super) fn token_rows(
    shell: &Shell,
    reading: &Reading,
    person: &PersonRecord,
    from: SeenFrom,
) -> Result<Vec<TokenRow>, Problem> {
    let (t, lang, now) = (shell.texts(), shell.lang, reading.now());
    let mut rows = Vec::new();
    for token in tokens::newest(&reading.snapshot, person.id).map_err(view_error)? {
        let agency = match token.integration {
            Some(agency) => agencies::get(&reading.snapshot, agency).map_err(view_error)?,
            None => None,
        };
        let program = agency.map(|record| t.with("token-for-program", [("agency", record.agency.name.as_str())]));
        let arenas = token.arenas.as_ref().map(|arenas| t.with("token-for-arenas", [("n", arenas.len())]));
        let works = token.works(person, now);
        let path = format!("{}/tokens/{}", from.path(), token.id);
        let is_own = matches!(from, SeenFrom::OwnPage);
        rows.push(TokenRow {
            rotate: (works && is_own).then(|| (format!("{path}/rotate"), fields::new_commit(&shell.app))),
            revoke: works.then(|| format!("{path}/revoke")),
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

/// The accounts of a person.
pub(super) fn identity_rows(
    shell: &Shell,
    reading: &Reading,
    person: PersonId,
    from: SeenFrom,
) -> Result<Vec<IdentityRow>, Problem> {
    let known = identities::of_person(&reading.snapshot, person).map_err(view_error)?;
    let row = |known: identities::IdentityRecord| IdentityRow {
        provider: shell.app.openid.name_of(&known.issuer, shell.lang),
        account: known.account,
        linked: dates::day(shell.lang, known.linked_at),
        linked_at: known.linked_at,
        unlink: format!("{}/identities/{}/unlink", from.path(), known.id),
    };
    Ok(known.into_iter().map(row).collect())
}
