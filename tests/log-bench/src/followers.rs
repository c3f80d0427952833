//! What followers cost those who append: a thousand of them, some of which never read.

use std::{
    fmt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use event_log::{EventLog as _, Filter, Followed, Log, ReadError, SledLog};
use futures_util::{StreamExt as _, stream::BoxStream};
use tokio::task::JoinSet;
use types::{Position, StreamId};

use crate::{
    commits::CATEGORY,
    cpu, disk,
    median::median,
    options::{Followers, Options, Streams},
    progress::say,
    report::{Report, number},
    text::Texts,
    turn::open,
    writers::{Crew, Limit},
};

const IN_FLIGHT: usize = 256;
const EVENT_BYTES: usize = 500;

/// What those read who read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// There are no followers.
    Nobody,
    /// All caught up once, and none of them reads on.
    Nothing,
    /// One of the streams that are written to.
    OneStreamEach,
    Everything,
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nobody => "no",
            Self::Nothing => "none reads on",
            Self::OneStreamEach => "one stream each",
            Self::Everything => "everything each",
        })
    }
}

struct Outcome {
    per_second: f64,
    delivered_per_second: f64,
    /// CPU seconds for 100,000 events.
    cpu: f64,
}

pub(crate) async fn measure(report: &mut Report, options: &Options, plan: &Followers) -> anyhow::Result<()> {
    let (dir, texts) = (options.data.join("followers"), Texts::of(EVENT_BYTES));
    let turn = async |reading| turn(&dir, reading, plan, &texts, Limit::time(options.turn())).await;
    for reading in [Reading::Nothing, Reading::OneStreamEach, Reading::Everything] {
        let silent = if reading == Reading::Nothing { plan.followers } else { plan.silent };
        let case =
            format!("{} followers, {} of them silent; {reading}", number(plan.followers as f64), number(silent as f64));
        if !case.contains(&options.filter) {
            continue;
        }
        say(&case);
        let (mut without, mut with) = (vec![turn(Reading::Nobody).await?], Vec::new());
        for _ in 0..options.rounds {
            with.push(turn(reading).await?);
            without.push(turn(Reading::Nobody).await?);
        }
        let of = |outcomes: &[Outcome], figure: fn(&Outcome) -> f64| median(outcomes.iter().map(figure));
        let mut beside = |what, unit, figure| {
            report.beside(&case, what, (of(&with, figure), unit), ("no followers", of(&without, figure)))
        };
        beside("durable appends", "events/s", |outcome| outcome.per_second)?;
        beside("CPU of log, callers and followers", "s/100,000", |outcome| outcome.cpu)?;
        report.alone(&case, "delivered", of(&with, |outcome| outcome.delivered_per_second), "events/s")?;
    }
    Ok(disk::remove(&dir)?)
}

async fn turn(dir: &Path, reading: Reading, plan: &Followers, texts: &Texts, limit: Limit) -> anyhow::Result<Outcome> {
    disk::fresh(dir)?;
    let log = open(dir)?;
    let mut crew = Crew::new(IN_FLIGHT, Streams::Each, &[], texts);
    let followers = follow(&log, reading, plan, &crew).await?;
    let (start, cpu) = (Instant::now(), cpu::process());
    let events = crew.append(&Log::new(log.clone()), limit).await?.len() as f64;
    let (seconds, cpu) = (start.elapsed().as_secs_f64(), (cpu::process() - cpu).as_secs_f64());
    let delivered = followers.delivered.load(Ordering::Relaxed) as f64;
    log.close().await;
    followers.readers.join_all().await;
    Ok(Outcome {
        per_second: events / seconds,
        delivered_per_second: delivered / seconds,
        cpu: cpu / events * 100_000.0,
    })
}

/// The followers of a turn.
#[derive(Default)]
struct Following {
    /// They stay, and are never asked for anything again.
    silent: Vec<BoxStream<'static, Result<Followed, ReadError>>>,
    readers: JoinSet<()>,
    /// How many events came to those who read.
    delivered: Arc<AtomicU64>,
}

/// Lets followers catch up, and then read on or not.
async fn follow(log: &SledLog, reading: Reading, plan: &Followers, crew: &Crew) -> anyhow::Result<Following> {
    let mut following = Following::default();
    let count = if reading == Reading::Nobody { 0 } else { plan.followers };
    let streams: Vec<_> = crew.streams().map(|(id, _)| id).collect();
    for number in 0..count {
        let filter = match reading {
            Reading::OneStreamEach => Filter::stream(StreamId::new(CATEGORY, streams[number as usize % streams.len()])),
            _ => Filter::all(),
        };
        let mut follower = log.follow(Position::START, filter);
        while !matches!(follower.next().await.transpose()?, None | Some(Followed::CaughtUp(_))) {}
        if reading == Reading::Nothing || number < plan.silent {
            following.silent.push(follower);
            continue;
        }
        let delivered = Arc::clone(&following.delivered);
        following.readers.spawn(async move {
            // Closing the log ends it.
            while let Some(Ok(followed)) = follower.next().await {
                if matches!(followed, Followed::Event(_)) {
                    delivered.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
    }
    Ok(following)
}
