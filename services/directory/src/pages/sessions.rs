//! Ending one of one's own sessions.

use access::{PageForm, PageRejection};
use axum::response::Response;
use contracts::directory::SessionEnd;
use serde::Deserialize;
use service_kit::{ApiPath, Problem, problems};
use types::SessionId;

use super::{Shell, shell::go_on};
use crate::By;

#[derive(Deserialize)]
pub(super) struct Form {}

pub(super) async fn end(
    shell: Shell,
    session: Result<ApiPath<SessionId>, Problem>,
    PageForm(reading, Form {}): PageForm<Form>,
) -> Result<Response, PageRejection> {
    let ApiPath(session) = session?;
    let Some(viewer) = reading.viewer.participant() else { return Err(Problem::new(&problems::NOT_FOUND).into()) };
    let by = By::viewer(viewer);
    let ended = shell.app.commands.end_session(&by, viewer.person, session, SessionEnd::EndedByPerson).await;
    Ok(go_on(&reading, ended.map_err(Problem::from)?.position, "/me#sessions"))
}
