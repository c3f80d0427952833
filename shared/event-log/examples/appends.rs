//! Measures durable appends with an expected revision: events of 500 bytes, one to a commit, 256 commits in flight.
//!
//! `cargo run --release -p event-log --example appends -- [EVENTS] [DIRECTORY]`. The yardstick is a bare file on the same
//! disk, to which the same bytes are appended in groups of the same size, each made durable by fdatasync.

use std::{
    error::Error,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use contracts::{Actor, Audience, Meta};
use event_log::{Commit, Expected, Log, NewEvent, SledLog, SledOptions};
use metrics::{Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use types::{
    AgencyId, ArenaId, Category, Clock as _, CommitId, EventId, Ids as _, PersonId, StreamId, SystemClock, SystemIds,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const IN_FLIGHT: u64 = 256;
const EVENT_BYTES: usize = 500;
const TICKS_PER_SECOND: f64 = 100.0;

/// Counts the groups that the log writes.
#[derive(Default)]
struct Groups(AtomicU64);

impl HistogramFn for Groups {
    fn record(&self, _: f64) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

struct Counting(Arc<Groups>);

impl Recorder for Counting {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }
    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Arc::clone(&self.0))
    }
}

/// Text that packs about as well as what people write.
fn text(seed: u64) -> String {
    const WORDS: [&str; 24] = [
        "vi",
        "har",
        "provat",
        "upphandling",
        "av",
        "molntjänster",
        "och",
        "det",
        "gick",
        "inte",
        "som",
        "vi",
        "trodde",
        "men",
        "förvaltningen",
        "lärde",
        "sig",
        "mycket",
        "om",
        "krav",
        "på",
        "informationssäkerhet",
        "arkiv",
        "drift",
    ];
    let (mut state, mut text) = (seed, String::with_capacity(EVENT_BYTES));
    while text.len() < EVENT_BYTES - 40 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.push_str(WORDS[(state >> 33) as usize % WORDS.len()]);
        text.push(' ');
    }
    format!("{{\"post\":{seed},\"text\":\"{text}\"}}")
}

/// The CPU time of this process, in seconds.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(f64::NAN);
    Ok((ticks(11) + ticks(12)) / TICKS_PER_SECOND)
}

async fn write(log: Log, number: u64, events: u64, texts: Arc<Vec<String>>) -> Result<(), event_log::AppendError> {
    let stream = StreamId::new(Category::declared("thread"), SystemIds.uuid());
    let person = PersonId::new(&SystemIds);
    let mut meta =
        Meta::new(Actor::Person { person, token: None }, Audience::Arena(ArenaId::new(&SystemIds)), SystemClock.now());
    meta.on_behalf_of = Some(contracts::OnBehalfOf {
        agency: AgencyId::new(&SystemIds),
        role: contracts::directory::Role::Participant,
    });
    let mut expected = Expected::NoStream;
    for event in 0..events {
        let id = CommitId::new(&SystemIds);
        meta.occurred_at = SystemClock.now();
        let data = texts[((number * 7_919 + event) % texts.len() as u64) as usize].clone().into();
        let new =
            NewEvent { id: EventId::derived(id.uuid(), "event 0"), kind: "se.erfa.forum.post-added.v1".into(), data };
        let commit = Commit { id, stream: stream.clone(), expected, meta: meta.clone(), events: vec![new] };
        expected = Expected::Exact(log.append(commit).await?.last_revision);
    }
    Ok(())
}

/// Appends groups of this many events to a bare file.
fn bare(path: &Path, groups: u64, events: u64, texts: &[String]) -> std::io::Result<Duration> {
    let mut file = File::create(path)?;
    let (started, mut group) = (Instant::now(), Vec::new());
    for _ in 0..groups {
        group.clear();
        for event in 0..events {
            group.extend_from_slice(texts[event as usize % texts.len()].as_bytes());
        }
        file.write_all(&group)?;
        file.sync_data()?;
    }
    Ok(started.elapsed())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let events: u64 = args.next().map_or(Ok(400_000), |events| events.parse())?;
    let dir =
        args.next().map_or_else(std::env::temp_dir, PathBuf::from).join(format!("erfa-appends-{}", std::process::id()));
    let groups = Arc::new(Groups::default());
    metrics::set_global_recorder(Counting(Arc::clone(&groups)))?;
    let texts: Arc<Vec<String>> = Arc::new((0..4_096).map(text).collect());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome: Result<_, Box<dyn Error>> = runtime.block_on(async {
        let log = SledLog::open(&dir, SledOptions::new(Arc::new(SystemClock)))?;
        let (started, cpu) = (Instant::now(), cpu_seconds()?);
        let writer =
            |number| tokio::spawn(write(Log::new(log.clone()), number, events / IN_FLIGHT, Arc::clone(&texts)));
        let writers: Vec<_> = (0..IN_FLIGHT).map(writer).collect();
        for writer in writers {
            writer.await??;
        }
        let (took, cpu) = (started.elapsed(), cpu_seconds()? - cpu);
        let stats = log.stats()?;
        log.close().await;
        Ok((took, cpu, stats))
    });
    let (took, cpu, stats) = outcome?;
    let groups = groups.0.load(Ordering::Relaxed).max(1);
    let size = (stats.events / groups).max(1);
    let bare = bare(&dir.join("bare"), groups, size, &texts)?;
    fs::remove_dir_all(&dir)?;
    let rate = stats.events as f64 / took.as_secs_f64();
    let bare_rate = (groups * size) as f64 / bare.as_secs_f64();
    let mut out = std::io::stdout().lock();
    writeln!(out, "events            {:>12}", stats.events)?;
    writeln!(out, "events per group  {size:>12}")?;
    writeln!(out, "log               {rate:>12.0} events/s")?;
    writeln!(out, "bare file         {bare_rate:>12.0} events/s")?;
    writeln!(out, "ratio             {:>12.2}", rate / bare_rate)?;
    writeln!(
        out,
        "CPU               {:>12.2} s per 100,000 events, callers included",
        cpu * 100_000.0 / stats.events as f64
    )?;
    writeln!(
        out,
        "disk              {:>12.2} bytes per byte of payload",
        stats.disk_bytes as f64 / (stats.events * EVENT_BYTES as u64) as f64
    )?;
    Ok(())
}
