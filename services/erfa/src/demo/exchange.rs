//! What is said in the demo: `demo/exchange.toml`.

use contracts::forum::{ArenaAccess, ThreadKind};
use serde::Deserialize;
use types::NeedArea;

/// The invented exchange.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exchange {
    pub(super) agencies: Vec<String>,
    pub(super) first_names: Vec<String>,
    pub(super) last_names: Vec<String>,
    pub(super) titles: Vec<String>,
    pub(super) arenas: Vec<Arena>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arena {
    pub(super) name: String,
    pub(super) purpose: String,
    pub(super) need_area: NeedArea,
    pub(super) access: ArenaAccess,
    pub(super) threads: Vec<Thread>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Thread {
    pub(super) kind: ThreadKind,
    pub(super) title: String,
    pub(super) posts: Vec<String>,
}

impl Exchange {
    /// The one that comes with the program.
    pub(super) fn invented() -> Result<Self, toml::de::Error> {
        toml::from_str(include_str!("../../demo/exchange.toml"))
    }

    /// The name of the `number`th person: each first name with each last name, in turn.
    pub(super) fn name(&self, number: usize) -> String {
        let (first, last) = (number % self.first_names.len(), number / self.first_names.len() % self.last_names.len());
        format!("{} {}", self.first_names[first], self.last_names[last])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Exchange;

    #[test]
    fn the_exchange_is_as_large_as_promised() {
        let exchange = Exchange::invented().unwrap();
        assert_eq!(exchange.agencies.len(), 20);
        let names: BTreeSet<_> = (0..60).map(|number| exchange.name(number)).collect();
        assert_eq!(names.len(), 60, "nobody has the name of another");
        let areas: BTreeSet<_> = exchange.arenas.iter().map(|arena| arena.need_area).collect();
        assert_eq!(areas.len(), 5, "there is an arena for each need area");
        let posts: usize =
            exchange.arenas.iter().flat_map(|arena| &arena.threads).map(|thread| thread.posts.len()).sum();
        assert!(posts >= 90, "{posts} posts");
    }
}
