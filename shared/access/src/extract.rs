//! The extractors: how a handler gets its [`Reading`](crate::Reading), and what keeps it from being called.

mod api;
mod form;
mod page;

pub use api::{ApiReading, ApiWriting};
pub use form::{AdministrationForm, JoiningForm, PageForm, PublicForm};
pub use page::{
    AdministrationPage, JOIN_PATH, JoiningPage, PageReading, PageRejection, RefusedTo, SIGN_IN_PATH, SignedInPage,
    local_path,
};
