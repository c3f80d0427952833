//! `erfa log backup`: takes the log's blocks, from the server or from the log itself, and writes them to a directory.

mod blocks;
mod report;

use std::{path::Path, time::Duration};

use anyhow::{Context as _, bail};
use event_log::Backup;
use service_kit::Config;
use tokio::{
    signal::unix::{SignalKind, signal},
    task::block_in_place,
    time::{Instant, MissedTickBehavior, interval_at, sleep},
};
use tokio_util::sync::CancellationToken;

use self::{
    blocks::{Blocks, Offered},
    report::Report,
};
use super::alone;
use crate::{
    admin::{Frame, Progress, Wanted},
    output::Output,
};

/// So often what has come is made durable and told, while there is more to come.
const DURABLE_EVERY: Duration = Duration::from_secs(1);
/// What has come is made durable at the latest when it is so many bytes.
const DURABLE_BYTES: usize = 16 * 1024 * 1024;
/// How long a backup that follows waits before it looks for the server again: at first, and at most.
const WAIT_FIRST: Duration = Duration::from_millis(250);
const WAIT_MAX: Duration = Duration::from_secs(10);

/// How taking blocks came to its end.
enum Ended {
    /// Everything was taken that was wanted.
    Done,
    /// The server went away, or there is none.
    Away,
}

/// Writes the log to a directory; with `follow`, goes on with what comes until a signal ends it.
pub(crate) async fn backup(config: &Config, output: Output, dir: &Path, follow: bool) -> anyhow::Result<()> {
    alone::is_there(&config.data)?;
    let bar = output.bar("verifying what is there");
    let mut backup = block_in_place(|| Backup::open(dir, |done, of| bar.at(Progress { done, of })))?;
    drop(bar);
    if backup.torn_bytes() > 0 {
        output.note("The last block was torn when the backup was stopped; it is written again.");
    }
    // Only from here on there is something to finish.
    let stop = stop_on_signals()?;
    let mut report = Report::new(output, follow);
    let mut wait = WAIT_FIRST;
    loop {
        let before = backup.end().position;
        let session = session(config, dir, &mut backup, &mut report, follow);
        match stop.run_until_cancelled(session).await {
            Some(Ok(Ended::Done)) | None => break,
            Some(Ok(Ended::Away)) if !follow => bail!(
                "the server went away before everything was there; what is in `{}` is whole, so run the command again",
                dir.display()
            ),
            Some(Ok(Ended::Away)) => {
                block_in_place(|| backup.make_durable())?;
                report.away();
            }
            Some(Err(error)) => {
                block_in_place(|| backup.make_durable())?;
                return Err(error);
            }
        }
        wait = if backup.end().position > before { WAIT_FIRST } else { (wait * 2).min(WAIT_MAX) };
        if stop.run_until_cancelled(sleep(wait)).await.is_none() {
            break;
        }
    }
    report.last(block_in_place(|| backup.make_durable())?)
}

/// Takes blocks from one connection.
async fn session(
    config: &Config,
    dir: &Path,
    backup: &mut Backup,
    report: &mut Report,
    follow: bool,
) -> anyhow::Result<Ended> {
    let wanted = Wanted { dir: dir.to_owned(), end: backup.end(), follow };
    let mut blocks = match Blocks::ask(config, wanted).await? {
        Offered::Blocks(blocks) => blocks,
        Offered::Nothing => return Ok(Ended::Away),
    };
    block_in_place(|| backup.go_on_with(blocks.log))?;
    let mut tick = interval_at(Instant::now() + DURABLE_EVERY, DURABLE_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut undurable = 0;
    let outcome = loop {
        tokio::select! {
            frame = blocks.next() => match frame {
                Some(Frame::Block(value)) => {
                    block_in_place(|| backup.add(&value))?;
                    undurable += value.len();
                    if undurable >= DURABLE_BYTES {
                        block_in_place(|| backup.make_durable())?;
                        undurable = 0;
                    }
                }
                Some(Frame::Head(_)) => {
                    if follow && report.has_caught_up() {
                        report.now(block_in_place(|| backup.make_durable())?)?;
                    }
                }
                Some(Frame::End) => break Ended::Done,
                Some(Frame::Refused(refusal)) => return Err(refusal.into()),
                None => break Ended::Away,
            },
            _ = tick.tick() => {
                report.now(block_in_place(|| backup.make_durable())?)?;
                undurable = 0;
            }
        }
    };
    blocks.close().await;
    Ok(outcome)
}

/// Cancelled by SIGINT or SIGTERM.
fn stop_on_signals() -> anyhow::Result<CancellationToken> {
    let impossible = "signals can't be listened for";
    let mut interrupt = signal(SignalKind::interrupt()).context(impossible)?;
    let mut terminate = signal(SignalKind::terminate()).context(impossible)?;
    let stop = CancellationToken::new();
    let heard = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => heard.cancel(),
            _ = terminate.recv() => heard.cancel(),
        }
    });
    Ok(stop)
}
