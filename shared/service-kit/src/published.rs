//! How a service publishes its API: `api-info`, the OpenAPI description, and a page to try it.

mod description;

use axum::{
    Json, Router,
    extract::Request,
    middleware::{Next, from_fn},
    response::Response,
    routing::get,
};
use bytes::Bytes;
use http::{HeaderValue, header};
use serde::Serialize;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use crate::{Etag, IfNoneMatch, protect::SWAGGER_CONTENT_SECURITY_POLICY};

/// What a service says of its API.
#[derive(Clone, Copy, Debug)]
pub struct ApiInfo {
    /// The service, as it stands in the path: `/api/<name>/v1`.
    pub name: &'static str,
    /// What the API is for, in a sentence or two.
    pub description: &'static str,
    /// Its version; its first number stands in the path.
    pub version: &'static str,
    /// The day this version came out, as `2026-11-22`.
    pub released: &'static str,
    /// Whether it can be relied on.
    pub status: ApiStatus,
}

/// Whether an API can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ApiStatus {
    /// It may change without notice.
    Beta,
    /// It only grows.
    Active,
    /// It will be shut down.
    Deprecated,
}

/// `api-info` of the Swedish national REST API profile.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ApiInfoDocument {
    api_name: &'static str,
    api_version: &'static str,
    api_released: &'static str,
    api_documentation: String,
    api_status: ApiStatus,
}

/// The routes of an API, whose paths are written without `/api/<name>/v1`, at their place, and what describes them:
/// `api-info`, `openapi.json` and, at `docs`, the page to try them. Also the description itself, for the contract's test.
///
/// The description tells of the ways to authenticate (`bearer`, `session`), and of every operation that a refusal is a
/// problem; services tell the rest.
pub fn api_routes<S>(info: ApiInfo, router: OpenApiRouter<S>) -> (Router<S>, OpenApi)
where
    S: Clone + Send + Sync + 'static,
{
    let major = info.version.split('.').next().unwrap_or("1");
    let base = format!("/api/{}/v{major}", info.name);
    let (router, openapi) = OpenApiRouter::with_openapi(description::of(&info)).nest(&base, router).split_for_parts();
    let openapi = description::completed(openapi, &base);
    let docs = format!("{base}/docs");
    let document = ApiInfoDocument {
        api_name: info.name,
        api_version: info.version,
        api_released: info.released,
        api_documentation: docs.clone(),
        api_status: info.status,
    };
    let router = router
        .route(&format!("{base}/api-info"), get(move || async move { Json(document) }))
        .route(&format!("{base}/openapi.json"), description_route(&openapi, info.version))
        .merge(page_to_try(docs, format!("{base}/openapi.json")));
    (router, openapi)
}

fn description_route<S: Clone + Send + Sync + 'static>(
    openapi: &OpenApi,
    version: &str,
) -> axum::routing::MethodRouter<S> {
    let json = Bytes::from(openapi.to_json().unwrap_or_default());
    let etag = Etag::opaque(&format!("{version}-{}", json.len()));
    get(move |condition: IfNoneMatch| async move {
        let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")];
        condition.respond(etag, || (headers, json))
    })
}

fn page_to_try<S: Clone + Send + Sync + 'static>(path: String, description: String) -> Router<S> {
    let config = utoipa_swagger_ui::Config::from(description)
        .validator_url("none")
        .try_it_out_enabled(true)
        .with_credentials(true)
        .persist_authorization(false);
    Router::from(SwaggerUi::new(path).config(config)).layer(from_fn(own_policy))
}

async fn own_policy(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let policy = HeaderValue::from_static(SWAGGER_CONTENT_SECURITY_POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

#[cfg(test)]
mod tests;
