//! `/people`: those who take part.

use access::{ApiReading, Reading};
use axum::{Json, response::IntoResponse};
use serde::{Deserialize, Serialize};
use service_kit::{ApiQuery, Page, Paging, Problem, ProblemDocument};
use types::{AgencyId, PersonId, Timestamp};
use utoipa::{IntoParams, ToSchema};

use super::answers::{RoleName, read_at, unreadable};
use crate::views::people::{self, PersonRecord};

/// A person, as others see them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Person)]
pub(super) struct PersonDto {
    /// Their id.
    pub(super) id: PersonId,
    /// Their name.
    pub(super) name: String,
    /// What they do.
    pub(super) title: Option<String>,
    /// The agencies that they work for; none once they have left.
    pub(super) agencies: Vec<AgencyId>,
    /// Their mandates in force.
    pub(super) mandates: Vec<MandateDto>,
}

/// A mandate in force.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Mandate)]
pub(super) struct MandateDto {
    /// What it lets them do.
    role: RoleName,
    /// For which agency.
    agency: AgencyId,
    /// From when.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// Until when, exclusive; missing if that is open.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

impl PersonDto {
    pub(super) fn new(person: &PersonRecord, reading: &Reading) -> Self {
        let in_force = person.mandates.iter().filter(|mandate| mandate.is_in_force(reading.now()));
        Self {
            id: person.id,
            name: person.name.as_ref().map_or_else(String::new, ToString::to_string),
            title: person.title.as_ref().map(ToString::to_string),
            agencies: person.agencies().collect(),
            mandates: in_force
                .map(|held| MandateDto {
                    role: held.role.into(),
                    agency: held.agency,
                    from: held.from,
                    until: held.until,
                })
                .collect(),
        }
    }
}

/// Which people.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Of this agency alone.
    agency: Option<AgencyId>,
}

/// List people
///
/// Those who take part now, in Swedish order of their names.
#[utoipa::path(
    get, path = "/people", tag = "people",
    params(Wanted, Paging, ("at-least" = Option<String>, Query, description = "The cursor of what is to be seen")),
    responses((status = 200, description = "A page of people", body = Page<PersonDto>),
        (status = "4XX", description = "Why not", body = ProblemDocument)),
)]
pub(super) async fn list(
    ApiReading(reading): ApiReading,
    ApiQuery(wanted): ApiQuery<Wanted>,
    ApiQuery(paging): ApiQuery<Paging>,
) -> Result<impl IntoResponse, Problem> {
    let part = people::list(&reading.snapshot, wanted.agency, paging.limit, paging.page).map_err(unreadable)?;
    let page = paging.page_of(part.items, part.total).map(|person| PersonDto::new(&person, &reading));
    Ok((read_at(&reading), Json(page)))
}
