//! What decides who sees an event, looked up once for all sockets.

use access::Visibility;
use event_log::Recorded;
use event_sourcing::{Snapshot, ViewError};
use quick_cache::sync::Cache;
use types::Position;

/// How many events it is remembered for: more than most sockets can be behind.
const EVENTS_MAX: usize = 8_192;

/// What was looked up, and the position of the snapshot that it was looked up in.
pub(crate) struct Visibilities(Cache<Position, (Visibility, Position)>);

impl Visibilities {
    pub(crate) fn new() -> Self {
        Self(Cache::new(EVENTS_MAX))
    }

    /// What decides who sees the event, as things stand in the snapshot. Nothing that concerns it has happened since
    /// `altered`; `None` if that is not known.
    pub(crate) fn of(
        &self,
        snapshot: &Snapshot,
        altered: Option<Position>,
        event: &Recorded,
    ) -> Result<Visibility, ViewError> {
        if let Some((visibility, looked_at)) = self.0.get(&event.position)
            && altered.is_some_and(|altered| looked_at >= altered)
        {
            return Ok(visibility);
        }
        let visibility = Visibility::of(snapshot, event)?;
        self.0.insert(event.position, (visibility, snapshot.position()));
        Ok(visibility)
    }
}
