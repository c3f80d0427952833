//! The buttons on an arena's page: joining and leaving.

use access::PageForm;
use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;
use types::{ArenaId, ThreadId};

use super::look::{Fault, Look, Visit, id, key};
use crate::App;

/// A button: it carries nothing but what makes it known when it is pressed twice.
#[derive(Deserialize)]
pub(super) struct Button {
    commit: String,
    /// The thread that it stood below, to come back to.
    #[serde(default)]
    thread: Option<ThreadId>,
}

pub(super) async fn join(
    State(app): State<App>,
    visit: Visit,
    Path(path): Path<String>,
    PageForm(reading, Button { commit, thread }): PageForm<Button>,
) -> Response {
    let look = Look::new(app, visit, reading);
    let joined = async {
        let arena: ArenaId = id(&path)?;
        let done = look.app.commands.join(&look.reading, &key(&commit), arena).await?;
        let next = thread.map_or_else(|| format!("/arenas/{arena}"), |thread| format!("/threads/{thread}#reply"));
        Ok::<_, Fault>(look.see(&next, done.position))
    };
    let joined = joined.await;
    look.answer(joined)
}

pub(super) async fn leave(
    State(app): State<App>,
    visit: Visit,
    Path(path): Path<String>,
    PageForm(reading, Button { commit, .. }): PageForm<Button>,
) -> Response {
    let look = Look::new(app, visit, reading);
    let left = async {
        let arena: ArenaId = id(&path)?;
        let done = look.app.commands.leave(&look.reading, &key(&commit), arena).await?;
        // An arena for the invited is no longer there for the one who has left it.
        let invited_only = look.reading.standing(arena)?.access == contracts::forum::ArenaAccess::Invited;
        let next = if invited_only { "/arenas".to_owned() } else { format!("/arenas/{arena}") };
        Ok::<_, Fault>(look.see(&next, done.position))
    };
    let left = left.await;
    look.answer(left)
}
