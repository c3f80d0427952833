//! Ending one of one's own sessions.

use access::{JoiningForm, PageRejection};
use axum::response::Response;
use contracts::directory::SessionEnd;
use serde::Deserialize;
use service_kit::{ApiPath, Problem};
use types::SessionId;

use super::{Shell, me, shell::go_on};
use crate::By;

#[derive(Deserialize)]
pub(super) struct Form {}

pub(super) async fn end(
    shell: Shell,
    session: Result<ApiPath<SessionId>, Problem>,
    JoiningForm(reading, Form {}): JoiningForm<Form>,
) -> Result<Response, PageRejection> {
    let ApiPath(session) = session?;
    let viewer = me::own(&reading).ok_or(PageRejection::Join)?;
    let by = By::viewer(viewer);
    let ended = shell.app.commands.end_session(&by, viewer.person, session, SessionEnd::EndedByPerson).await;
    Ok(go_on(&reading, ended.map_err(Problem::from)?.position, "/me#sessions"))
}
