//! Building a view again, beside the one that is read meanwhile.

use std::{
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
};

use event_log::{Filter, READ_EVENTS_MAX};
use redb::Durability;
use tokio::{
    sync::{OwnedMutexGuard, watch},
    time::Instant,
};
use types::Position;

use super::{
    ViewError,
    background::in_background,
    inner::{Inner, Writer, blocking},
    store::{Store, remove},
};

/// How often a rebuild runs after the running view before it holds that up for the rest.
const ROUNDS_MAX: u32 = 16;
/// With no more events than this to go, it holds the running view up for them.
const LAST_EVENTS: usize = 256;

/// Where a rebuild of the view in `path` builds.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".rebuild");
    name.into()
}

/// Removes what an interrupted rebuild left behind.
pub(super) fn remove_leftover(path: &Path) -> Result<(), ViewError> {
    Ok(remove(&beside(path))?)
}

/// A view that is being built.
struct Site {
    inner: Arc<Inner>,
    ground: Ground,
    store: Arc<Store>,
    reached: Position,
    durable_at: Instant,
    progress: watch::Sender<Progress>,
}

/// How far it has come, and how far it has to go.
type Progress = (Position, Position);

/// Who holds it builds, and nobody else does.
type Ground = Arc<OwnedMutexGuard<()>>;

/// Does what blocks. It goes on to its end when nobody waits for it any more, and holds the ground until then.
async fn on<T: Send + 'static>(
    ground: &Ground,
    work: impl FnOnce() -> Result<T, ViewError> + Send + 'static,
) -> Result<T, ViewError> {
    let ground = ground.clone();
    blocking(move || {
        let _ground = ground;
        work()
    })
    .await
}

impl Inner {
    /// Builds the view again and puts the new one in the place of the old.
    pub(super) async fn rebuild(
        self: &Arc<Self>,
        progress: impl Fn(Position, Position) + Send + Sync,
    ) -> Result<(), ViewError> {
        let _one_at_a_time = self.rebuilding.try_lock().map_err(|_| ViewError::Rebuilding)?;
        // One that was dropped on its way may take a moment to end.
        let ground = Arc::new(self.ground.clone().lock_owned().await);
        let (sender, mut reached) = watch::channel((Position::START, Position::START));
        let building = in_background(Site::build(self.clone(), ground.clone(), sender));
        let hearing = async {
            while reached.changed().await.is_ok() {
                let (reached, target) = *reached.borrow_and_update();
                progress(reached, target);
            }
            std::future::pending().await
        };
        let mut site = tokio::select! {
            site = building => site?,
            never = hearing => never,
        };
        for _ in 0..ROUNDS_MAX {
            let target = *self.position.borrow();
            let events = site.build_to(target).await?;
            progress(target, target);
            if events <= LAST_EVENTS {
                break;
            }
        }
        // The view stands still for the last few events, so that it is never seen to go back.
        let writer = self.writer.clone().lock_owned().await;
        site.build_to(writer.position).await?;
        progress(writer.position, writer.position);
        let (inner, store, position) = (self.clone(), site.store, writer.position);
        on(&ground, move || inner.swap(writer, store)).await?;
        if self.failure.send_replace(None).is_some() {
            self.start(position);
        }
        Ok(())
    }

    /// Blocks. It is not interrupted in the middle: the file and what is read are swapped together, or neither.
    fn swap(&self, mut writer: OwnedMutexGuard<Writer>, store: Arc<Store>) -> Result<(), ViewError> {
        store.make_durable()?;
        let path = &self.options.path;
        fs::rename(beside(path), path)?;
        if let Some(directory) = path.parent() {
            File::open(directory)?.sync_all()?;
        }
        self.store.store(Some(store));
        *writer = Writer::at(writer.position);
        Ok(())
    }
}

impl Site {
    /// Builds for as long as it gains on the running view, which others may be filling as fast as they can.
    async fn build(inner: Arc<Inner>, ground: Ground, progress: watch::Sender<Progress>) -> Result<Self, ViewError> {
        let (path, plan) = (beside(&inner.options.path), inner.plan.clone());
        let store = Arc::new(on(&ground, move || Store::create(&path, plan)).await?);
        let mut site = Self { inner, ground, store, reached: Position::START, durable_at: Instant::now(), progress };
        let mut gap_max = u64::MAX;
        loop {
            let target = *site.inner.position.borrow();
            let gap = target.get().saturating_sub(site.reached.get());
            if gap > gap_max || gap <= LAST_EVENTS as u64 {
                return Ok(site);
            }
            site.build_to(target).await?;
            gap_max = gap / 2;
        }
    }

    /// Applies everything up to `target`; says how many events that were.
    async fn build_to(&mut self, target: Position) -> Result<usize, ViewError> {
        let limit = self.inner.options.batch_events_max.clamp(1, READ_EVENTS_MAX);
        let mut count = 0;
        while self.reached < target {
            if self.inner.stop.is_cancelled() {
                return Err(ViewError::Closed);
            }
            let mut page = self.inner.log.read_all(self.reached, &Filter::all(), limit).await?;
            page.events.retain(|event| event.position <= target);
            if page.read_to <= self.reached {
                return Err(ViewError::Inconsistent(format!("the log ends at {}, before {target}", self.reached)));
            }
            let (store, reached) = (self.store.clone(), page.read_to.min(target));
            let is_due = self.durable_at.elapsed() >= self.inner.options.durable_every;
            let durability = if is_due { Durability::Immediate } else { Durability::None };
            count += page.events.len();
            on(&self.ground, move || store.apply(&page.events, reached, durability)).await?;
            if is_due {
                self.durable_at = Instant::now();
            }
            self.reached = reached;
            self.progress.send_replace((reached, target));
        }
        Ok(count)
    }
}
