//! sled as it is used by itself, made durable as the log makes it: its own flush stops short of the disk.

use std::{fs::File, path::Path};

use bytes::Bytes;

pub(super) struct Sled {
    database: sled::Db,
    file: File,
}

impl Sled {
    pub(super) fn create(dir: &Path) -> anyhow::Result<Self> {
        let database = sled::Config::new().path(dir).flush_every_ms(None).open()?;
        let file = File::options().read(true).write(true).open(dir.join("db"))?;
        Ok(Self { database, file })
    }
}

impl super::Store for Sled {
    fn append(&mut self, first: u64, events: &[&Bytes]) -> anyhow::Result<()> {
        let mut batch = sled::Batch::default();
        for (event, number) in events.iter().zip(first..) {
            batch.insert(&number.to_be_bytes(), &event[..]);
        }
        self.database.apply_batch(batch)?;
        self.database.flush()?;
        Ok(self.file.sync_data()?)
    }
}
