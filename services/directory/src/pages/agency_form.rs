//! Entering an agency, and describing one anew: the secretariat does.

use access::{PageForm, PageRejection, Reading, SignedInPage};
use askama::Template;
use axum::response::Response;
use contracts::directory::{Address, AgencyKind, AgencyName, OrganisationNumber, ShortName};
use http::StatusCode;
use serde::Deserialize;
use service_kit::{ApiPath, Problem, problems};
use types::AgencyId;
use web::{Choice, Crumb, Errors, Frame, Section, Texts, page_with};

use super::{Shell, fields, shell::go_on, sign_in_link::view_error};
use crate::{
    By,
    domain::agency::{Description, Error as Refusal, is_organisation_number},
    import::is_web_address,
    views::agencies::{self, AgencyRecord},
};

#[derive(Default, Deserialize)]
pub(super) struct Form {
    name: String,
    short_name: String,
    website: String,
    kind: String,
    organisation_number: String,
}

#[derive(Template)]
#[template(path = "agency_form.html")]
struct AgencyFormPage {
    frame: Frame,
    t: Texts,
    errors: Errors,
    trail: Vec<Crumb>,
    path: String,
    form: Form,
    kinds: Vec<Choice>,
    is_new: bool,
}

impl From<Description> for Form {
    fn from(agency: Description) -> Self {
        let text = |text: Option<String>| text.unwrap_or_default();
        Self {
            name: agency.name.to_string(),
            short_name: text(agency.short_name.map(|it| it.to_string())),
            website: text(agency.website.map(|it| it.to_string())),
            kind: agency.kind.unwrap_or_default().as_str().to_owned(),
            organisation_number: text(agency.organisation_number.map(|it| it.to_string())),
        }
    }
}

/// The agency, if the viewer keeps the agencies and it is still there.
pub(super) fn kept(reading: &Reading, id: AgencyId) -> Result<AgencyRecord, Problem> {
    check_keeps(reading)?;
    let record = agencies::get(&reading.snapshot, id).map_err(view_error)?;
    record.filter(|record| record.ended.is_none()).ok_or_else(|| Problem::new(&problems::NOT_FOUND))
}

/// To others there are no such pages.
pub(super) fn check_keeps(reading: &Reading) -> Result<(), Problem> {
    if reading.viewer.is_secretariat() { Ok(()) } else { Err(Problem::new(&problems::NOT_FOUND)) }
}

fn read(form: &Form, known: Option<&Description>, errors: &mut Errors, t: Texts) -> Option<Description> {
    let name = fields::required::<{ AgencyName::LENGTH_MAX }>("name", &form.name, errors, t);
    let short_name = fields::optional::<{ ShortName::LENGTH_MAX }>("short_name", &form.short_name, errors, t);
    let website = fields::optional::<{ Address::LENGTH_MAX }>("website", &form.website, errors, t);
    let unchanged = known.is_some_and(|known| known.website == website);
    if website.as_ref().is_some_and(|website| !unchanged && !is_web_address(website.as_str())) {
        errors.add("website", t.get("wrong-website"));
    }
    let kind = AgencyKind::ALL.into_iter().find(|kind| kind.as_str() == form.kind);
    if kind.is_none() {
        errors.add("kind", t.get("wrong-kind"));
    }
    let number = form.organisation_number.trim();
    let organisation_number =
        fields::optional::<{ OrganisationNumber::LENGTH_MAX }>("organisation_number", number, errors, t);
    if organisation_number.as_ref().is_some_and(|number| !is_organisation_number(number.as_str())) {
        errors.add("organisation_number", t.get("wrong-organisation-number"));
    }
    let other_names = Vec::new();
    let name = name.filter(|_| errors.is_empty())?;
    Some(Description { name, short_name, website, other_names, kind, organisation_number })
}

fn answer(shell: &Shell, reading: &Reading, id: Option<AgencyId>, form: Form, errors: Errors) -> Response {
    let t = shell.texts();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (path, title) = match id {
        Some(id) => (format!("/agencies/{id}/edit"), t.get("agency-edit-title")),
        None => ("/agencies/new".to_owned(), t.get("agency-new-title")),
    };
    let kind =
        |kind: AgencyKind| Choice::new(kind.as_str(), t.of("agency-kind", kind.as_str()), kind.as_str() == form.kind);
    let template = AgencyFormPage {
        frame: shell.frame_at(&path, reading, title, Section::Agencies),
        t,
        errors,
        trail: vec![Crumb::new("/agencies", t.get("agencies-title"))],
        path,
        kinds: AgencyKind::ALL.into_iter().map(kind).collect(),
        form,
        is_new: id.is_none(),
    };
    page_with(status, &template)
}

pub(super) async fn new(shell: Shell, SignedInPage(reading): SignedInPage) -> Result<Response, PageRejection> {
    check_keeps(&reading)?;
    let form = Form { kind: AgencyKind::default().as_str().to_owned(), ..Form::default() };
    Ok(answer(&shell, &reading, None, form, Errors::none()))
}

pub(super) async fn register(shell: Shell, PageForm(reading, form): PageForm<Form>) -> Result<Response, PageRejection> {
    check_keeps(&reading)?;
    let (t, mut errors) = (shell.texts(), Errors::none());
    let Some(agency) = read(&form, None, &mut errors, t) else {
        return Ok(answer(&shell, &reading, None, form, errors));
    };
    let viewer = reading.viewer.participant().ok_or_else(|| Problem::new(&problems::NOT_FOUND))?;
    let done = shell.app.commands.register_agency(&By::viewer(viewer), agency).await.map_err(Problem::from)?;
    Ok(go_on(&reading, done.position, &format!("/agencies/{}", done.value)))
}

pub(super) async fn edit(
    shell: Shell,
    SignedInPage(reading): SignedInPage,
    agency: Result<ApiPath<AgencyId>, Problem>,
) -> Result<Response, PageRejection> {
    let ApiPath(id) = agency?;
    let form = Form::from(kept(&reading, id)?.agency);
    Ok(answer(&shell, &reading, Some(id), form, Errors::none()))
}

pub(super) async fn describe(
    shell: Shell,
    agency: Result<ApiPath<AgencyId>, Problem>,
    PageForm(reading, form): PageForm<Form>,
) -> Result<Response, PageRejection> {
    let ApiPath(id) = agency?;
    let known = kept(&reading, id)?.agency;
    let (t, mut errors) = (shell.texts(), Errors::none());
    let Some(agency) = read(&form, Some(&known), &mut errors, t) else {
        return Ok(answer(&shell, &reading, Some(id), form, errors));
    };
    let viewer = reading.viewer.participant().ok_or_else(|| Problem::new(&problems::NOT_FOUND))?;
    match shell.app.commands.describe_agency(&By::viewer(viewer), id, agency).await {
        Ok(done) => Ok(go_on(&reading, done.position, &format!("/agencies/{id}"))),
        Err(error) => match error.agency() {
            Some(Refusal::TooManyNames { limit, .. }) => {
                errors.add("name", t.with("wrong-many-names", [("max", *limit)]));
                Ok(answer(&shell, &reading, Some(id), form, errors))
            }
            _ => Err(Problem::from(error).into()),
        },
    }
}
