//! Agencies and authors as the API shows them.

use contracts::{directory::Role, forum::ShownAs};
use serde::Serialize;
use types::{AgencyId, PersonId};
use utoipa::ToSchema;

use crate::views::authors::Author;

/// An agency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Agency)]
pub(super) struct AgencyDto {
    /// Its id.
    id: AgencyId,
    /// Its name.
    name: String,
}

/// An author, as the reader may know them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Author)]
pub(super) struct AuthorDto {
    /// As what they appear.
    shown_as: ShownAs,
    /// Who, only where they appear with their name.
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<PersonId>,
    /// Their name, only where they appear with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What they do, unless they appear as their agency alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// The agency that they wrote for.
    agency: AuthorAgencyDto,
    /// In which role they wrote, if they no longer work there: then neither name nor title is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "participant")]
    former: Option<&'static str>,
    /// Whether it is you.
    own: bool,
}

/// The agency that an author wrote for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuthorAgency)]
pub(super) struct AuthorAgencyDto {
    /// Its id.
    id: AgencyId,
    /// Its name when they wrote.
    name: String,
    /// What it is called now, or which agency follows it, where that is another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    today: Option<String>,
}

impl AgencyDto {
    pub(super) fn new(id: AgencyId, name: String) -> Self {
        Self { id, name }
    }
}

impl From<Author> for AuthorDto {
    fn from(author: Author) -> Self {
        let Author { person, name, title, agency, agency_name, agency_today, shown_as, former, own } = author;
        let agency = AuthorAgencyDto { id: agency, name: agency_name, today: agency_today };
        Self { shown_as, person, name, title, agency, former: former.map(Role::as_str), own }
    }
}
