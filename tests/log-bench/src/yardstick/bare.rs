//! The floor: a file that is appended to and synced.

use std::{fs::File, io::Write as _, path::Path};

use bytes::Bytes;

pub(super) struct BareFile {
    file: File,
    group: Vec<u8>,
}

impl BareFile {
    pub(super) fn create(dir: &Path) -> anyhow::Result<Self> {
        Ok(Self { file: File::create(dir.join("bare"))?, group: Vec::new() })
    }
}

impl super::Store for BareFile {
    fn append(&mut self, _: u64, events: &[&Bytes]) -> anyhow::Result<()> {
        self.group.clear();
        events.iter().for_each(|event| self.group.extend_from_slice(event));
        self.file.write_all(&self.group)?;
        Ok(self.file.sync_data()?)
    }
}
