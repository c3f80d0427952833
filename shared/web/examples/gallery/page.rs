//! The page with all components, for the example that serves it and the test that renders it.

use askama::Template;
use types::NeedArea;
use web::{
    Bar, Choice, Crumb, Errors, Frame, FrameViewer, Html, Lang, LivePage, Pages, Readers, Section, Texts, Tone,
    bar_chart, dates, markdown,
};

web::catalogue! { static GALLERY = "locales/sv/gallery.ftl", "locales/en/gallery.ftl" }

/// The page.
#[derive(Template)]
#[template(path = "gallery.html")]
pub(crate) struct Gallery {
    pub(crate) frame: Frame,
    t: Texts,
    errors: Errors,
    no_errors: Errors,
    trail: Vec<Crumb>,
    pages: Pages,
    readers: Readers,
    areas: Vec<NeedArea>,
    shown_as: Vec<Choice>,
    kinds: Vec<Choice>,
    chart: Html,
    body: Html,
    short: Html,
    when: Html,
    info: Tone,
    success: Tone,
    warning: Tone,
}

impl Gallery {
    /// The page in a language.
    pub(crate) fn new(lang: Lang) -> Self {
        let t = GALLERY.texts(lang);
        let mut frame = Frame::new(lang, t.get("gallery-title"), "/?a=b");
        frame.section = Section::Arenas;
        frame.demo = true;
        frame.csrf = "csrf".into();
        frame.viewer =
            Some(FrameViewer { name: "Alva Exempelberg".into(), agency: "Skatteverket".into(), secretariat: false });
        frame.live = Some(LivePage { url: "/live".into(), cursor: "c0".into(), topics: vec!["thread/1".into()] });
        let mut errors = Errors::none();
        errors.add("title", t.get("gallery-error-title"));
        errors.add("kind", t.get("gallery-error-kind"));
        let readers = Readers {
            persons: 128,
            agencies: 21,
            named: ["Arbetsförmedlingen", "Skatteverket", "Örebro kommun"].map(String::from).to_vec(),
            note: t.get("gallery-readers-note"),
        };
        let choice = |key: &str, chosen| Choice::new(key, t.of("gallery-choice", key), chosen);
        let at = "2026-11-22T13:05:00Z".parse().unwrap_or_default();
        Self {
            errors,
            no_errors: Errors::none(),
            trail: vec![Crumb::new("/arenas", t.get("arenas")), Crumb::new("/arenas/1", t.get("gallery-arena"))],
            pages: Pages::new(5, 20, 180, "/?a=b"),
            readers,
            areas: NeedArea::ALL.to_vec(),
            shown_as: vec![
                choice("name", true).hint("Alva Exempelberg, Skatteverket"),
                choice("role", false).hint("Verksamhetsutvecklare, Skatteverket"),
                choice("agency", false).hint("Skatteverket"),
            ],
            kinds: vec![choice("question", false), choice("experience", false), choice("discussion", false)],
            chart: bar_chart(
                &t,
                &t.get("gallery-chart"),
                &t.get("gallery-week"),
                &[4, 11, 7, 0, 15, 23, 9, 12, 31, 18, 22, 6].map(|n| Bar::new(format!("v. {}", 36 + n % 7), n)),
            ),
            body: markdown(&t.get("gallery-body")),
            short: markdown(&t.get("gallery-short")),
            when: dates::moment(lang, at, at),
            info: Tone::Info,
            success: Tone::Success,
            warning: Tone::Warning,
            frame,
            t,
        }
    }
}
