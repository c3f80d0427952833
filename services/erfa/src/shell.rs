//! The pages that belong to no service: the statements that the law wants, and what a browser sees of a refusal.

use std::sync::Arc;

use access::{Credentials, FormOwner, Gate, Viewer, csrf_token};
use axum::Router;
use http::{Method, request::Parts};
use service_kit::{Config, Problem, ProblemPages};
use web::{Frame, FrameViewer, Lang, Operator, error_page, statement_router};

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

    /// The page for a refusal that no service made a page of, such as an address that leads nowhere.
    pub(crate) fn refusals(self) -> ProblemPages {
        Arc::new(move |parts: &Parts, problem: &Problem| error_page(self.frame(parts), problem.status(), "", ""))
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
