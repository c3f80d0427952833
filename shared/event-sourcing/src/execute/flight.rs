//! A commit on its way to the disk, whose end several may wait for.

use event_log::{AppendError, Appended, CommitDigest, Pending};
use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Shared},
};
use types::Revision;

/// A commit under way. It goes on whether or not somebody waits.
#[derive(Clone)]
pub(super) struct Flight {
    commit: CommitDigest,
    landed: Shared<BoxFuture<'static, Landed>>,
}

/// How a flight ended.
#[derive(Clone, Debug)]
pub(super) enum Landed {
    /// Durable, where it was expected.
    Here(Appended),
    /// It had been written before, elsewhere in the stream: nothing was added.
    Elsewhere,
    /// Not written, or nobody knows.
    Failed(AppendError),
}

impl Flight {
    /// The flight of this commit, whose first event is to have the revision `first`.
    pub(super) fn new(commit: CommitDigest, pending: Pending, first: Revision) -> Self {
        let landed = async move {
            match pending.await {
                Ok(appended) if appended.first_revision == first => Landed::Here(appended),
                Ok(_) => Landed::Elsewhere,
                Err(error) => Landed::Failed(error),
            }
        };
        Self { commit, landed: landed.boxed().shared() }
    }

    /// What the commit says.
    pub(super) fn commit(&self) -> CommitDigest {
        self.commit
    }

    /// Its end.
    pub(super) async fn landed(self) -> Landed {
        self.landed.await
    }

    /// Its end, if it has come.
    pub(super) fn peek(&self) -> Option<Landed> {
        self.landed.clone().now_or_never()
    }
}
