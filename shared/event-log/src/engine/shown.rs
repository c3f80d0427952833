//! What readers see of commits that just became durable, without reading them again.

use std::{collections::HashSet, sync::Arc};

use types::{Position, Revision, Timestamp};

use super::records::Admitted;
use crate::{Commit, Recorded};

/// The most names of event types that are kept.
const KINDS_MAX: usize = 1_024;

/// The names of event types, each kept once for all events of the type.
#[derive(Default)]
pub(super) struct Kinds(HashSet<Arc<str>, foldhash::fast::RandomState>);

impl Kinds {
    /// The events of these commits, the first of which stands at `first`.
    pub(super) fn events(&mut self, admitted: Vec<Admitted>, first: u64, recorded_at: Timestamp) -> Vec<Arc<Recorded>> {
        let (mut events, mut position) = (Vec::new(), first);
        for Admitted { checked, first } in admitted {
            let Commit { id, stream, meta, events: new, .. } = checked.commit;
            let meta = Arc::new(meta);
            for (event, revision) in new.into_iter().zip(first..) {
                events.push(Arc::new(Recorded {
                    position: Position::new(position),
                    stream: stream.clone(),
                    revision: Revision::new(revision),
                    recorded_at,
                    commit: id,
                    id: event.id,
                    kind: self.kind(event.kind),
                    data: event.data,
                    meta: Arc::clone(&meta),
                }));
                position += 1;
            }
        }
        events
    }

    fn kind(&mut self, kind: Box<str>) -> Arc<str> {
        if let Some(known) = self.0.get(&*kind) {
            return Arc::clone(known);
        }
        let kind: Arc<str> = kind.into();
        if self.0.len() < KINDS_MAX {
            self.0.insert(Arc::clone(&kind));
        }
        kind
    }
}
