//! Which events a reader wants.

use types::StreamId;

use crate::Recorded;

/// Which events a reader wants. What is left empty does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Streams of one of these categories.
    pub categories: Vec<Box<str>>,
    /// Events of one of these types.
    pub kinds: Vec<Box<str>>,
    /// This stream alone.
    pub stream: Option<StreamId>,
}

impl Filter {
    /// Everything.
    pub fn all() -> Self {
        Self::default()
    }

    /// One stream.
    pub fn stream(stream: StreamId) -> Self {
        Self { stream: Some(stream), ..Self::default() }
    }

    /// Streams of these categories.
    pub fn categories(categories: impl IntoIterator<Item = types::Category>) -> Self {
        Self { categories: categories.into_iter().map(|c| c.as_str().into()).collect(), ..Self::default() }
    }

    /// Whether the event is wanted.
    pub fn matches(&self, event: &Recorded) -> bool {
        self.wants(&event.stream, &event.kind)
    }

    /// Whether events of this type in this stream are wanted.
    pub fn wants(&self, stream: &StreamId, kind: &str) -> bool {
        let any = |wanted: &[Box<str>], has: &str| wanted.is_empty() || wanted.iter().any(|w| **w == *has);
        any(&self.categories, stream.category())
            && any(&self.kinds, kind)
            && self.stream.as_ref().is_none_or(|wanted| wanted == stream)
    }
}
