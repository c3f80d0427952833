//! Refusals that the security log hears of: somebody who is signed in asked for a page that is not theirs.

use access::RefusedTo;
use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};

use crate::app::App;

pub(crate) async fn note(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let response = next.run(request).await;
    if let (Some(RefusedTo(person)), Some(route)) = (response.extensions().get(), route)
        && let Err(error) = app.commands.note_access_refused(*person, &route).await
    {
        tracing::error!(%error, "a refusal could not be noted");
    }
    response
}
