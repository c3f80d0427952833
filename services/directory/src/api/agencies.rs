//! `/agencies`: the agencies.

use access::ApiReading;
use axum::{Json, response::IntoResponse};
use serde::{Deserialize, Serialize};
use service_kit::{ApiQuery, Page, Paging, Problem, ProblemDocument, problems};
use types::AgencyId;
use utoipa::{IntoParams, ToSchema};

use super::answers::{read_at, unreadable};
use crate::views::agencies::{self, AgencyRecord};

/// How much is searched for at most.
const QUERY_CHARS_MAX: usize = 200;

/// An agency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Agency)]
pub(super) struct AgencyDto {
    /// Its id.
    pub(super) id: AgencyId,
    /// Its name.
    #[schema(example = "Skatteverket")]
    pub(super) name: String,
    /// Its short name.
    #[schema(example = "SKV")]
    pub(super) short_name: Option<String>,
    /// Its web site.
    pub(super) website: Option<String>,
    /// Names that it had before, or is also known by.
    pub(super) other_names: Vec<String>,
}

impl From<AgencyRecord> for AgencyDto {
    fn from(AgencyRecord { id, agency, .. }: AgencyRecord) -> Self {
        Self {
            id,
            name: agency.name.to_string(),
            short_name: agency.short_name.map(|name| name.to_string()),
            website: agency.website.map(|website| website.to_string()),
            other_names: agency.other_names.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Which agencies.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// A part of the name, short name, or former or other name.
    #[serde(default)]
    #[param(max_length = 200, required = false)]
    q: String,
}

/// List agencies
///
/// In Swedish order of their names. Search finds former and other names too; a whole name comes first.
#[utoipa::path(
    get, path = "/agencies", tag = "agencies",
    params(Wanted, Paging, ("at-least" = Option<String>, Query, description = "The cursor of what is to be seen")),
    responses((status = 200, description = "A page of agencies", body = Page<AgencyDto>),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn list(
    ApiReading(reading): ApiReading,
    ApiQuery(wanted): ApiQuery<Wanted>,
    ApiQuery(paging): ApiQuery<Paging>,
) -> Result<impl IntoResponse, Problem> {
    if wanted.q.chars().count() > QUERY_CHARS_MAX {
        let what_to_do = format!("search for at most {QUERY_CHARS_MAX} characters");
        return Err(Problem::new(&problems::MALFORMED).parameter("q", "too-long", what_to_do));
    }
    let found = agencies::search(&reading.snapshot, &wanted.q, paging.limit, paging.page).map_err(unreadable)?;
    let page = paging.page_of(found.items, found.total).map(AgencyDto::from);
    Ok((read_at(&reading), Json(page)))
}
