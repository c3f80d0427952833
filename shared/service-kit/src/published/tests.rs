use axum::body::{Body, to_bytes};
use http::{Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt as _;
use utoipa_axum::routes;

use super::*;
use crate::{Config, protect};

/// Says hello.
#[utoipa::path(get, path = "/greetings", responses((status = 200, description = "A greeting")))]
async fn greet() -> &'static str {
    "hej"
}

fn published() -> (Router, OpenApi) {
    let info = ApiInfo {
        name: "greeter",
        description: "Greets.",
        version: "1.2.0",
        released: "2026-11-22",
        status: ApiStatus::Active,
    };
    let (router, openapi) = api_routes(info, OpenApiRouter::new().routes(routes!(greet)));
    (protect(router, &Config::default()), openapi)
}

async fn get_with(path: &str, headers: &[(&str, &str)]) -> (StatusCode, http::HeaderMap, Bytes) {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = published().0.oneshot(request.body(Body::empty()).expect("valid")).await.expect("infallible");
    let (head, body) = response.into_parts();
    (head.status, head.headers, to_bytes(body, 10_000_000).await.expect("short"))
}

#[tokio::test]
async fn an_api_says_what_it_is() {
    let (status, _, body) = get_with("/api/greeter/v1/api-info", &[]).await;
    assert_eq!(status, StatusCode::OK);
    let info: Value = serde_json::from_slice(&body).expect("JSON");
    let expected = serde_json::json!({
        "apiName": "greeter",
        "apiVersion": "1.2.0",
        "apiReleased": "2026-11-22",
        "apiDocumentation": "/api/greeter/v1/docs",
        "apiStatus": "active",
    });
    assert_eq!(info, expected);
    assert_eq!(get_with("/api/greeter/v1/greetings", &[]).await.2, "hej");
}

#[tokio::test]
async fn the_description_is_whole_and_kept_by_its_tag() {
    let (_, headers, body) = get_with("/api/greeter/v1/openapi.json", &[]).await;
    let described: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(described["openapi"], "3.1.0");
    let responses = &described["paths"]["/api/greeter/v1/greetings"]["get"]["responses"];
    let schema = &responses["default"]["content"]["application/problem+json"]["schema"]["$ref"];
    assert_eq!(schema, "#/components/schemas/Problem");
    assert!(described["components"]["schemas"]["Problem"]["properties"]["instance"].is_object(), "{described}");
    assert!(described["components"]["schemas"]["FieldError"].is_object());
    assert_eq!(described["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    assert_eq!(described["security"], serde_json::json!([{ "bearer": [] }, { "session": [] }]));
    assert_eq!(described["paths"]["/api/greeter/v1/greetings"]["get"]["operationId"], "greetings-greet");
    let etag = headers["etag"].to_str().expect("text");
    let again = get_with("/api/greeter/v1/openapi.json", &[("if-none-match", etag)]).await;
    assert_eq!(again.0, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn the_page_to_try_it_has_a_policy_of_its_own() {
    assert_eq!(get_with("/api/greeter/v1/docs", &[]).await.0, StatusCode::SEE_OTHER);
    let (status, headers, body) = get_with("/api/greeter/v1/docs/", &[]).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["content-security-policy"], SWAGGER_CONTENT_SECURITY_POLICY);
    let page = std::str::from_utf8(&body).expect("text");
    assert!(!page.contains("<style") && !page.contains("<script>") && !page.contains("//"), "all from here: {page}");
    let (_, _, script) = get_with("/api/greeter/v1/docs/swagger-initializer.js", &[]).await;
    let script = std::str::from_utf8(&script).expect("text");
    assert!(script.contains("/api/greeter/v1/openapi.json"), "{script}");
}
