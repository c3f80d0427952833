//! Tokens that may be used once.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, PoisonError},
};

/// How many used ids are remembered at most; only the provider can make more, as they stand in tokens that it signed.
const REMEMBERED_MAX: usize = 10_000;

/// The ids that were used, as long as their tokens would be believed.
#[derive(Debug, Default)]
pub(crate) struct Window(Mutex<Used>);

#[derive(Debug, Default)]
struct Used {
    ids: HashSet<String>,
    /// The same, oldest first, with the second from which their tokens are not believed any longer.
    order: VecDeque<(i64, String)>,
}

impl Window {
    /// Takes note of an id until `forget_at_s`; `false` if it was used before.
    pub(crate) fn first_use(&self, id: &str, forget_at_s: i64, now_s: i64) -> bool {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Used { ids, order } = &mut *used;
        while let Some((_, old)) = order.pop_front_if(|(forget_at_s, _)| *forget_at_s <= now_s) {
            ids.remove(&old);
        }
        if ids.contains(id) {
            return false;
        }
        if order.len() >= REMEMBERED_MAX
            && let Some((_, oldest)) = order.pop_front()
        {
            ids.remove(&oldest);
        }
        ids.insert(id.to_owned());
        order.push_back((forget_at_s, id.to_owned()));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_used_once_as_long_as_it_counts() {
        let window = Window::default();
        assert!(window.first_use("a", 100, 0));
        assert!(!window.first_use("a", 100, 99));
        assert!(window.first_use("b", 50, 99));
        assert!(window.first_use("a", 300, 100), "its token is no longer believed");
    }

    #[test]
    fn there_is_an_end_to_what_is_remembered() {
        let window = Window::default();
        for number in 0..=REMEMBERED_MAX {
            assert!(window.first_use(&number.to_string(), 100, 0));
        }
        assert_eq!(window.0.lock().unwrap().ids.len(), REMEMBERED_MAX);
        assert!(!window.first_use("1", 100, 0));
    }
}
