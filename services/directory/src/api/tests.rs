//! The contract is what is checked in.

use std::{fs, path::Path};

/// `cargo xtask contracts` runs this with `UPDATE_CONTRACTS=1`, which writes the file instead of comparing it.
#[test]
fn contracts_openapi_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto/openapi/directory.json");
    let (_, openapi) = super::routes();
    let json = openapi.to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE_CONTRACTS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &json).unwrap();
    }
    let stands = fs::read_to_string(&path).unwrap_or_default();
    assert!(stands == json, "proto/openapi/directory.json is stale: run `cargo xtask contracts`");
}
