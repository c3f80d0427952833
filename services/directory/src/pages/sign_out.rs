//! Signing out.

use access::{JoiningForm, PageRejection};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use contracts::directory::SessionEnd;
use serde::Deserialize;
use service_kit::Problem;

use super::Shell;
use crate::By;

#[derive(Deserialize)]
pub(super) struct Form {}

pub(super) async fn send(
    shell: Shell,
    JoiningForm(reading, Form {}): JoiningForm<Form>,
) -> Result<Response, PageRejection> {
    if let (Some(viewer), Some(session)) = (reading.viewer.signed_in(), reading.viewer.session()) {
        let by = By::viewer(viewer);
        let ended = shell.app.commands.end_session(&by, viewer.person, session, SessionEnd::SignedOut).await;
        ended.map_err(Problem::from)?;
    }
    let jar = CookieJar::new().add(reading.gate().no_session_cookie());
    Ok((jar, Redirect::to(access::SIGN_IN_PATH)).into_response())
}
