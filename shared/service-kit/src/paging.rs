//! Lists in pages: `limit` and `page` in, items and their total out.

use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::{IntoParams, ToSchema};

/// How many items a page holds unless the request says otherwise.
pub const PAGE_ITEMS_DEFAULT: usize = 20;
/// The most items of a page.
pub const PAGE_ITEMS_MAX: usize = 100;
/// The highest number of a page.
pub const PAGE_NUMBER_MAX: usize = 1_000_000;

/// Which page of a list is asked for; take it with [`ApiQuery`](crate::ApiQuery).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Paging {
    /// How many items at most.
    #[serde(deserialize_with = "limit")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: usize,
    /// Which page; the first is 1.
    #[serde(deserialize_with = "page")]
    #[param(minimum = 1, maximum = 1_000_000, default = 1)]
    pub page: usize,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items of this page, in the list's order.
    pub items: Vec<T>,
    /// Which page; the first is 1.
    pub page: usize,
    /// How many items a page holds at most.
    pub limit: usize,
    /// How many items there are on all pages together.
    pub total: usize,
}

impl Default for Paging {
    fn default() -> Self {
        Self { limit: PAGE_ITEMS_DEFAULT, page: 1 }
    }
}

impl Paging {
    /// How many items stand before this page.
    pub fn offset(self) -> usize {
        (self.page.saturating_sub(1)).saturating_mul(self.limit)
    }

    /// This page, of `items` that are already only its own.
    pub fn page_of<T>(self, items: Vec<T>, total: usize) -> Page<T> {
        Page { items, page: self.page, limit: self.limit, total }
    }

    /// This page of all items.
    pub fn cut<T>(self, all: impl IntoIterator<Item = T>) -> Page<T> {
        let mut all = all.into_iter();
        let skipped = all.by_ref().take(self.offset()).count();
        let items: Vec<_> = all.by_ref().take(self.limit).collect();
        let total = skipped + items.len() + all.count();
        self.page_of(items, total)
    }
}

impl<T> Page<T> {
    /// The same page with every item turned into another thing.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Page<U> {
        let Self { items, page, limit, total } = self;
        Page { items: items.into_iter().map(turn).collect(), page, limit, total }
    }
}

fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    within(deserializer, PAGE_ITEMS_MAX)
}

fn page<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    within(deserializer, PAGE_NUMBER_MAX)
}

fn within<'de, D: Deserializer<'de>>(deserializer: D, most: usize) -> Result<usize, D::Error> {
    let number = usize::deserialize(deserializer)?;
    if (1..=most).contains(&number) {
        Ok(number)
    } else {
        Err(de::Error::custom(format_args!("expected a number from 1 to {most}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_cut_out_of_all_items() {
        let cut = |limit, page| Paging { limit, page }.cut(1..=45);
        assert_eq!(cut(20, 1).items, (1..=20).collect::<Vec<_>>());
        assert_eq!(cut(20, 3), Page { items: (41..=45).collect(), page: 3, limit: 20, total: 45 });
        assert_eq!(cut(20, 4), Page { items: vec![], page: 4, limit: 20, total: 45 });
        assert_eq!(cut(100, PAGE_NUMBER_MAX).total, 45);
    }
}
