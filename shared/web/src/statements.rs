//! The pages that the law wants: accessibility, personal data, public records.

use askama::Template;
use axum::{extract::Request, response::Response};
use http::request::Parts;

use crate::{Frame, Html, Lang, PageRouter, Texts, markdown::prose, page::page, routes::get};

/// Who runs this exchange, as the statements name them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The agency or secretariat, by name.
    pub name: String,
    /// Its address for mail; the statements then say how to write to it.
    pub mail: Option<String>,
}

#[derive(Clone, Copy)]
struct Statement {
    path: &'static str,
    title: &'static str,
    sv: &'static str,
    en: &'static str,
}

const STATEMENTS: [Statement; 3] = [
    Statement {
        path: "/accessibility",
        title: "accessibility",
        sv: include_str!("../locales/sv/accessibility.md"),
        en: include_str!("../locales/en/accessibility.md"),
    },
    Statement {
        path: "/personal-data",
        title: "personal-data",
        sv: include_str!("../locales/sv/personal-data.md"),
        en: include_str!("../locales/en/personal-data.md"),
    },
    Statement {
        path: "/public-records",
        title: "public-records",
        sv: include_str!("../locales/sv/public-records.md"),
        en: include_str!("../locales/en/public-records.md"),
    },
];

#[derive(Template)]
#[template(path = "statement.html")]
struct StatementPage {
    frame: Frame,
    t: Texts,
    text: Html,
}

/// The routes `/accessibility`, `/personal-data` and `/public-records`, open to everyone. The closure makes the frame
/// of a request: its language, path and viewer; the title is put in here.
pub fn statement_router<S, F, Fut>(operator: Operator, frame: F) -> PageRouter<S>
where
    S: Clone + Send + Sync + 'static,
    F: Fn(Parts) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Frame> + Send,
{
    STATEMENTS.into_iter().fold(PageRouter::new(), |router, statement| {
        let (frame, operator) = (frame.clone(), operator.clone());
        let handler = async move |request: Request| -> Response {
            let (parts, _) = request.into_parts();
            page(&statement_page(&statement, frame(parts).await, &operator))
        };
        router.route(statement.path, get(handler))
    })
}

/// Where the statements are.
pub(crate) fn paths() -> impl Iterator<Item = &'static str> {
    STATEMENTS.iter().map(|statement| statement.path)
}

fn statement_page(statement: &Statement, mut frame: Frame, operator: &Operator) -> StatementPage {
    let t = Texts::shared(frame.lang);
    frame.title = t.of("statement", statement.title);
    let source = match frame.lang {
        Lang::Sv => statement.sv,
        Lang::En => statement.en,
    };
    let contact = match &operator.mail {
        Some(mail) => t.with("statement-write-to", (("name", &operator.name), ("mail", mail))),
        None => t.with("statement-turn-to", [("name", &operator.name)]),
    };
    let text = prose(&source.replace("{operator}", &operator.name).replace("{contact}", &contact));
    StatementPage { frame, t, text }
}
