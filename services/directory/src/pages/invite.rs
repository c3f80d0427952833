//! Inviting somebody: for contact persons, for their own agency, and for the secretariat.

use access::{PageForm, PageRejection, Reading, SignedInPage};
use askama::Template;
use axum::{extract::Query, response::Response};
use contracts::directory::{Address, Role};
use http::StatusCode;
use serde::Deserialize;
use service_kit::{Problem, problems};
use types::AgencyId;
use web::{Choice, Errors, Frame, Section, Texts, page_with};

use super::{Shell, fields, shell::go_on, sign_in_link::view_error};
use crate::{
    By,
    commands::{Error, Invitation},
    views::agencies,
};

#[derive(Default, Deserialize)]
pub(super) struct Form {
    email: String,
    agency: String,
    role: String,
    #[serde(default)]
    commit: String,
}

#[derive(Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    agency: String,
}

#[derive(Template)]
#[template(path = "invite.html")]
struct InvitePage {
    frame: Frame,
    t: Texts,
    errors: Errors,
    email: String,
    commit: String,
    agencies: Vec<Choice>,
    roles: Vec<Choice>,
}

/// Whose people the viewer looks after: those of all agencies (`Some(None)`), of one, or nobody's.
pub(super) fn looks_after(reading: &Reading) -> Option<Option<AgencyId>> {
    let viewer = reading.viewer.participant()?;
    if reading.viewer.is_secretariat() {
        Some(None)
    } else {
        reading.viewer.is_contact_person_of(viewer.agency).then_some(Some(viewer.agency))
    }
}

/// Whether the viewer may invite anybody.
pub(super) fn may_invite(reading: &Reading) -> bool {
    looks_after(reading).is_some()
}

/// Whether the viewer may invite for this agency.
pub(super) fn may_invite_for(reading: &Reading, agency: AgencyId) -> bool {
    looks_after(reading).is_some_and(|of| of.is_none_or(|own| own == agency))
}

/// The roles that the viewer may give, as choices.
pub(super) fn role_choices(reading: &Reading, t: Texts, chosen: &str) -> Vec<Choice> {
    let may = |role: &Role| role.is_of_agency() || reading.viewer.is_secretariat();
    Role::ALL
        .into_iter()
        .filter(may)
        .map(|role| {
            Choice::new(role.as_str(), t.of("role", role.as_str()), role.as_str() == chosen)
                .hint(t.of("role-hint", role.as_str()))
        })
        .collect()
}

/// The role of this name.
pub(super) fn role(name: &str) -> Option<Role> {
    Role::ALL.into_iter().find(|role| role.as_str() == name)
}

fn answer(shell: &Shell, reading: &Reading, form: Form, errors: Errors) -> Result<Response, Problem> {
    // Whoever may not invite does not get to know that there is a page for it.
    let Some(of) = looks_after(reading) else { return Err(Problem::new(&problems::NOT_FOUND)) };
    let t = shell.texts();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let known = agencies::living(&reading.snapshot).map_err(view_error)?;
    let offered = known.into_iter().filter(|record| of.is_none_or(|own| own == record.id));
    let agencies = offered
        .map(|record| {
            let id = record.id.to_string();
            let chosen = form.agency == id;
            Choice::new(id, record.agency.name.to_string(), chosen)
        })
        .collect();
    let template = InvitePage {
        frame: shell.frame_at("/people/invite", reading, t.get("invite-title"), Section::People),
        t,
        errors,
        email: form.email,
        commit: if form.commit.is_empty() { fields::new_commit(&shell.app) } else { form.commit },
        agencies,
        roles: role_choices(reading, t, &form.role),
    };
    Ok(page_with(status, &template))
}

pub(super) async fn show(
    shell: Shell,
    SignedInPage(reading): SignedInPage,
    Query(wanted): Query<Wanted>,
) -> Result<Response, PageRejection> {
    let own = reading.viewer.agency().map_or_else(String::new, |agency| agency.to_string());
    let agency = if wanted.agency.is_empty() { own } else { wanted.agency };
    let form = Form { agency, role: Role::Participant.as_str().to_owned(), ..Form::default() };
    Ok(answer(&shell, &reading, form, Errors::none())?)
}

pub(super) async fn send(shell: Shell, PageForm(reading, form): PageForm<Form>) -> Result<Response, PageRejection> {
    let (Some(viewer), true) = (reading.viewer.participant(), may_invite(&reading)) else {
        return Err(Problem::new(&problems::NOT_FOUND).into());
    };
    let (t, mut errors) = (shell.texts(), Errors::none());
    let email = fields::required::<{ Address::LENGTH_MAX }>("email", &form.email, &mut errors, t);
    let agency: Option<AgencyId> = form.agency.parse().ok();
    if agency.is_none() {
        errors.add("agency", t.get("wrong-agency"));
    }
    let role = role(&form.role);
    if role.is_none() {
        errors.add("role", t.get("wrong-role"));
    }
    let (Some(email), Some(agency), Some(role)) = (email, agency, role) else {
        return Ok(answer(&shell, &reading, form, errors)?);
    };
    let by = By::viewer(viewer).once(fields::commit(&shell.app, &form.commit));
    match shell.app.commands.invite(&by, Invitation { email, agency, role }).await {
        Ok(done) => Ok(go_on(&reading, done.position, &format!("/people/{}", done.value))),
        Err(error) => {
            match error {
                Error::NotAnAddress => errors.add("email", t.get("wrong-address")),
                Error::AddressTaken => errors.add("email", t.get("wrong-address-taken")),
                Error::UnknownAgency => errors.add("agency", t.get("wrong-agency")),
                error => return Err(Problem::from(error).into()),
            }
            Ok(answer(&shell, &reading, form, errors)?)
        }
    }
}
