//! The frames of recent events, bounded by bytes.

use std::sync::Arc;

use quick_cache::{Weighter, sync::Cache};
use types::Position;

use super::Rendered;
use crate::protocol::Lang;

/// What frames depend on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// A CloudEvent is the same for everyone who may see it.
    Event(Position),
    /// A fragment.
    Fragments(FragmentKey),
}

/// What a fragment depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FragmentKey {
    pub(crate) position: Position,
    pub(crate) lang: Lang,
    pub(crate) variant: u8,
    pub(crate) topic: Arc<str>,
    /// It is for those who may not see what it says any more: never shared with what was made for those who may.
    pub(crate) place: bool,
}

/// Frames, and the position of the snapshot that they were made from.
#[derive(Clone)]
struct Entry {
    rendered: Arc<Rendered>,
    made_at: Position,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Entry> for Bytes {
    fn weight(&self, _: &Key, entry: &Entry) -> u64 {
        (entry.rendered.bytes() + size_of::<Key>() + size_of::<Entry>()) as u64
    }
}

/// Frames that were made already.
pub(crate) struct RenderCache(Cache<Key, Entry, Bytes>);

/// What an entry is taken to weigh, to choose the number of slots.
const ENTRY_BYTES: usize = 1_024;

impl RenderCache {
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self(Cache::with_weighter(bytes_max / ENTRY_BYTES, bytes_max as u64, Bytes))
    }

    /// The CloudEvent of the event at `position`; `make` makes it, once for all who ask at the same time.
    pub(crate) fn event(&self, position: Position, make: impl FnOnce() -> Rendered) -> Arc<Rendered> {
        let entry = self.0.get_or_insert_with(&Key::Event(position), || {
            metrics::counter!("erfa_live_renders_total", "form" => "event").increment(1);
            Ok::<_, std::convert::Infallible>(Entry { rendered: Arc::new(make()), made_at: position })
        });
        match entry {
            Ok(entry) => entry.rendered,
            Err(never) => match never {},
        }
    }

    /// Fragments that are no older than `altered`; `make` makes them from a snapshot at `made_at`, once for all who ask
    /// at the same time.
    pub(crate) fn fragments<E>(
        &self,
        key: FragmentKey,
        altered: Position,
        made_at: Position,
        make: impl FnOnce() -> Result<Rendered, E>,
    ) -> Result<Arc<Rendered>, E> {
        let key = Key::Fragments(key);
        self.0.remove_if(&key, |entry| entry.made_at < altered);
        let entry = self.0.get_or_insert_with(&key, || {
            metrics::counter!("erfa_live_renders_total", "form" => "html").increment(1);
            Ok(Entry { rendered: Arc::new(make()?), made_at })
        })?;
        Ok(entry.rendered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn key(position: u64) -> FragmentKey {
        FragmentKey {
            position: Position::new(position),
            lang: Lang::Sv,
            variant: 0,
            topic: "thread/1".into(),
            place: false,
        }
    }

    #[test]
    fn what_was_made_is_made_once_and_again_after_a_change() {
        let cache = RenderCache::new(1 << 20);
        let mut made = 0;
        let mut get = |altered, made_at| {
            let make = || {
                made += 1;
                Ok::<_, ()>(Rendered::event(&json!(made)))
            };
            cache.fragments(key(1), Position::new(altered), Position::new(made_at), make).unwrap()
        };
        let first = get(0, 1);
        assert_eq!(get(1, 5), first);
        let second = get(6, 6);
        assert_ne!(second, first);
        assert_eq!(get(6, 7), second);
        assert_eq!(made, 2);
    }

    #[test]
    fn it_is_bounded_by_bytes() {
        let cache = RenderCache::new(100_000);
        for position in 0..1_000 {
            cache.event(Position::new(position), || Rendered::event(&json!("x".repeat(1_000))));
        }
        assert!(cache.0.weight() <= 100_000, "{}", cache.0.weight());
        assert!(cache.0.len() > 10, "{}", cache.0.len());
    }
}
