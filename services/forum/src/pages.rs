//! The forum's pages: one a file, with the form that stands on it.

mod activity;
mod arena;
mod arena_form;
mod arenas;
mod closing;
mod edit_post;
mod history;
mod join;
mod look;
mod members;
mod new_thread;
pub(crate) mod post;
mod refusal;
mod reply;
mod start;
pub(crate) mod state;
mod thread;
pub(crate) mod thread_item;
mod withdraw_post;

use web::{
    PageRouter,
    routes::{get, post as posted},
};

use crate::App;

web::catalogue! { pub(crate) static FORUM = "../locales/sv/forum.ftl", "../locales/en/forum.ftl" }

/// How many posts a page of a thread shows.
pub(crate) const POSTS_PER_PAGE: usize = 50;
/// How many threads a page of an arena shows.
const THREADS_PER_PAGE: usize = 20;

/// Every page.
pub(crate) fn routes() -> PageRouter<App> {
    PageRouter::new()
        .route("/", get(start::show))
        .route("/arenas", get(arenas::show))
        .route("/arenas/new", get(arena_form::show_new).post(arena_form::open))
        .route("/arenas/{id}", get(arena::show))
        .route("/arenas/{id}/edit", get(arena_form::show_edit).post(arena_form::change))
        .route("/arenas/{id}/join", posted(join::join))
        .route("/arenas/{id}/leave", posted(join::leave))
        .route("/arenas/{id}/members", get(members::show).post(members::invite))
        .route("/arenas/{id}/members/remove", posted(members::remove))
        .route("/arenas/{id}/threads/new", get(new_thread::show).post(new_thread::open))
        .route("/threads/{id}", get(thread::show))
        .route("/threads/{id}/posts", posted(reply::add))
        .route("/threads/{id}/closing", get(closing::show).post(closing::change))
        .route("/posts/{id}", get(post::find))
        .route("/posts/{id}/edit", get(edit_post::show).post(edit_post::change))
        .route("/posts/{id}/withdraw", get(withdraw_post::show).post(withdraw_post::withdraw))
        .route("/posts/{id}/history", get(history::show))
}

/// The page of its thread that a post stands on, from 1.
pub(crate) fn page_of(number: u32) -> usize {
    (number.saturating_sub(1) as usize) / POSTS_PER_PAGE + 1
}

/// The address of a post in its thread.
pub(crate) fn post_href(thread: types::ThreadId, number: u32) -> String {
    format!("/threads/{thread}?page={}#post-{number}", page_of(number))
}
