//! Sending the log's blocks to a backup.

use std::{io, time::Duration};

use event_log::SledLog;
use tokio::{io::AsyncWrite, time::sleep};
use tokio_util::sync::CancellationToken;

use super::{
    Refusal, Reply,
    frames::{self, Frame},
    protocol::Wanted,
    server::send,
};

/// So often a backup that follows hears that nothing has come, and is found to be gone.
const HEARD_EVERY: Duration = Duration::from_secs(10);

/// Sends what is wanted, at the pace at which it is taken, until the log is closed or `shutdown`.
pub(crate) async fn feed(
    write: &mut (impl AsyncWrite + Unpin),
    log: &SledLog,
    wanted: Wanted,
    shutdown: &CancellationToken,
) -> io::Result<()> {
    let Wanted { dir, end, follow } = wanted;
    let continues = match log.continues(&dir, end).await {
        Ok(continues) => continues.map_err(Refusal::new),
        Err(error) => Err(Refusal::new(error)),
    };
    if let Err(refusal) = continues {
        return send(write, &Reply::Refused(refusal)).await;
    }
    send(write, &Reply::Blocks(log.identity())).await?;
    let mut position = end.position;
    while !shutdown.is_cancelled() {
        let blocks = match log.blocks_after(position).await {
            Ok(blocks) => blocks,
            Err(error) => return frames::send(write, &Frame::Refused(Refusal::new(error))).await,
        };
        let at_head = blocks.is_empty();
        for block in blocks {
            frames::send(write, &Frame::Block(block.value)).await?;
            position = block.last;
        }
        if !at_head {
            continue;
        }
        frames::send(write, &Frame::Head(position)).await?;
        if !follow {
            return frames::send(write, &Frame::End).await;
        }
        tokio::select! {
            more = log.beyond(position) => if more.is_none() { return Ok(()) },
            () = sleep(HEARD_EVERY) => {}
            () = shutdown.cancelled() => {}
        }
    }
    Ok(())
}
