//! A form that was not taken, whole, with a button that sends it again.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::{Frame, Texts, page::page_with};

/// A text of more characters than this is shown, if it has several words: what is shorter is quickly written again, and
/// often is no text.
const SHORT_CHARS_MAX: usize = 60;

/// A form that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTaken {
    /// Where it was sent, as path and query.
    pub action: String,
    /// Its fields, in order; several may have one name.
    pub fields: Vec<(String, String)>,
    /// When to try again, if that is known.
    pub retry_after_seconds: Option<u64>,
}

#[derive(Template)]
#[template(path = "resend.html")]
struct ResendPage {
    frame: Frame,
    t: Texts,
    status: u16,
    lead: String,
    action: String,
    fields: Vec<Field>,
}

struct Field {
    name: String,
    value: String,
    is_long: bool,
}

impl From<(String, String)> for Field {
    fn from((name, value): (String, String)) -> Self {
        let is_text = value.contains('\n') || (value.chars().count() > SHORT_CHARS_MAX && value.contains(' '));
        Self { is_long: is_text, name, value }
    }
}

/// The answer to a form that was not taken for the moment: it holds everything that was in the form, shows what is long,
/// and sends it again by one button. Where the frame has a form token, that takes the place of the form's own.
pub fn resend_page(mut frame: Frame, status: StatusCode, form: NotTaken) -> Response {
    let t = Texts::shared(frame.lang);
    let family = match status {
        StatusCode::TOO_MANY_REQUESTS => "too-many",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable",
        _ => "internal",
    };
    frame.title = t.of("error-title", family);
    frame.live = None;
    // Only a form that was not looked at is known not to be saved.
    let lead = match form.retry_after_seconds.filter(|_| status == StatusCode::TOO_MANY_REQUESTS) {
        Some(seconds) => t.with("resend-lead-in", [("seconds", seconds)]),
        None => t.get("resend-lead"),
    };
    let mut fields: Vec<Field> = form.fields.into_iter().map(Field::from).collect();
    if !frame.csrf.is_empty() {
        fields.iter_mut().filter(|field| field.name == "csrf").for_each(|field| field.value.clone_from(&frame.csrf));
    }
    page_with(status, &ResendPage { status: status.as_u16(), lead, action: form.action, fields, frame, t })
}
