//! Where a backup's blocks come from: the server that runs on the data directory, or the log itself.

use std::io;

use event_log::{LogIdentity, SledLog};
use service_kit::Config;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::UnixStream,
    sync::mpsc,
};
use tokio_util::sync::CancellationToken;

use crate::{
    admin::{self, Ask, Frame, Reply, Wanted},
    log::alone,
};

/// So many frames wait until they are written.
const FRAMES_QUEUE: usize = 8;
/// The first answer is shorter than this.
const REPLY_BYTES_MAX: u64 = 64 * 1024;

/// Blocks that come.
pub(super) struct Blocks {
    /// Whose they are.
    pub(super) log: LogIdentity,
    frames: mpsc::Receiver<Frame>,
    /// The log, if it was opened for this.
    alone: Option<SledLog>,
}

/// What answers.
pub(super) enum Offered {
    Blocks(Blocks),
    /// No server.
    Nothing,
}

impl Blocks {
    /// Asks for blocks. Without a server it takes them from the log itself, unless it shall follow.
    pub(super) async fn ask(config: &Config, wanted: Wanted) -> anyhow::Result<Offered> {
        let (stream, alone) = match admin::connect(&admin::socket(&config.data)?).await {
            Some(stream) => {
                let mut stream = stream?;
                let mut line = serde_json::to_vec(&Ask::LogBackup(wanted))?;
                line.push(b'\n');
                match stream.write_all(&line).await {
                    Ok(()) => (stream, None),
                    Err(_) => return Ok(Offered::Nothing),
                }
            }
            None if wanted.follow => return Ok(Offered::Nothing),
            None => {
                let log = alone::open(config).await?;
                (serve_alone(log.clone(), wanted)?, Some(log))
            }
        };
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        match (&mut stream).take(REPLY_BYTES_MAX).read_line(&mut line).await {
            Err(_) | Ok(0) => return Ok(Offered::Nothing),
            Ok(_) => {}
        }
        let log = match serde_json::from_str(&line)? {
            Reply::Blocks(log) => log,
            Reply::Refused(refusal) => return Err(refusal.into()),
            Reply::Progress(_) | Reply::Done(_) => return Err(io::Error::from(io::ErrorKind::InvalidData).into()),
        };
        let (sender, frames) = mpsc::channel(FRAMES_QUEUE);
        tokio::spawn(async move {
            while let Ok(frame) = admin::receive(&mut stream).await {
                if sender.send(frame).await.is_err() {
                    return;
                }
            }
        });
        Ok(Offered::Blocks(Self { log, frames, alone }))
    }

    /// The next frame; `None` if the server went away.
    pub(super) async fn next(&mut self) -> Option<Frame> {
        self.frames.recv().await
    }

    /// Lets go of the log.
    pub(super) async fn close(self) {
        if let Some(log) = self.alone {
            log.close().await;
        }
    }
}

/// Has this very process send the blocks.
fn serve_alone(log: SledLog, wanted: Wanted) -> io::Result<UnixStream> {
    let (ours, mut theirs) = UnixStream::pair()?;
    tokio::spawn(async move { admin::feed(&mut theirs, &log, wanted, &CancellationToken::new()).await });
    Ok(ours)
}
