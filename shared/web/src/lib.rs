//! The frame around every page, the components inside it, the texts in Swedish and English, the style sheet and the
//! one script. Nothing here knows a service.
//!
//! # How a service writes a page
//!
//! 1. `askama.toml` beside its `Cargo.toml`, so that its templates find ours:
//!
//!    ```toml
//!    [general]
//!    dirs = ["templates", "../../shared/web/templates"]
//!    ```
//!
//! 2. Its own texts in `locales/sv/<service>.ftl` and `locales/en/<service>.ftl`, declared once:
//!    `web::catalogue! { pub(crate) static FORUM = "../locales/sv/forum.ftl", "../locales/en/forum.ftl" }`.
//!    `FORUM.texts(lang)` gives [`Texts`]: a key is looked up there first and then in the shared catalogue, so `save`,
//!    `cancel` or `need-area-<name>` need no copy. A test calls
//!    [`testing::check_catalogues`]`(env!("CARGO_MANIFEST_DIR"))`.
//!
//! 3. A struct with the fields `frame: `[`Frame`] and `t: `[`Texts`], and a template:
//!
//!    ```html
//!    {% extends "frame.html" %}
//!    {% import "components.html" as ui %}
//!    {% block main %}
//!      <h1>{{ frame.title }}</h1>
//!      <p>{{ t.with("arena-members", [("n", members)]) }}</p>
//!      {% call ui::empty(t.get("no-arenas"), t.get("no-arenas-do"), "", "") %}{% endcall %}
//!    {% endblock %}
//!    ```
//!
//! 4. [`page`]`(&template)` is the answer. Errors are [`error_page`]. The components and their parameters are listed at
//!    the top of `templates/components.html`; the markup of lists, cards, posts and the live thread is in `examples/gallery/gallery.html`,
//!    which shows every one of them (`cargo run -p web --example gallery`) and is rendered in a test.
//!
//! A fragment that is put in live is a template of its own with the field `t`; the page takes it in as
//! [`Html::of`]`(&fragment)`, so both are the same bytes.

mod assets;
mod chart;
pub mod collation;
pub mod dates;
mod error_page;
mod form;
mod frame;
mod html;
mod lang;
mod language;
mod markdown;
mod page;
mod resend;
pub mod routes;
mod statements;
pub mod testing;
mod texts;

pub use assets::assets_router;
pub use chart::{Bar, bar_chart};
pub use error_page::{ErrorPage, error_page};
pub use form::{Choice, Crumb, Errors, FieldError, Pages, Readers, Tone};
pub use frame::{Frame, FrameViewer, LivePage, Section};
pub use html::Html;
pub use lang::{LANG_COOKIE, Lang, UnknownLang};
pub use language::is_local;
pub use markdown::markdown;
pub use page::{page, page_with};
pub use resend::{NotTaken, resend_page};
pub use routes::{PageRoute, PageRouter};
pub use statements::{Operator, statement_router};
pub use texts::{Catalogue, TextArg, TextArgs, Texts};
