//! Durable appends with an expected revision, against a bare file that is appended to and synced in the same groups.

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use contracts::{Actor, Audience, Meta};
use event_log::{Commit, Expected, Log, NewEvent};
use hdrhistogram::Histogram;
use types::{Category, Clock as _, CommitId, EventId, Ids as _, Revision, StreamId, SystemClock, SystemIds};

use crate::report::Report;

const EVENT_BYTES: usize = 500;
const CATEGORY: Category = Category::declared("bench");

pub(crate) async fn measure(report: &mut Report, data: &Path, in_flight: usize, time: Duration) {
    let bare = bare_file(&data.join("bare"), in_flight, time);
    let log = erfa(&data.join(format!("appends-{in_flight}")), in_flight, time).await;
    let name = |what: &str| format!("appends, {EVENT_BYTES} B, {in_flight} in flight: {what}");
    report.add(name("durable"), log.per_second, "events/s", Some(bare.per_second));
    report.add(name("median"), log.median_micros, "us", Some(bare.median_micros));
    report.add(name("CPU for 100,000"), log.cpu_seconds_per_100_000, "s", Some(bare.cpu_seconds_per_100_000));
}

struct Outcome {
    per_second: f64,
    median_micros: f64,
    cpu_seconds_per_100_000: f64,
}

fn outcome(events: u64, elapsed: Duration, cpu: f64, latency: &Histogram<u64>) -> Outcome {
    let events = events as f64;
    Outcome {
        per_second: events / elapsed.as_secs_f64(),
        median_micros: latency.value_at_quantile(0.5) as f64,
        cpu_seconds_per_100_000: cpu / events * 100_000.0,
    }
}

fn histogram() -> Histogram<u64> {
    Histogram::new(3).expect("three digits are allowed")
}

/// CPU seconds that this process has used.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux tells");
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_name.split_whitespace().skip(11).take(2).filter_map(|t| t.parse::<u64>().ok()).sum();
    ticks as f64 / 100.0
}

fn bare_file(path: &Path, group: usize, time: Duration) -> Outcome {
    let mut file = File::create(path).expect("the file can be made");
    let bytes = payload().repeat(group);
    let (start, cpu, mut latency, mut events) = (Instant::now(), cpu_seconds(), histogram(), 0);
    while start.elapsed() < time {
        let before = Instant::now();
        file.write_all(&bytes).and_then(|()| file.sync_data()).expect("the disk takes it");
        latency.record(before.elapsed().as_micros() as u64).expect("a histogram grows");
        events += group as u64;
    }
    let outcome = outcome(events, start.elapsed(), cpu_seconds() - cpu, &latency);
    fs::remove_file(path).expect("the file is ours");
    outcome
}

async fn erfa(dir: &Path, in_flight: usize, time: Duration) -> Outcome {
    let _ = fs::remove_dir_all(dir);
    let engine = system_tests::open_log(dir, Arc::new(SystemClock));
    let log = Log::new(engine.clone());
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let writers: Vec<_> = (0..in_flight).map(|_| tokio::spawn(write(log.clone(), start + time))).collect();
    let (mut events, mut latency) = (0, histogram());
    for writer in writers {
        let (count, its) = writer.await.expect("a writer does not panic");
        events += count;
        latency.add(its).expect("the same kind of histogram");
    }
    let outcome = outcome(events, start.elapsed(), cpu_seconds() - cpu, &latency);
    engine.close().await;
    fs::remove_dir_all(dir).expect("the directory is ours");
    outcome
}

async fn write(log: Log, until: Instant) -> (u64, Histogram<u64>) {
    let ids = SystemIds;
    let stream = StreamId::new(CATEGORY, ids.uuid());
    let data: bytes::Bytes = payload().into();
    let (mut count, mut latency) = (0_u64, histogram());
    while Instant::now() < until {
        let expected = count.checked_sub(1).map_or(Expected::NoStream, |last| Expected::Exact(Revision::new(last)));
        let commit = Commit {
            id: CommitId::from_uuid(ids.uuid()),
            stream: stream.clone(),
            expected,
            meta: Meta::new(Actor::System { part: "bench".into() }, Audience::System, SystemClock.now()),
            events: vec![NewEvent { id: EventId::new(&ids), kind: "se.erfa.bench.v1".into(), data: data.clone() }],
        };
        let before = Instant::now();
        log.append(commit).await.expect("nobody else writes to this stream");
        latency.record(before.elapsed().as_micros() as u64).expect("a histogram grows");
        count += 1;
    }
    (count, latency)
}

/// JSON of the size of an event, of words that do not repeat exactly, so that it compresses as text does.
fn payload() -> Vec<u8> {
    let words = ["behov", "dialog", "myndighet", "erfarenhet", "uppföljning", "investering", "arbetssätt", "ledning"];
    let mut text = String::from("{\"body\":\"");
    let mut seed = 1_u64;
    while text.len() < EVENT_BYTES - 2 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let _ = std::fmt::Write::write_fmt(
            &mut text,
            format_args!("{} {:x} ", words[(seed >> 60) as usize % 8], seed >> 40),
        );
    }
    text.push_str("\"}");
    text.into_bytes()
}
