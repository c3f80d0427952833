//! The command line's side of the socket.

use std::{io, path::Path};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::UnixStream,
};

use super::{Ask, Progress, Refusal, Reply};

/// A connection to the server that runs on this socket; `None` if none does.
pub(crate) async fn connect(socket: &Path) -> Option<Result<UnixStream, Refusal>> {
    match UnixStream::connect(socket).await {
        Ok(stream) => Some(Ok(stream)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => None,
        Err(error) => {
            let socket = socket.display();
            Some(Err(Refusal::new(format_args!(
                "the running server can't be asked over {socket}: {error}. Run the command as the user that runs the server."
            ))))
        }
    }
}

/// Asks the server that runs on this socket; `None` if none does.
pub(crate) async fn ask(
    socket: &Path,
    ask: &Ask,
    progress: &dyn Fn(Progress),
) -> Option<Result<serde_json::Value, Refusal>> {
    let stream = match connect(socket).await? {
        Ok(stream) => stream,
        Err(refusal) => return Some(Err(refusal)),
    };
    Some(converse(stream, ask, progress).await.unwrap_or_else(|error| {
        Err(Refusal::new(format_args!(
            "the server went away before it answered: {error}. Look at its log, and run the command again; what was done already stays done."
        )))
    }))
}

async fn converse(
    mut stream: UnixStream,
    ask: &Ask,
    progress: &dyn Fn(Progress),
) -> io::Result<Result<serde_json::Value, Refusal>> {
    let mut line = serde_json::to_vec(ask)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    let mut lines = BufReader::new(stream).lines();
    while let Some(line) = lines.next_line().await? {
        match serde_json::from_str(&line)? {
            Reply::Progress(report) => progress(report),
            Reply::Done(value) => return Ok(Ok(value)),
            Reply::Refused(refusal) => return Ok(Err(refusal)),
            Reply::Blocks(_) => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}
