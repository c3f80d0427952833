//! The pages that belong to no service: the statements that the law wants, and what a browser sees of a refusal.

use std::sync::Arc;

use access::{Credentials, FormOwner, Gate, Viewer, browser_secret, csrf_token, same_origin};
use axum::Router;
use http::{Method, StatusCode, request::Parts};
use service_kit::{Config, Problem, ProblemPages, SentForm};
use web::{Frame, FrameViewer, Lang, NotTaken, Operator, error_page, resend_page, statement_router};

/// What they are made with.
#[derive(Clone)]
pub(crate) struct Shell {
    pub(crate) gate: Gate,
    pub(crate) demo: bool,
}

impl Shell {
    /// The statements.
    pub(crate) fn statements(&self, config: &Config) -> Router {
        let shell = self.clone();
        let operator = Operator { name: config.secretariat.clone(), mail: config.secretariat_mail.clone() };
        statement_router(operator, move |parts: Parts| std::future::ready(shell.frame(&parts))).into_router()
    }

    /// The page for a refusal that no service made a page of, such as an address that leads nowhere. A form that was only
    /// refused for the moment comes back whole.
    pub(crate) fn refusals(self) -> ProblemPages {
        Arc::new(move |parts: &Parts, problem: &Problem| match self.not_taken(parts, problem) {
            Some(form) => resend_page(self.frame_of_form(parts), problem.status(), form),
            None => error_page(self.frame(parts), problem.status(), "", ""),
        })
    }

    /// The form that was refused for the moment, if it came from one of Erfa's own pages: another site's page is not to have
    /// its form sent by a button of ours.
    fn not_taken(&self, parts: &Parts, problem: &Problem) -> Option<NotTaken> {
        let is_for_the_moment = matches!(
            problem.status(),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE | StatusCode::INTERNAL_SERVER_ERROR
        );
        let SentForm(bytes) = parts.extensions.get().filter(|_| is_for_the_moment)?;
        same_origin(&parts.headers, self.gate.origin()).ok()?;
        let fields = serde_html_form::from_bytes(bytes).ok()?;
        let action = parts.uri.path_and_query()?.as_str().to_owned();
        Some(NotTaken { action, fields, retry_after_seconds: problem.retry_after_seconds() })
    }

    /// The frame of a page with a form, also for a browser that has not signed in.
    fn frame_of_form(&self, parts: &Parts) -> Frame {
        let mut frame = self.frame(parts);
        if frame.csrf.is_empty()
            && let Some(browser) = browser_secret(&parts.headers, self.gate.secure())
        {
            frame.csrf = csrf_token(self.gate.keys(), FormOwner::Browser(&browser));
        }
        frame
    }

    /// The frame for whoever looks, from what is known of them now; nobody, if that can't be found out.
    fn frame(&self, parts: &Parts) -> Frame {
        let is_page = parts.method == Method::GET;
        let path = parts.uri.path_and_query().filter(|_| is_page).map_or("/", |path| path.as_str());
        let mut frame = Frame::new(Lang::of(&parts.headers), "", path);
        frame.demo = self.demo;
        let viewer = self.viewer(parts);
        if let (Some(person), Some(session)) = (viewer.signed_in(), viewer.session()) {
            frame.csrf = csrf_token(self.gate.keys(), FormOwner::Session(session));
            frame.viewer = Some(FrameViewer {
                name: person.name.clone(),
                agency: person.agency_name.clone(),
                secretariat: viewer.is_secretariat(),
            });
        }
        frame
    }

    fn viewer(&self, parts: &Parts) -> Viewer {
        let credentials = Credentials::of_browser(&parts.headers, self.gate.secure());
        let viewer = self.gate.views().snapshot().ok().map(|snapshot| self.gate.viewer(&snapshot, &credentials));
        viewer.and_then(Result::ok).unwrap_or(Viewer::Anonymous)
    }
}
