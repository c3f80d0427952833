//! A provider: its settings, and what is remembered of what it said.

use std::{sync::Arc, time::Duration};

use jsonwebtoken::DecodingKey;
use tokio::sync::Mutex;
use types::{Clock, Timestamp};

use crate::{
    Algorithm, Error, Refusal, Settings,
    discovery::{Metadata, discover},
    fetch::{self, Shared},
    key_set::{Document, KeySet},
    replay::Window,
};

/// How long what a provider says of itself, and its keys, hold before they are fetched again.
pub(crate) const FRESH_FOR: Duration = Duration::from_secs(60 * 60);
/// How long the old is used when it can't be fetched again.
pub(crate) const STALE_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// How long after keys were fetched for the sake of an unknown one they are not fetched again for another's: whoever
/// sends tokens with invented keys makes the provider hear of it once in this time.
pub(crate) const KEYS_REFETCH_PAUSE: Duration = Duration::from_secs(30);

/// A provider. Clones are handles on the same.
#[derive(Clone)]
pub struct Provider(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) settings: Settings,
    pub(crate) client: Shared,
    pub(crate) clock: Arc<dyn Clock>,
    /// One asks, the others wait for what it hears.
    known: Mutex<Known>,
    pub(crate) logouts: Window,
}

/// What it said.
#[derive(Default)]
struct Known {
    metadata: Option<Kept<Arc<Metadata>>>,
    keys: Option<Kept<Arc<KeySet>>>,
    refetched_at: Option<Timestamp>,
}

struct Kept<T> {
    value: T,
    at: Timestamp,
}

impl<T: Clone> Kept<T> {
    /// What is kept, if it is no older than this. A clock that was set back makes nothing young again.
    fn within(&self, age_max: Duration, now: Timestamp) -> Option<T> {
        let age = now.duration_since(self.at);
        let is_young = !age.is_negative() && age.unsigned_abs() <= age_max;
        is_young.then(|| self.value.clone())
    }
}

impl Provider {
    pub(crate) fn new(settings: Settings, client: Shared, clock: Arc<dyn Clock>) -> Self {
        let (known, logouts) = (Mutex::default(), Window::default());
        Self(Arc::new(Inner { settings, client, clock, known, logouts }))
    }

    /// What was known of it beforehand.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// What it says of itself.
    pub(crate) async fn metadata(&self) -> Result<Arc<Metadata>, Error> {
        let mut known = self.0.known.lock().await;
        self.metadata_of(&mut known).await
    }

    async fn metadata_of(&self, known: &mut Known) -> Result<Arc<Metadata>, Error> {
        let now = self.0.clock.now();
        if let Some(fresh) = known.metadata.as_ref().and_then(|kept| kept.within(FRESH_FOR, now)) {
            return Ok(fresh);
        }
        match discover(&self.0.client, &self.0.settings).await {
            Ok(metadata) => {
                let value = Arc::new(metadata);
                known.metadata = Some(Kept { value: value.clone(), at: now });
                Ok(value)
            }
            Err(error) => {
                let stale = known.metadata.as_ref().and_then(|kept| kept.within(STALE_FOR, now));
                self.or_stale(stale, error)
            }
        }
    }

    /// The key for a token with this algorithm and key id. One that is not known may be new: the keys are then fetched
    /// again, but not over and over.
    pub(crate) async fn key(&self, algorithm: Algorithm, id: Option<&str>) -> Result<DecodingKey, Error> {
        let mut known = self.0.known.lock().await;
        let now = self.0.clock.now();
        if let Some(keys) = known.keys.as_ref().and_then(|kept| kept.within(FRESH_FOR, now)) {
            let found = keys.find(algorithm, id);
            let asked = known.refetched_at.map(|at| now.duration_since(at).unsigned_abs());
            if found.is_ok() || asked.is_some_and(|ago| ago < KEYS_REFETCH_PAUSE) {
                return Ok(found?);
            }
            known.refetched_at = Some(now);
        }
        let metadata = self.metadata_of(&mut known).await?;
        let fetched = fetch::get::<Document>(&self.0.client, &metadata.jwks_uri, "its key set").await;
        let keys = match fetched {
            Ok(document) => {
                let value = Arc::new(KeySet::from(document));
                known.keys = Some(Kept { value: value.clone(), at: now });
                value
            }
            Err(error) => {
                let stale = known.keys.as_ref().and_then(|kept| kept.within(STALE_FOR, now));
                self.or_stale(stale, error)?
            }
        };
        keys.find(algorithm, id).map_err(|refusal: Refusal| refusal.into())
    }

    fn or_stale<T>(&self, stale: Option<T>, error: Error) -> Result<T, Error> {
        let provider = &self.0.settings.name;
        let stale = stale.ok_or_else(|| error.clone())?;
        tracing::warn!(%provider, %error, "what the provider said before is used on");
        Ok(stale)
    }
}
