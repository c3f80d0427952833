//! What is said when it came to nothing: clear to whoever wanted in, and nothing for whoever tries.

use access::Reading;
use askama::Template;
use axum::response::Response;
use http::StatusCode;
use oidc::Error;
use web::{Frame, Section, Texts, page_with};

use super::Shell;

#[derive(Template)]
#[template(path = "openid_refused.html")]
struct RefusedPage {
    frame: Frame,
    t: Texts,
    reason: String,
    what_to_do: String,
}

/// A page from three texts of the catalogues: `<key>-title`, `<key>` and `<key>-do`.
macro_rules! refused {
    ($shell:expr, $reading:expr, $status:ident, $title:literal, $reason:literal, $what_to_do:literal) => {{
        let t = $shell.texts();
        let frame = $shell.frame_at("/sign-in", $reading, t.get($title), Section::SignIn);
        let (reason, what_to_do) = (t.get($reason), t.get($what_to_do));
        page_with(StatusCode::$status, &RefusedPage { frame, t, reason, what_to_do })
    }};
}

/// The browser has begun no such sign-in, or it is used up or too old.
pub(super) fn not_begun(shell: &Shell, reading: &Reading) -> Response {
    refused!(shell, reading, FORBIDDEN, "openid-not-begun-title", "openid-not-begun", "openid-not-begun-do")
}

/// The account is nobody's.
pub(super) fn unknown(shell: &Shell, reading: &Reading) -> Response {
    refused!(shell, reading, FORBIDDEN, "openid-unknown-title", "openid-unknown", "openid-unknown-do")
}

/// The account is somebody else's.
pub(super) fn linked_to_another(shell: &Shell, reading: &Reading) -> Response {
    refused!(shell, reading, CONFLICT, "openid-linked-title", "openid-linked", "openid-linked-do")
}

/// The one who proved who they are is not the one who is signed in.
pub(super) fn somebody_else(shell: &Shell, reading: &Reading) -> Response {
    refused!(shell, reading, FORBIDDEN, "openid-other-title", "openid-other", "openid-other-do")
}

/// The provider can't be used.
pub(super) fn provider_failed(shell: &Shell, reading: &Reading, name: &str, error: &Error) -> Response {
    tracing::error!(provider = %name, %error, "a provider can't be used");
    refused!(shell, reading, BAD_GATEWAY, "openid-failed-title", "openid-failed", "openid-failed-do")
}

/// What the protocol says against it.
pub(super) fn by(shell: &Shell, reading: &Reading, name: &str, error: &Error) -> Response {
    match error {
        Error::Provider(_) => provider_failed(shell, reading, name, error),
        Error::Denied(code) => {
            tracing::warn!(provider = %name, %error, "a sign-in was denied by its provider");
            match code.as_str() {
                "access_denied" => {
                    refused!(shell, reading, FORBIDDEN, "openid-denied-title", "openid-denied", "openid-denied-do")
                }
                "unmet_authentication_requirements" | "login_required" | "interaction_required" => {
                    refused!(shell, reading, FORBIDDEN, "openid-level-title", "openid-level", "openid-level-do")
                }
                "temporarily_unavailable" | "server_error" => {
                    refused!(shell, reading, BAD_GATEWAY, "openid-failed-title", "openid-failed", "openid-failed-do")
                }
                _ => refused!(shell, reading, FORBIDDEN, "openid-refused-title", "openid-refused", "openid-refused-do"),
            }
        }
        Error::Refused(refusal) => {
            tracing::warn!(provider = %name, %refusal, "a sign-in that is not to be believed was refused");
            match refusal {
                oidc::Refusal::Assurance | oidc::Refusal::AuthenticatedAt => {
                    refused!(shell, reading, FORBIDDEN, "openid-level-title", "openid-level", "openid-level-do")
                }
                _ => refused!(shell, reading, FORBIDDEN, "openid-refused-title", "openid-refused", "openid-refused-do"),
            }
        }
    }
}
