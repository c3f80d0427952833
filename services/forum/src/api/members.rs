//! `/arenas/{id}/members`: who is in an arena; joining it, and inviting into it.

use access::{ApiReading, ApiWriting, Member, Reading, people};
use axum::{Json, extract::State, response::IntoResponse};
use serde::{Deserialize, Serialize};
use service_kit::{ApiJson, ApiPath, ApiQuery, IdempotencyKey, Page, Paging, Problem, ProblemDocument};
use types::{ArenaId, PersonId, Timestamp};
use utoipa::ToSchema;

use super::{
    authors::AgencyDto,
    written::{created, key, read_at},
};
use crate::{App, commands::Error, readable};

/// Somebody who is in an arena, or was invited.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Member)]
pub(super) struct MemberDto {
    /// Who.
    person: PersonId,
    /// Their name.
    name: String,
    /// What they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Where they work.
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<AgencyDto>,
    /// How they stand to the arena.
    state: MemberState,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

/// How somebody stands to an arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum MemberState {
    /// They are in it.
    Member,
    /// They were invited, and have not joined yet.
    Invited,
}

/// Who is to come in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMember {
    /// Whom to invite, which the secretariat does; you join if it is you, or left out.
    #[serde(default)]
    person: Option<PersonId>,
}

/// That somebody joined or was invited.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AddedMember {
    /// Who.
    person: PersonId,
    /// What they are now.
    state: MemberState,
    /// Read with `at-least` this, and they are there.
    cursor: String,
}

impl MemberDto {
    /// Somebody of an arena; `None` if nobody knows who that is.
    pub(super) fn new(reading: &Reading, row: &Member) -> Result<Option<Self>, Error> {
        let Some(known) = people::person(&reading.snapshot, row.person)? else { return Ok(None) };
        let agency = match known.agency {
            Some(id) => people::agency(&reading.snapshot, id)?,
            None => None,
        };
        Ok(Some(Self {
            person: row.person,
            name: known.name,
            title: known.title,
            agency: known.agency.zip(agency).map(|(id, agency)| AgencyDto::new(id, agency.name)),
            state: if row.joined { MemberState::Member } else { MemberState::Invited },
            since: row.since,
        }))
    }
}

/// List the members of an arena
///
/// Members and invited, by when they joined or were invited.
#[utoipa::path(
    get, path = "/arenas/{id}/members", tag = "members",
    params(("id" = ArenaId, Path, description = "The arena"), Paging, super::AtLeast),
    responses((status = 200, description = "A page of members", body = Page<MemberDto>),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn list(
    ApiReading(reading): ApiReading,
    ApiPath(id): ApiPath<ArenaId>,
    ApiQuery(paging): ApiQuery<Paging>,
) -> Result<impl IntoResponse, Problem> {
    readable::arena(&reading, id)?;
    let mut rows = access::members(&reading.snapshot, id).map_err(Error::from)?;
    rows.sort_by_key(|row| (row.since, row.person));
    let page = paging.cut(rows);
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        items.extend(MemberDto::new(&reading, &row)?);
    }
    Ok((read_at(reading.cursor()), Json(paging.page_of(items, page.total))))
}

/// Join an arena, or invite somebody
#[utoipa::path(
    post, path = "/arenas/{id}/members", tag = "members", request_body = NewMember,
    params(("id" = ArenaId, Path, description = "The arena"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body do it once")),
    responses((status = 201, description = "Joined, or invited", body = AddedMember),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn add(
    State(app): State<App>,
    ApiWriting(reading): ApiWriting,
    ApiPath(id): ApiPath<ArenaId>,
    header: IdempotencyKey,
    ApiJson(new): ApiJson<NewMember>,
) -> Result<impl IntoResponse, Problem> {
    let asker = reading.viewer.person().ok_or(Error::SignedOut)?;
    let person = new.person.unwrap_or(asker);
    let (done, state) = if person == asker {
        (app.commands.join(&reading, &key(header), id).await?, MemberState::Member)
    } else {
        (app.commands.invite(&reading, &key(header), id, person).await?, MemberState::Invited)
    };
    let cursor = reading.cursor_at(done.position);
    let location = format!("/api/forum/v1/arenas/{id}/members/{person}");
    Ok(created(location, AddedMember { person, state, cursor }))
}
