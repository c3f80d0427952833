//! Signing in as an invented person, by a click: in a demo alone.

use access::{PageRejection, PublicForm};
use axum::response::Response;
use serde::Deserialize;
use service_kit::{Problem, problems};
use types::PersonId;

use super::{Shell, sign_in_link::signed_in};

#[derive(Deserialize)]
pub(super) struct Form {
    person: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn send(
    shell: Shell,
    PublicForm(reading, Form { person, next }): PublicForm<Form>,
) -> Result<Response, PageRejection> {
    let personas = shell.app.personas.as_ref().map(crate::app::Personas::all).unwrap_or_default();
    let chosen: Option<PersonId> = person.parse().ok();
    let persona = personas.iter().find(|persona| Some(persona.person) == chosen);
    let Some(persona) = persona else { return Err(Problem::new(&problems::NOT_FOUND).into()) };
    let opened = shell.app.commands.sign_in_as(persona.person).await.map_err(Problem::from)?;
    signed_in(&shell, &reading, &opened, &next).await
}
