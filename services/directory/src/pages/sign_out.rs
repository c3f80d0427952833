//! Signing out.

use access::{JoiningForm, PageRejection, Reading};
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
    end_session(&shell, &reading).await?;
    let jar = CookieJar::new().add(reading.gate().no_session_cookie());
    Ok((jar, Redirect::to(access::SIGN_IN_PATH)).into_response())
}

/// Ends the session in which the page is looked at, if it is one.
pub(super) async fn end_session(shell: &Shell, reading: &Reading) -> Result<(), Problem> {
    if let (Some(viewer), Some(session)) = (reading.viewer.signed_in(), reading.viewer.session()) {
        let by = By::viewer(viewer);
        shell.app.commands.end_session(&by, viewer.person, session, SessionEnd::SignedOut).await?;
    }
    Ok(())
}
