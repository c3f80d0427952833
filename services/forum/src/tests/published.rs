//! Answers are as the published description of the API says.

use std::sync::LazyLock;

use http::Method;
use serde_json::{Value, json};

use super::world::Answer;
use crate::Forum;

static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(Forum::openapi()).unwrap());

/// Checks an answer of the API against its description.
#[track_caller]
pub(super) fn check(method: &Method, path: &str, answer: &Answer) {
    let path = path.split('?').next().unwrap_or_default();
    let paths = DESCRIPTION["paths"].as_object().unwrap();
    let operation = paths.iter().find(|(template, _)| matches(template, path)).map(|(_, operations)| operations);
    let responses =
        &operation.unwrap_or_else(|| panic!("{path} is not described"))[method.as_str().to_lowercase()]["responses"];
    let status = answer.status.as_str();
    let range = format!("{}XX", &status[..1]);
    let response = [status, &range].into_iter().find_map(|status| responses.get(status));
    let response = response.unwrap_or_else(|| panic!("{method} {path}: {status} is not described"));
    let (_, content) = response["content"].as_object().unwrap().iter().next().unwrap();
    let mut schema = content["schema"].clone();
    schema["components"] = DESCRIPTION["components"].clone();
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<_> = validator.iter_errors(&answer.json()).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{method} {path} {status}: {faults:?}\n{}", answer.text);
}

fn matches(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(part), Some(given)) if part == given || part.starts_with('{') => {}
            _ => return false,
        }
    }
}
