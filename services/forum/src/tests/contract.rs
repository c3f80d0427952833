//! What others rely on: the description of the API, and the texts.

use std::{collections::BTreeSet, path::Path};

use crate::Forum;

#[test]
fn contracts_openapi_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto/openapi/forum.json");
    let current = format!("{}\n", Forum::openapi().to_pretty_json().unwrap());
    if std::env::var_os("UPDATE_CONTRACTS").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == current, "proto/openapi/forum.json is not current: run `cargo xtask contracts`");
}

#[test]
fn every_operation_is_described() {
    let openapi = serde_json::to_value(Forum::openapi()).unwrap();
    let (mut operations, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for (path, methods) in openapi["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path} has no summary");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(parameter["description"].is_string(), "{method} {path}: {parameter}");
            }
            ids.insert(operation["operationId"].as_str().unwrap());
            operations.insert(format!("{method} {}", path.trim_start_matches("/api/forum/v1")));
        }
    }
    for expected in ["get /arenas", "delete /threads/{id}/closing", "get /posts/{id}/revisions"] {
        assert!(operations.contains(expected), "{operations:?}");
    }
    assert_eq!(operations.len(), 19, "{operations:#?}");
    assert_eq!(ids.len(), operations.len(), "each operation has an id of its own: {ids:?}");
}

#[test]
fn both_catalogues_have_every_text() {
    web::testing::check_catalogues(env!("CARGO_MANIFEST_DIR"));
}
