//! What the OpenAPI descriptions of all services have in common.

use utoipa::{
    PartialSchema as _, ToSchema,
    openapi::{
        ComponentsBuilder, ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Response,
        ResponseBuilder,
        path::{Operation, PathItem},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use super::ApiInfo;
use crate::{FieldError, ProblemDocument, problem::MEDIA_TYPE};

/// The description of an API that has no operations yet.
pub(super) fn of(info: &ApiInfo) -> OpenApi {
    let about = InfoBuilder::new()
        .title(format!("Erfa: {}", info.name))
        .version(info.version)
        .description(Some(info.description))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A personal API token, in the header `Authorization` only."))
        .build();
    let session = ApiKeyValue::with_description(
        "erfa-session",
        "The session of a signed-in browser, from the same origin (over https: `__Host-erfa-session`). Whoever writes \
         with it sends a page's form token in the header `X-Csrf-Token`.",
    );
    let components = ComponentsBuilder::new()
        .security_scheme("bearer", SecurityScheme::Http(bearer))
        .security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)))
        .schema(ProblemDocument::name(), ProblemDocument::schema())
        .schema(FieldError::name(), FieldError::schema())
        .build();
    let no_scopes: [&str; 0] = [];
    let either = ["bearer", "session"].map(|scheme| SecurityRequirement::new(scheme, no_scopes));
    OpenApiBuilder::new().info(about).components(Some(components)).security(Some(either)).build()
}

/// The description in which every operation has an id of its own, and says what a refusal looks like, also where its
/// service did not.
pub(super) fn completed(mut openapi: OpenApi, base: &str) -> OpenApi {
    for (path, item) in &mut openapi.paths.paths {
        for operation in operations(item) {
            operation.operation_id = operation.operation_id.as_deref().map(|handler| id(base, path, handler));
            let refusal = || {
                let content =
                    ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemDocument::name()))).build();
                let text = "A refusal, in the language of `Accept-Language` (sv, en)";
                ResponseBuilder::new().description(text).content(MEDIA_TYPE, content).build().into()
            };
            for (status, response) in &mut operation.responses.responses {
                if let RefOr::T(response) = response
                    && status.starts_with(['4', '5'])
                {
                    as_problem(response);
                }
            }
            operation.responses.responses.entry("default".to_owned()).or_insert_with(refusal);
        }
    }
    openapi
}

/// Every refusal is a problem, whatever its handler's description calls its media type.
fn as_problem(response: &mut Response) {
    if let Some(content) = response.content.shift_remove("application/json") {
        response.content.insert(MEDIA_TYPE.to_owned(), content);
    }
}

/// The id of an operation: the nouns of its path and the name of its handler, which alone is not unique.
fn id(base: &str, path: &str, handler: &str) -> String {
    let nouns = path.strip_prefix(base).unwrap_or(path).split('/').filter(|part| !part.starts_with('{'));
    nouns.chain([handler]).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, options, head, trace, .. } = item;
    [get, put, post, delete, patch, options, head, trace].into_iter().flatten()
}
