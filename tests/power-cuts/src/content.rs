//! What a file holds: pages of bytes, and zeros where there is none. Copies share their pages.

use std::{collections::BTreeMap, io, os::unix::fs::FileExt as _, path::Path, sync::Arc};

/// A disk writes so many bytes at once, or none of them.
pub(crate) const SECTOR: u64 = 512;
const PAGE: usize = 4_096;

type Page = [u8; PAGE];

/// The bytes of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Content {
    length: u64,
    /// The pages that are not all zero, by number. Beyond the file's length they hold zeros.
    pages: BTreeMap<u64, Arc<Page>>,
}

/// Whether these bytes are all zero. Comparing them with themselves, moved by one, is quick also without optimisation.
pub(crate) fn is_zero(bytes: &[u8]) -> bool {
    bytes.first().is_none_or(|first| *first == 0) && bytes.get(1..).is_none_or(|rest| *rest == bytes[..rest.len()])
}

impl Content {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let bytes = std::fs::read(path)?;
        let mut content = Self::default();
        content.write(0, &bytes);
        Ok(content)
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Overwrites bytes, or appends them; the file grows as it must.
    pub(crate) fn write(&mut self, mut offset: u64, mut bytes: &[u8]) {
        if !bytes.is_empty() {
            self.length = self.length.max(offset + bytes.len() as u64);
        }
        while !bytes.is_empty() {
            let (number, within) = (offset / PAGE as u64, (offset % PAGE as u64) as usize);
            let (part, rest) = bytes.split_at(bytes.len().min(PAGE - within));
            self.write_page(number, within, part);
            (offset, bytes) = (offset + part.len() as u64, rest);
        }
    }

    fn write_page(&mut self, number: u64, within: usize, part: &[u8]) {
        if is_zero(part) && !self.pages.contains_key(&number) {
            return;
        }
        let page = Arc::make_mut(self.pages.entry(number).or_insert_with(|| Arc::new([0; PAGE])));
        page[within..within + part.len()].copy_from_slice(part);
        if is_zero(page) {
            self.pages.remove(&number);
        }
    }

    /// Overwrites bytes with zeros; the file grows as it must.
    pub(crate) fn zero(&mut self, offset: u64, length: u64) {
        if length > 0 {
            self.length = self.length.max(offset + length);
        }
        self.erase(offset, offset + length);
    }

    fn erase(&mut self, from: u64, to: u64) {
        let pages: Vec<u64> = self.pages.range(from / PAGE as u64..to.div_ceil(PAGE as u64)).map(|(n, _)| *n).collect();
        for number in pages {
            let start = number * PAGE as u64;
            let low = from.saturating_sub(start) as usize;
            let high = (to - start).min(PAGE as u64) as usize;
            self.write_page(number, low, &[0; PAGE][low..high]);
        }
    }

    /// Gives the file another length.
    pub(crate) fn resize(&mut self, length: u64) {
        if length < self.length {
            self.erase(length, self.length);
        }
        self.length = length;
    }

    /// Writes a file, with holes where there are zeros.
    pub(crate) fn write_to(&self, path: &Path) -> io::Result<()> {
        let file = std::fs::File::create(path)?;
        file.set_len(self.length)?;
        for (number, page) in &self.pages {
            let start = number * PAGE as u64;
            let length = (self.length - start).min(PAGE as u64) as usize;
            file.write_all_at(&page[..length], start)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;

    #[test]
    fn it_holds_what_a_vector_holds() {
        let (mut random, file) = (Random::new(1), tempfile::NamedTempFile::new().unwrap());
        for _ in 0..50 {
            let (mut content, mut bytes) = (Content::default(), Vec::new());
            for _ in 0..20 {
                let (offset, length) = (random.below(20_000), random.below(9_000));
                let (from, to) = (offset as usize, (offset + length) as usize);
                let byte = random.below(3) as u8;
                match random.below(3) {
                    0 => {
                        content.resize(offset);
                        bytes.resize(from, 0);
                        continue;
                    }
                    1 if byte == 0 => content.zero(offset, length),
                    _ => content.write(offset, &vec![byte; to - from]),
                }
                if length > 0 {
                    bytes.resize(bytes.len().max(to), 0);
                    bytes[from..to].fill(byte);
                }
            }
            assert_eq!(content.length(), bytes.len() as u64);
            assert!(content.pages.values().all(|page| !is_zero(&page[..])));
            content.write_to(file.path()).unwrap();
            assert_eq!(std::fs::read(file.path()).unwrap(), bytes);
            assert_eq!(Content::read(file.path()).unwrap(), content);
        }
    }

    #[test]
    fn zeros_are_known() {
        assert!(is_zero(&[]) && is_zero(&[0]) && is_zero(&[0; 700]));
        assert!(!is_zero(&[1]) && !is_zero(&[0, 1]) && !is_zero(&[1, 0, 0]) && !is_zero(&[0, 0, 1, 0]));
    }
}
