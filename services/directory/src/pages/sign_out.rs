//! Signing out, here and, for who came from an OpenID provider, there.

use access::{JoiningForm, PageRejection, Reading};
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use contracts::directory::SessionEnd;
use serde::Deserialize;
use service_kit::Problem;
use types::SessionId;
use web::{Frame, Section, Texts, page};

use super::{Shell, sign_in_link::view_error};
use crate::{By, views::identities};

#[derive(Deserialize)]
pub(super) struct Form {}

/// That one is signed out here, and not yet at the provider.
#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOutPage {
    frame: Frame,
    t: Texts,
    provider: String,
    url: String,
}

pub(super) async fn send(
    shell: Shell,
    JoiningForm(reading, Form {}): JoiningForm<Form>,
) -> Result<Response, PageRejection> {
    // Here first: the provider may be slow, or the browser gone before it answers.
    end_session(&shell, &reading).await?;
    let provider = match reading.viewer.session() {
        Some(session) => provider_of(&shell, &reading, session).await?,
        None => None,
    };
    let jar = CookieJar::new().add(reading.gate().no_session_cookie());
    let Some((provider, url)) = provider else {
        return Ok((jar, Redirect::to(access::SIGN_IN_PATH)).into_response());
    };
    let t = shell.texts();
    let frame = shell.frame_of_nobody(access::SIGN_IN_PATH, t.get("signed-out-title"), Section::SignIn);
    Ok((jar, page(&SignedOutPage { frame, t, provider, url })).into_response())
}

/// The provider at which this session began, and where one signs out there; `None` if none did, or it can't be said.
async fn provider_of(
    shell: &Shell,
    reading: &Reading,
    session: SessionId,
) -> Result<Option<(String, String)>, Problem> {
    let openid = &shell.app.openid;
    let vouched = identities::sign_in_of(&reading.snapshot, session).map_err(view_error)?;
    let Some((provider, name)) = vouched.and_then(|it| openid.issued_by(it.issuer.as_str(), shell.lang)) else {
        return Ok(None);
    };
    let back_to = format!("{}{}", reading.gate().origin(), access::SIGN_IN_PATH);
    match openid.party().end_session_url(provider, &back_to).await {
        Ok(url) => Ok(url.map(|url| (name, url))),
        Err(error) => {
            tracing::warn!(%error, "a provider does not say where one signs out there");
            Ok(None)
        }
    }
}

/// Ends the session in which the page is looked at, if it is one.
pub(super) async fn end_session(shell: &Shell, reading: &Reading) -> Result<(), Problem> {
    if let (Some(viewer), Some(session)) = (reading.viewer.signed_in(), reading.viewer.session()) {
        let by = By::viewer(viewer);
        shell.app.commands.end_session(&by, viewer.person, session, SessionEnd::SignedOut).await?;
    }
    Ok(())
}
