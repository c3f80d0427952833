//! The extractors: how a handler gets its [`Reading`](crate::Reading), and what keeps it from being called.

mod api;
mod form;
mod page;

pub use api::{ApiReading, ApiWriting};
pub use form::{JoiningForm, PageForm, PublicForm};
pub use page::{JOIN_PATH, JoiningPage, PageReading, PageRejection, SIGN_IN_PATH, SignedInPage, local_path};
