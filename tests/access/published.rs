//! What is there: the routes of every OpenAPI document, and those that the routers of the pages were built from.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use web::PageRoute;

/// A service. A new one is a row here.
pub(crate) struct Service {
    /// As it stands in its paths: `/api/<name>/v1`.
    pub(crate) name: &'static str,
    /// Which pages it serves.
    pub(crate) pages: fn() -> Vec<PageRoute>,
    /// Which kinds of topics can be listened to.
    pub(crate) topics: fn() -> &'static [&'static str],
}

/// All services.
pub(crate) const SERVICES: [Service; 2] = [
    Service { name: "directory", pages: directory::Directory::pages, topics: || &[] },
    Service { name: "forum", pages: forum::Forum::pages, topics: forum::Forum::topics },
];

/// What every service's API has beside what its document tells of.
const BESIDE: [&str; 3] = ["api-info", "openapi.json", "docs"];

fn documents() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../proto/openapi")
}

/// The OpenAPI document of a service.
pub(crate) fn document(service: &str) -> Value {
    let text = fs::read_to_string(documents().join(format!("{service}.json"))).expect("a service has a document");
    serde_json::from_str(&text).expect("it is JSON")
}

/// Every route, as `GET /threads/{id}`.
pub(crate) fn routes() -> BTreeSet<String> {
    let mut routes = BTreeSet::new();
    for service in &SERVICES {
        let document = document(service.name);
        for (path, operations) in document["paths"].as_object().expect("a document has paths") {
            let methods = operations.as_object().expect("a path has operations").keys();
            routes.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
        }
        routes.extend(BESIDE.map(|name| format!("GET /api/{}/v1/{name}", service.name)));
        routes.extend((service.pages)().iter().map(page));
    }
    routes.extend(web::routes::shared_routes().iter().map(page));
    routes
}

fn page(route: &PageRoute) -> String {
    let hashed = route.path.rsplitn(3, '.').collect::<Vec<_>>();
    let path = match hashed[..] {
        // The address of an asset holds a hash of what it is.
        [extension, hash, name] if name.starts_with("/assets/") && hash.len() == 16 => {
            format!("{name}.{{hash}}.{extension}")
        }
        _ => route.path.clone(),
    };
    format!("{} {path}", route.method)
}

/// Every crate below `services/` that is a service, and every OpenAPI document, stands in [`SERVICES`].
#[test]
fn every_service_is_known() {
    let known: BTreeSet<_> = SERVICES.iter().map(|service| service.name.to_owned()).collect();
    let names = |dir: &Path, ends: &str| -> BTreeSet<String> {
        let entries = fs::read_dir(dir).expect("the directory is there").map(|entry| entry.expect("and readable"));
        let names = entries.map(|entry| entry.file_name().into_string().expect("names are plain"));
        names.filter_map(|name| name.strip_suffix(ends).map(str::to_owned)).collect()
    };
    assert_eq!(names(&documents(), ".json"), known, "documents in proto/openapi");
    let mut crates = names(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../services"), "");
    crates.retain(|name| name != "erfa");
    assert_eq!(crates, known, "crates in services/");
}
