//! The engine keeps the log's promises.

use std::sync::Arc;

use tempfile::TempDir;
use types::SystemClock;

use super::{SledLog, SledOptions};
use crate::{Log, conformance};

struct OnDisk {
    dir: TempDir,
    log: Option<SledLog>,
}

impl OnDisk {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), log: None }
    }
}

impl conformance::Engine for OnDisk {
    async fn open(&mut self) -> Log {
        let log = SledLog::open(self.dir.path(), SledOptions::new(Arc::new(SystemClock))).unwrap();
        self.log = Some(log.clone());
        Log::new(log)
    }

    async fn reopen(&mut self) -> Option<Log> {
        self.log.take().unwrap().close().await;
        Some(self.open().await)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_its_promises() {
    conformance::suite(OnDisk::new).await;
}
