//! What a service says about its views.

use std::{path::PathBuf, sync::Arc, time::Duration};

use crate::{Fold, Observer};

/// What the views of a service are.
pub struct ViewsOptions {
    /// The file: `views/<service>.redb` in the data directory. Beside it, a rebuild uses `<path>.rebuild`.
    pub path: PathBuf,
    /// To be raised whenever a fold changes: a file of another version is rebuilt.
    pub version: u32,
    /// What fills the tables, in this order for every batch.
    pub folds: Vec<Arc<dyn Fold>>,
    /// Who hears of it afterwards.
    pub observers: Vec<Arc<dyn Observer>>,
    /// How many events one transaction takes.
    pub batch_events_max: usize,
    /// How much of what was applied a power cut may take back, to be applied again.
    pub durable_every: Duration,
    /// How much of the file is kept in memory.
    pub cache_bytes: usize,
}

impl ViewsOptions {
    /// Views in the file `path`, with no folds yet.
    pub fn new(path: impl Into<PathBuf>, version: u32) -> Self {
        Self {
            path: path.into(),
            version,
            folds: Vec::new(),
            observers: Vec::new(),
            batch_events_max: 4_096,
            durable_every: Duration::from_secs(1),
            cache_bytes: 64 * 1024 * 1024,
        }
    }

    /// With one more fold.
    pub fn fold(mut self, fold: impl Fold) -> Self {
        self.folds.push(Arc::new(fold));
        self
    }

    /// With one more observer.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observers.push(observer);
        self
    }
}
