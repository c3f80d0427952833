//! The style sheet, the script and the icon: their address holds a hash of what they are, so they may be kept for ever.

use std::{fmt::Write as _, sync::LazyLock};

use axum::response::IntoResponse;
use http::header;
use sha2::{Digest as _, Sha256};

use crate::{PageRouter, language, routes::get};

const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const FOR_A_DAY: &str = "public, max-age=86400";

/// The one script, a file for each of its parts, which see each other's names.
const LIVE: &str = concat!(
    include_str!("../assets/live/page.js"),
    include_str!("../assets/live/posts.js"),
    include_str!("../assets/live/fragments.js"),
    include_str!("../assets/live/connection.js"),
    include_str!("../assets/live/forms.js"),
);

pub(crate) struct Asset {
    pub(crate) path: String,
    kind: &'static str,
    body: &'static str,
}

pub(crate) static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("css", "text/css; charset=utf-8", include_str!("../assets/erfa.css"), "erfa"));
pub(crate) static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("js", "text/javascript; charset=utf-8", LIVE, "live"));
pub(crate) static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("svg", "image/svg+xml", include_str!("../assets/icon.svg"), "icon"));

impl Asset {
    fn new(extension: &str, kind: &'static str, body: &'static str, name: &str) -> Self {
        let mut hash = String::new();
        for byte in &Sha256::digest(body.as_bytes())[..8] {
            let _ = write!(hash, "{byte:02x}");
        }
        Self { path: format!("/assets/{name}.{hash}.{extension}"), kind, body }
    }

    fn answer(&self, kept: &'static str) -> impl IntoResponse + use<> {
        ([(header::CONTENT_TYPE, self.kind), (header::CACHE_CONTROL, kept)], self.body)
    }
}

/// The routes that every page leans on: `/assets/…`, `/favicon.ico` and the switch of language, `/language`.
pub fn assets_router<S: Clone + Send + Sync + 'static>() -> PageRouter<S> {
    PageRouter::new()
        .route(&STYLE.path, get(async || STYLE.answer(IMMUTABLE)))
        .route(&SCRIPT.path, get(async || SCRIPT.answer(IMMUTABLE)))
        .route(&ICON.path, get(async || ICON.answer(IMMUTABLE)))
        .route("/favicon.ico", get(async || ICON.answer(FOR_A_DAY)))
        .route("/language", get(language::switch))
}
