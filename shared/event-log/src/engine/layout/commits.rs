//! Kind 4: where a commit stands, by its id. A page holds the ids from its key up to the next page's key, in order, so
//! that ids which grow with time cost little more than their bytes.

use types::CommitId;
use uuid::Uuid;

use super::{BadValue, Input};

const KIND: u8 = 4;
/// The most ids on a page.
pub(in crate::engine) const PAGE_IDS_MAX: usize = 128;
const ENTRY_BYTES: usize = 24;

/// Where a commit's first event stands.
pub(in crate::engine) type Entry = (CommitId, u64);

/// The key of the page whose ids begin at `lowest`.
pub(in crate::engine) fn key(lowest: Uuid) -> [u8; 17] {
    let mut key = [0; 17];
    key[0] = KIND;
    key[1..].copy_from_slice(lowest.as_bytes());
    key
}

/// Where the page with this key begins.
pub(in crate::engine) fn lowest(key: &[u8]) -> Result<Uuid, BadValue> {
    let mut input = Input::new("the key of commits", key);
    input.byte()?;
    let lowest = Uuid::from_bytes(input.array()?);
    input.end().map(|()| lowest)
}

pub(in crate::engine) fn encode(page: &[Entry]) -> Vec<u8> {
    let mut value = Vec::with_capacity(page.len() * ENTRY_BYTES);
    for (id, position) in page {
        value.extend_from_slice(id.uuid().as_bytes());
        value.extend_from_slice(&position.to_be_bytes());
    }
    value
}

pub(in crate::engine) fn decode(value: &[u8]) -> Result<Vec<Entry>, BadValue> {
    let mut input = Input::new("commits", value);
    let mut page = Vec::with_capacity(value.len() / ENTRY_BYTES);
    while input.left() > 0 {
        page.push((CommitId::from_uuid(Uuid::from_bytes(input.array()?)), input.u64()?));
    }
    Ok(page)
}

/// Adds entries to a page and splits it where it grows too long. What comes back are pages in order, each with where it
/// begins; the first begins where the given one did.
pub(in crate::engine) fn merge(lowest: Uuid, mut page: Vec<Entry>, new: &[Entry]) -> Vec<(Uuid, Vec<Entry>)> {
    // Ids that grow with time fill page after page; others leave room on the pages that they split.
    let grows = page.last().is_none_or(|(last, _)| new.iter().all(|(id, _)| id > last));
    page.extend_from_slice(new);
    page.sort_unstable();
    page.dedup_by_key(|(id, _)| *id);
    let pages = page.len().div_ceil(PAGE_IDS_MAX).max(1);
    let length = if grows { PAGE_IDS_MAX } else { page.len().div_ceil(pages) };
    page.chunks(length.max(1))
        .enumerate()
        .map(|(number, entries)| (if number == 0 { lowest } else { entries[0].0.uuid() }, entries.to_vec()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entries() -> impl Strategy<Value = Vec<Entry>> {
        let entry = (any::<u128>(), any::<u64>()).prop_map(|(id, at)| (CommitId::from_uuid(Uuid::from_u128(id)), at));
        prop::collection::vec(entry, 0..300)
    }

    proptest! {
        #[test]
        fn a_page_is_read_as_it_was_written(page in entries(), at: u128) {
            prop_assert_eq!(decode(&encode(&page)).unwrap(), page);
            let at = Uuid::from_u128(at);
            prop_assert_eq!(lowest(&key(at)).unwrap(), at);
        }

        #[test]
        fn a_merged_page_holds_both_in_order(old in entries(), new in entries()) {
            let pages = merge(Uuid::nil(), old.clone(), &new);
            let all: Vec<Entry> = pages.iter().flat_map(|(_, page)| page.clone()).collect();
            prop_assert!(all.is_sorted_by_key(|(id, _)| *id));
            prop_assert!(old.iter().chain(&new).all(|entry| all.contains(entry)));
            prop_assert!(pages.iter().all(|(_, page)| page.len() <= PAGE_IDS_MAX));
            prop_assert!(pages.iter().skip(1).all(|(lowest, page)| *lowest == page[0].0.uuid()));
        }

        #[test]
        fn odd_bytes_never_panic(value: Vec<u8>) {
            let _ = (decode(&value), lowest(&value));
        }
    }
}
