//! Following: read what is stored, then what comes, with one and the same loop, so that there is no seam.
//!
//! A follower pulls from the log at its own pace; the watch of the committed position says only that there is more. A
//! wake-up that comes late or is merged with another loses nothing, and nobody waits for a slow follower.

use std::collections::VecDeque;

use futures_util::{
    StreamExt as _,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use tokio::sync::watch;
use types::Position;

use crate::{EventPage, Filter, Followed, ReadError};

/// The most events that a follower holds at a time.
const FOLLOW_EVENTS_MAX: usize = 256;
/// A follower that was live is behind when so many positions wait for it.
pub const FOLLOW_BEHIND_EVENTS: u64 = 8_192;

/// What a follower reads from.
pub(crate) trait Source: Send + Sync + 'static {
    fn page<'a>(
        &'a self,
        after: Position,
        filter: &'a Filter,
        limit: usize,
    ) -> BoxFuture<'a, Result<EventPage, ReadError>>;
}

struct Follower<S> {
    source: S,
    committed: watch::Receiver<Position>,
    filter: Filter,
    /// Everything up to here was read.
    after: Position,
    /// What was read, and not taken yet.
    ready: VecDeque<Followed>,
    live: bool,
    ended: bool,
}

/// Follows `source`, which is readable up to `committed`, until the watch's sender is dropped.
pub(crate) fn follow<S: Source>(
    source: S,
    committed: watch::Receiver<Position>,
    after: Position,
    filter: Filter,
) -> BoxStream<'static, Result<Followed, ReadError>> {
    let follower = Follower { source, committed, filter, after, ready: VecDeque::new(), live: false, ended: false };
    stream::unfold(follower, |mut follower| async move { follower.next().await.map(|item| (item, follower)) }).boxed()
}

impl<S: Source> Follower<S> {
    async fn next(&mut self) -> Option<Result<Followed, ReadError>> {
        loop {
            if let Some(followed) = self.ready.pop_front() {
                return Some(Ok(followed));
            }
            if self.ended {
                return None;
            }
            let committed = *self.committed.borrow_and_update();
            if self.after >= committed {
                if !self.live {
                    self.live = true;
                    return Some(Ok(Followed::CaughtUp(self.after)));
                }
                if self.committed.changed().await.is_err() {
                    return None;
                }
                continue;
            }
            if self.live && committed.get() - self.after.get() > FOLLOW_BEHIND_EVENTS {
                self.live = false;
                return Some(Ok(Followed::Behind(self.after)));
            }
            match self.source.page(self.after, &self.filter, FOLLOW_EVENTS_MAX).await {
                Ok(page) => self.take(page),
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
    }

    fn take(&mut self, page: EventPage) {
        let last = page.events.last().map(|event| event.position);
        self.ready.extend(page.events.into_iter().map(Followed::Event));
        if page.read_to > self.after && last != Some(page.read_to) {
            self.ready.push_back(Followed::Checkpoint(page.read_to));
        }
        self.after = self.after.max(page.read_to);
    }
}
