//! What the OpenAPI descriptions of all services have in common.

use utoipa::{
    PartialSchema as _, ToSchema,
    openapi::{
        ComponentsBuilder, ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, ResponseBuilder,
        path::{Operation, PathItem},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
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
        "The session of a signed-in browser, from the same origin (over https: `__Host-erfa-session`).",
    );
    let components = ComponentsBuilder::new()
        .security_scheme("bearer", SecurityScheme::Http(bearer))
        .security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)))
        .schema(ProblemDocument::name(), ProblemDocument::schema())
        .schema(FieldError::name(), FieldError::schema())
        .build();
    OpenApiBuilder::new().info(about).components(Some(components)).build()
}

/// The description in which every operation says what a refusal looks like, also where its service did not.
pub(super) fn completed(mut openapi: OpenApi) -> OpenApi {
    for item in openapi.paths.paths.values_mut() {
        for operation in operations(item) {
            let refusal = || {
                let content =
                    ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemDocument::name()))).build();
                let text = "A refusal, in the language of `Accept-Language` (sv, en)";
                ResponseBuilder::new().description(text).content(MEDIA_TYPE, content).build().into()
            };
            operation.responses.responses.entry("default".to_owned()).or_insert_with(refusal);
        }
    }
    openapi
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, options, head, trace, .. } = item;
    [get, put, post, delete, patch, options, head, trace].into_iter().flatten()
}
