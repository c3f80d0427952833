//! One look at a page: who looks, in which language, at what; and the answers that all pages have in common.

use std::{convert::Infallible, fmt::Display, str::FromStr};

use access::{Reading, SignedInPage};
use axum::{
    extract::{FromRequestParts, OriginalUri},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use event_sourcing::ViewError;
use http::{StatusCode, request::Parts};
use types::Position;
use web::{Frame, FrameViewer, Lang, LivePage, Section, Texts, error_page};

use super::{FORUM, refusal};
use crate::{App, commands::Error};

/// The language and the address that were asked for.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub(super) lang: Lang,
    pub(super) path: String,
}

/// A look at a page.
pub(super) struct Look {
    pub(super) app: App,
    pub(super) reading: Reading,
    pub(super) t: Texts,
    visit: Visit,
}

/// Why there is no page to show.
#[derive(Debug)]
pub(super) enum Fault {
    /// The address names nothing.
    NoSuchPage,
    /// What was looked up, or asked for.
    Failed(Error),
    /// A template could not be rendered.
    NotRendered(askama::Error),
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let OriginalUri(uri) = OriginalUri::from_request_parts(parts, state).await?;
        let path = uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
        Ok(Self { lang: Lang::of(&parts.headers), path })
    }
}

/// Of somebody who is signed in; others are sent to sign in.
impl FromRequestParts<App> for Look {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let SignedInPage(reading) =
            SignedInPage::from_request_parts(parts, app).await.map_err(IntoResponse::into_response)?;
        let Ok(visit) = Visit::from_request_parts(parts, app).await;
        Ok(Self::new(app.clone(), visit, reading))
    }
}

impl Visit {
    /// With another address as the page's own: for a form that comes back from one which takes no GET.
    pub(super) fn at(self, path: String) -> Self {
        Self { path, ..self }
    }
}

impl Look {
    pub(super) fn new(app: App, visit: Visit, reading: Reading) -> Self {
        Self { app, reading, t: FORUM.texts(visit.lang), visit }
    }

    pub(super) fn lang(&self) -> Lang {
        self.visit.lang
    }

    /// The frame of a page. `path` is where the switch of language comes back to.
    pub(super) fn frame(&self, title: impl Into<String>, section: Section) -> Frame {
        let viewer = self.reading.viewer.signed_in().map(|viewer| FrameViewer {
            name: viewer.name.clone(),
            agency: viewer.agency_name.clone(),
            secretariat: self.reading.viewer.is_secretariat(),
        });
        let mut frame = Frame::new(self.visit.lang, title, &*self.visit.path);
        frame.viewer = viewer;
        frame.csrf = self.reading.csrf();
        frame.section = section;
        frame.demo = self.app.demo;
        frame
    }

    /// What the page needs to go on live from the snapshot that it is rendered from.
    pub(super) fn live(&self, topic: String) -> Option<LivePage> {
        let url = "/api/forum/v1/live".to_owned();
        Some(LivePage { url, cursor: self.reading.cursor(), topics: vec![topic] })
    }

    /// `303` to where what was done can be seen, and the cookie with which it will be there.
    pub(super) fn see(&self, location: &str, position: Position) -> Response {
        let cookie = self.reading.gate().at_least_cookie(self.reading.cursor_at(position));
        (CookieJar::new().add(cookie), Redirect::to(location)).into_response()
    }

    /// The page that says what happened and where to go.
    pub(super) fn fault(&self, fault: Fault) -> Response {
        let frame = |title: &str| self.frame(title, Section::Arenas);
        match fault {
            Fault::NoSuchPage => error_page(frame(""), StatusCode::NOT_FOUND, "", ""),
            Fault::Failed(Error::View(error)) => {
                tracing::error!(%error, "the view can't be read");
                error_page(frame(""), StatusCode::INTERNAL_SERVER_ERROR, "", "")
            }
            Fault::NotRendered(error) => {
                tracing::error!(%error, "a template could not be rendered");
                error_page(frame(""), StatusCode::INTERNAL_SERVER_ERROR, "", "")
            }
            Fault::Failed(Error::SignedOut) => Redirect::to(&frame("").sign_in()).into_response(),
            Fault::Failed(error) => match refusal::of(&self.t, &error) {
                Some(refusal) => error_page(frame(""), refusal.status, &self.t.get("refused-title"), &refusal.message),
                None => error_page(frame(""), StatusCode::NOT_FOUND, "", ""),
            },
        }
    }

    /// The page, or the one that says why not.
    pub(super) fn answer(&self, made: Result<Response, Fault>) -> Response {
        made.unwrap_or_else(|fault| self.fault(fault))
    }
}

/// The id that an address names.
pub(super) fn id<T: FromStr>(text: &str) -> Result<T, Fault> {
    text.parse().map_err(|_| Fault::NoSuchPage)
}

/// A new value for the hidden field that makes a form known when it is sent twice.
pub(super) fn commit(app: &App) -> String {
    app.ids.uuid().to_string()
}

/// The key of a form, from its hidden field.
pub(super) fn key(commit: &impl Display) -> crate::commands::Key {
    crate::commands::Key::Chosen(format!("form {commit}"))
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<askama::Error> for Fault {
    fn from(error: askama::Error) -> Self {
        Self::NotRendered(error)
    }
}

impl From<ViewError> for Fault {
    fn from(error: ViewError) -> Self {
        Self::Failed(error.into())
    }
}
