//! Following a sign-in link. Opening it changes nothing, since mail programs open links too; its button signs in.

use access::{PageReading, PageRejection, PublicForm, Reading, Secret, local_path, problems::view_problem};
use askama::Template;
use axum::{
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use event_sourcing::ViewError;
use http::StatusCode;
use serde::Deserialize;
use service_kit::{Asker, Problem};
use types::{SessionId, Timestamp};
use web::{Frame, Section, Texts, dates, page, page_with};

use super::{Shell, sign_in::known_browser, sign_out};
use crate::{
    commands::{Error, Opened},
    domain::session::Error as Refusal,
};

#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    session: String,
    #[serde(default)]
    secret: String,
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "sign_in_link.html")]
struct LinkPage {
    frame: Frame,
    t: Texts,
    session: String,
    secret: String,
    next: String,
}

#[derive(Template)]
#[template(path = "sign_in_refused.html")]
struct RefusedPage {
    frame: Frame,
    t: Texts,
    reason: String,
    what_to_do: String,
    next: String,
}

impl Link {
    fn parse(&self) -> Option<(SessionId, Secret)> {
        Some((self.session.parse().ok()?, Secret::parse(&self.secret).ok()?))
    }
}

/// A view that can't be read, as a page answers it.
pub(super) fn view_error(error: ViewError) -> Problem {
    view_problem(&error)
}

fn refused(shell: &Shell, reading: &Reading, refusal: Refusal, next: &str) -> Response {
    let t = shell.texts();
    let (status, title, reason, what_to_do) = match refusal {
        Refusal::LinkUsed => (StatusCode::GONE, t.get("link-used-title"), t.get("link-used"), t.get("link-used-do")),
        Refusal::LinkExpired => {
            (StatusCode::GONE, t.get("link-expired-title"), t.get("link-expired"), t.get("link-expired-do"))
        }
        Refusal::OtherBrowser => {
            (StatusCode::FORBIDDEN, t.get("link-browser-title"), t.get("link-browser"), t.get("link-browser-do"))
        }
        Refusal::LinkUnknown | Refusal::Exists | Refusal::Unknown => {
            (StatusCode::NOT_FOUND, t.get("link-unknown-title"), t.get("link-unknown"), t.get("link-unknown-do"))
        }
    };
    let frame = shell.frame_at("/sign-in", reading, title, Section::SignIn);
    let next = super::percent_encoded(local_path(next));
    page_with(status, &RefusedPage { frame, t, reason, what_to_do, next })
}

/// Whoever is shut out is told why, and until when.
pub(super) fn suspended(shell: &Shell, reading: &Reading, reason: &str, until: Option<Timestamp>) -> Response {
    let t = shell.texts();
    let until = until.map(|until| dates::moment_text(t.lang(), until));
    let what_to_do = match until {
        Some(until) => t.with("suspended-until-do", [("until", until)]),
        None => t.get("suspended-do"),
    };
    let frame = shell.frame_at("/sign-in", reading, t.get("suspended-title"), Section::SignIn);
    let reason = t.with("suspended-because", [("reason", reason)]);
    page_with(StatusCode::FORBIDDEN, &RefusedPage { frame, t, reason, what_to_do, next: "/".to_owned() })
}

pub(super) async fn show(
    shell: Shell,
    asker: Asker,
    PageReading(reading): PageReading,
    Query(link): Query<Link>,
) -> Result<Response, PageRejection> {
    asker.signs_in()?;
    if link.parse().is_none() {
        return Ok(refused(&shell, &reading, Refusal::LinkUnknown, &link.next));
    }
    let t = shell.texts();
    let mut frame = shell.frame(&reading, t.get("sign-in-title"), Section::SignIn);
    let jar = known_browser(&reading, &mut frame);
    let Link { session, secret, next } = link;
    Ok((jar, page(&LinkPage { frame, t, session, secret, next })).into_response())
}

pub(super) async fn send(
    shell: Shell,
    asker: Asker,
    PublicForm(reading, link): PublicForm<Link>,
) -> Result<Response, PageRejection> {
    asker.signs_in()?;
    let Some((session, secret)) = link.parse() else {
        asker.opened_a_wrong_link()?;
        return Ok(refused(&shell, &reading, Refusal::LinkUnknown, &link.next));
    };
    match shell.app.commands.sign_in(session, &secret, reading.browser()).await {
        Ok(opened) => signed_in(&shell, &reading, &opened, &link.next).await,
        Err(Error::Suspended { reason, until }) => Ok(suspended(&shell, &reading, &reason, until)),
        Err(error) => match error.session() {
            Some(Refusal::LinkUnknown) => {
                asker.opened_a_wrong_link()?;
                Ok(refused(&shell, &reading, Refusal::LinkUnknown, &link.next))
            }
            Some(refusal) => Ok(refused(&shell, &reading, refusal, &link.next)),
            None => Err(Problem::from(error).into()),
        },
    }
}

/// Gives the browser its session, and leads on.
pub(super) async fn signed_in(
    shell: &Shell,
    reading: &Reading,
    opened: &Opened,
    next: &str,
) -> Result<Response, PageRejection> {
    // The browser forgets the session from before, so nobody could end it later.
    sign_out::end_session(shell, reading).await?;
    let gate = reading.gate();
    let session = gate.session_cookie(opened.session, &opened.secret, opened.expires_at);
    let at_least = gate.at_least_cookie(reading.cursor_at(opened.position));
    let known = gate.known_browser_cookie(opened.person);
    let jar = axum_extra::extract::cookie::CookieJar::new().add(session).add(at_least).add(known);
    Ok((jar, Redirect::to(local_path(next))).into_response())
}
