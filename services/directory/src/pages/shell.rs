//! What every page begins with: language, address, frame and texts.

use std::convert::Infallible;

use access::Reading;
use axum::{
    extract::{FromRef, FromRequestParts, OriginalUri},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;
use http::request::Parts;
use types::Position;
use web::{Frame, FrameViewer, Lang, Section, Texts};

use crate::{TEXTS, app::App};

/// In which language, at which address, and with what at hand a page is asked for.
pub(crate) struct Shell {
    pub(crate) app: App,
    pub(crate) lang: Lang,
    /// Path and query.
    path: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Shell
where
    App: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
        // The answer to a form has no address of its own that could be read again.
        let is_page = parts.method == http::Method::GET;
        let path = uri.path_and_query().filter(|_| is_page).map_or("/", |path| path.as_str());
        Ok(Self { app: App::from_ref(state), lang: Lang::of(&parts.headers), path: path.to_owned() })
    }
}

impl Shell {
    /// The texts in the reader's language.
    pub(crate) fn texts(&self) -> Texts {
        TEXTS.texts(self.lang)
    }

    /// The frame of a page for whoever reads.
    pub(crate) fn frame(&self, reading: &Reading, title: String, section: Section) -> Frame {
        let viewer = reading.viewer.signed_in().map(|viewer| FrameViewer {
            name: if viewer.joined { viewer.name.clone() } else { self.texts().get("not-joined-name") },
            agency: viewer.agency_name.clone(),
            secretariat: reading.viewer.is_secretariat(),
        });
        Frame {
            viewer,
            csrf: reading.csrf(),
            section,
            demo: self.app.personas.is_some(),
            ..Frame::new(self.lang, title, self.path.clone())
        }
    }

    /// The frame of a page for somebody who has just signed out.
    pub(crate) fn frame_of_nobody(&self, path: &str, title: String, section: Section) -> Frame {
        Frame { section, demo: self.app.personas.is_some(), ..Frame::new(self.lang, title, path.to_owned()) }
    }

    /// The frame of a page that shows a form again, at the address of the page on which it stands.
    pub(crate) fn frame_at(&self, path: &str, reading: &Reading, title: String, section: Section) -> Frame {
        Frame { path: path.to_owned(), ..self.frame(reading, title, section) }
    }
}

/// Leads on after something was written, to a page that shows it.
pub(crate) fn go_on(reading: &Reading, position: Position, path: &str) -> Response {
    let cookie = reading.gate().at_least_cookie(reading.cursor_at(position));
    (CookieJar::new().add(cookie), Redirect::to(path)).into_response()
}
