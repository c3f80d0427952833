//! What a provider says by itself: that somebody's session there is over.

use axum::{
    Form,
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::json;
use service_kit::{ApiPath, Problem, problems};

use crate::app::App;

#[derive(Deserialize)]
pub(in crate::pages) struct Logout {
    logout_token: String,
}

/// No browser sends this, so there is neither cookie nor form token: the token is all the proof.
pub(in crate::pages) async fn receive(
    State(app): State<App>,
    name: Result<ApiPath<String>, Problem>,
    form: Result<Form<Logout>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Problem> {
    let ApiPath(name) = name?;
    let Some((provider, _)) = app.openid.find(&name) else { return Err(Problem::new(&problems::NOT_FOUND)) };
    let Ok(Form(Logout { logout_token })) = form else { return Ok(refused()) };
    let ended = match app.openid.party().logout_token(provider, &logout_token).await {
        Ok(ended) => ended,
        Err(error) => {
            tracing::warn!(provider = %name, %error, "a logout that is not to be believed was refused");
            return Ok(refused());
        }
    };
    let sessions = app.commands.end_provider_sessions(&ended).await?;
    for session in &sessions {
        tracing::info!(provider = %name, %session, "a session was ended by its provider");
    }
    Ok((StatusCode::OK, [(header::CACHE_CONTROL, "no-store")]).into_response())
}

/// What the specification has for a logout that was not carried out.
fn refused() -> Response {
    let body = json!({ "error": "invalid_request" }).to_string();
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::BAD_REQUEST, headers, body).into_response()
}
