//! Whether an answer is one that the OpenAPI document tells of.

use std::collections::BTreeMap;

use jsonschema::Validator;
use reqwest::{StatusCode, header};
use serde_json::{Value, json};

use crate::{
    published::{SERVICES, document},
    table::Route,
};

/// The documents of all services.
pub(crate) struct Contract {
    documents: Vec<Value>,
    /// By operation, status and media type.
    validators: BTreeMap<(String, String, String), Validator>,
}

/// An answer.
pub(crate) struct Given {
    pub(crate) status: StatusCode,
    pub(crate) media_type: String,
    pub(crate) body: Vec<u8>,
}

impl Given {
    pub(crate) async fn of(response: reqwest::Response) -> Self {
        let status = response.status();
        let media_type =
            response.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().to_owned();
        let body = response.bytes().await.map(|body| body.to_vec()).unwrap_or_default();
        Self { status, media_type, body }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Contract {
    /// What is published.
    pub(crate) fn read() -> Self {
        let documents = SERVICES.iter().map(|service| document(service.name)).collect();
        Self { documents, validators: BTreeMap::new() }
    }

    /// What is wrong with an answer to a route of the API.
    pub(crate) fn fault(&mut self, route: &Route, given: &Given) -> Option<String> {
        let (path, method) = (route.published(), route.method.as_str().to_lowercase());
        let of_path = |document: &&Value| document["paths"][&path][&method].is_object();
        let document = self.documents.iter().find(of_path)?;
        let responses = &document["paths"][&path][&method]["responses"];
        let status = given.status.as_str();
        let class = format!("{}XX", &status[..1]);
        let described = [status, &class, "default"].into_iter().find(|name| responses[name].is_object());
        let Some(described) = described else { return Some(format!("{status} is not described")) };
        let content = &responses[described]["content"];
        let Some(schema) = content.get(&given.media_type).map(|media| &media["schema"]) else {
            return Some(format!("{status} is described with {content}, and is `{}`", given.media_type));
        };
        let key = (format!("{method} {path}"), described.to_owned(), given.media_type.clone());
        let validator = self.validators.entry(key).or_insert_with(|| {
            let whole = json!({"allOf": [schema], "components": document["components"]});
            jsonschema::validator_for(&whole).expect("a published schema is one")
        });
        let Ok(body) = serde_json::from_slice(&given.body) else { return Some("it is no JSON".to_owned()) };
        validator.iter_errors(&body).next().map(|error| format!("{error} at {}", error.instance_path()))
    }
}
