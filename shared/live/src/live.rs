//! The handle of a service's live part, and what its sockets share.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use access::Gate;
use event_log::{Log, Recorded};
use event_sourcing::Observer;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use types::{Ids, LogEpoch, Position, SystemIds};

use crate::{
    Topics,
    door::Door,
    hub::Hub,
    presence::{Presence, TELL_EVERY},
    reader::Reader,
    render::RenderCache,
    seats::Seats,
    visibilities::Visibilities,
};

/// Hears from the views that there is more, and wakes the sockets that it concerns. Make it before the views, give it to
/// [`ViewsOptions::observer`](event_sourcing::ViewsOptions::observer), and then to [`Live::new`].
#[derive(Clone)]
pub struct Waker(pub(crate) Arc<Hub>);

impl Waker {
    /// For these topics.
    pub fn new(topics: Arc<dyn Topics>) -> Self {
        Self(Arc::new(Hub::new(topics)))
    }

    /// What observes the views.
    pub fn observer(&self) -> Arc<dyn Observer> {
        Arc::new(self.clone())
    }
}

impl Observer for Waker {
    fn applied(&self, events: &[Arc<Recorded>], position: Position) {
        self.0.apply(events, position);
    }
}

/// What may be chosen.
pub struct LiveOptions {
    /// Names of sockets.
    pub ids: Arc<dyn Ids>,
    /// Bytes of frames that are kept, made once for everyone.
    pub frames_bytes_max: usize,
    /// Bytes of events that are kept, read once for everyone who catches up.
    pub pages_bytes_max: usize,
    /// The longest time that sockets are told to wait before they come back after a stop.
    pub return_within: Duration,
    /// How long [`Live::drain`] waits for sockets to be closed.
    pub drain_within: Duration,
}

impl Default for LiveOptions {
    fn default() -> Self {
        Self {
            ids: Arc::new(SystemIds),
            frames_bytes_max: 16 * 1024 * 1024,
            pages_bytes_max: 32 * 1024 * 1024,
            return_within: Duration::from_secs(5),
            drain_within: Duration::from_secs(5),
        }
    }
}

/// The live part of a service. Clones are handles on the same.
#[derive(Clone)]
pub struct Live(pub(crate) Arc<Shared>);

/// What the sockets of a service share.
pub(crate) struct Shared {
    pub(crate) door: Door,
    pub(crate) hub: Arc<Hub>,
    pub(crate) reader: Reader,
    pub(crate) visibilities: Visibilities,
    pub(crate) renders: RenderCache,
    pub(crate) presence: Presence,
    pub(crate) epoch: LogEpoch,
    pub(crate) options: LiveOptions,
    pub(crate) draining: CancellationToken,
    pub(crate) tasks: TaskTracker,
    pub(crate) seats: Arc<Seats>,
    sockets: AtomicU64,
    wakes: AtomicU64,
    pub(crate) counted: Counted,
}

/// What happens too often for a metric to be looked up by its name each time.
pub(crate) struct Counted {
    pub(crate) wakes: metrics::Counter,
    pub(crate) events: metrics::Counter,
}

impl Live {
    /// Begins to serve what `waker`, which must observe the gate's views, hears. When `shutdown` is cancelled, sockets are
    /// told to come back later and closed.
    pub fn new(gate: Gate, log: Log, waker: &Waker, options: LiveOptions, shutdown: CancellationToken) -> Self {
        let hub = waker.0.clone();
        let topics = hub.topics().clone();
        let shared = Arc::new(Shared {
            door: Door::new(gate),
            epoch: log.epoch(),
            visibilities: Visibilities::new(),
            renders: RenderCache::new(options.frames_bytes_max),
            reader: Reader::new(log, topics.clone(), options.pages_bytes_max),
            presence: Presence::new(topics.crowd_limit(), topics.names_people()),
            hub,
            options,
            draining: shutdown.child_token(),
            tasks: TaskTracker::new(),
            seats: Arc::new(Seats::new(topics.service())),
            sockets: AtomicU64::new(0),
            wakes: AtomicU64::new(0),
            counted: Counted {
                wakes: metrics::counter!("erfa_live_wakes_total", "service" => topics.service()),
                events: metrics::counter!("erfa_live_events_total"),
            },
        });
        tokio::spawn(shared.clone().tell());
        Self(shared)
    }

    /// Tells every socket to come back later, closes them, takes no new ones, and waits until they are gone, at most for
    /// [`LiveOptions::drain_within`].
    pub async fn drain(&self) {
        let shared = &self.0;
        shared.draining.cancel();
        shared.tasks.close();
        if tokio::time::timeout(shared.options.drain_within, shared.tasks.wait()).await.is_err() {
            tracing::warn!(sockets = shared.tasks.len(), "sockets were still open when draining ended");
        }
    }

    /// How many times a socket was woken, since the start. A socket that nothing concerns is not woken.
    pub fn wakes(&self) -> u64 {
        self.0.wakes.load(Ordering::Relaxed)
    }

    /// How many sockets are open.
    pub fn sockets(&self) -> usize {
        self.0.seats.count()
    }
}

impl Shared {
    /// Tells who is there, at a pace.
    async fn tell(self: Arc<Self>) {
        let mut every = tokio::time::interval(TELL_EVERY);
        while self.draining.run_until_cancelled(every.tick()).await.is_some() {
            for topic in self.presence.sweep(tokio::time::Instant::now()) {
                self.hub.ring_topic(&topic);
            }
            self.door.let_go();
        }
    }

    pub(crate) fn next_socket(&self) -> u64 {
        self.sockets.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn woke(&self) {
        self.wakes.fetch_add(1, Ordering::Relaxed);
        self.counted.wakes.increment(1);
    }
}
