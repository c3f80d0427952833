//! The JSON API under `/api/directory/v1`: one path a file, its handlers below each other. All routes stand here.

mod agencies;
mod agency;
mod answers;
mod me;
mod people;
mod person;
mod rotation;
mod session;
mod session_token;
mod sessions;
mod token;
mod tokens;

use axum::Router;
use service_kit::{ApiInfo, ApiStatus};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::App;

const INFO: ApiInfo = ApiInfo {
    name: "directory",
    description: "Agencies, the people who take part for them, and one's own sessions and API tokens.",
    version: "1.0.0",
    released: "2026-11-22",
    status: ApiStatus::Beta,
};

/// Every path of the API, and what describes them.
pub(crate) fn routes() -> (Router<App>, OpenApi) {
    let router = OpenApiRouter::new()
        .routes(routes!(agencies::list))
        .routes(routes!(agency::read))
        .routes(routes!(people::list))
        .routes(routes!(person::read))
        .routes(routes!(me::read))
        .routes(routes!(session_token::make))
        .routes(routes!(sessions::list))
        .routes(routes!(session::end))
        .routes(routes!(tokens::list, tokens::issue))
        .routes(routes!(token::revoke))
        .routes(routes!(rotation::rotate));
    service_kit::api_routes(INFO, router)
}

#[cfg(test)]
mod tests;
