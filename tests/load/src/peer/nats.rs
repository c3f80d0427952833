//! nats-server: one message over its own protocol, to sockets over WebSocket.

use std::{fs, path::Path, path::PathBuf, process::Command};

use anyhow::{Context as _, bail, ensure};

use super::{free, running::Running, topic};
use crate::{
    data::Data,
    nats::{Heard, PONG, first},
};

/// Connections besides sockets.
const OTHER_CONNECTIONS: usize = 200;

/// Starts it as it is, without TLS. It uses all cores, and keeps nothing.
pub(super) fn start(program: &Path, data: PathBuf, sockets: usize) -> anyhow::Result<Running> {
    ensure!(program.is_file(), "there is no `{}`", program.display());
    let (data, listen, websocket) = (Data::make(data)?, free()?, free()?);
    let connections = sockets + OTHER_CONNECTIONS;
    let configuration = format!(
        r#"listen: "{listen}"
max_connections: {connections}
websocket {{ listen: "{websocket}", no_tls: true }}
"#
    );
    let file = data.path().join("nats.conf");
    fs::write(&file, configuration).context("its configuration can't be written")?;
    Running::start(Command::new(program).arg("-c").arg(file), data, websocket, listen)
}

pub(super) fn request(text: &str) -> String {
    format!("PUB {} {}\r\n{text}\r\n", topic(0), text.len())
}

/// Takes what the server said that is whole, and says what to answer.
pub(super) fn take(came: &[u8]) -> anyhow::Result<(usize, String)> {
    let (mut taken, mut answer) = (0, String::new());
    while let Some((heard, length)) = first(&came[taken..]).map_err(|broken| anyhow::anyhow!(broken.0))? {
        taken += length;
        match heard {
            Heard::Ping => answer += PONG,
            Heard::Refusal(line) => bail!("publishing was refused: {}", String::from_utf8_lossy(line)),
            Heard::Message(_) | Heard::Pong | Heard::Note => {}
        }
    }
    Ok((taken, answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ping_is_answered_once_wherever_it_is_cut() {
        let said = b"INFO {\"max_payload\":1048576}\r\nPING\r\n+OK\r\n";
        for cut in 0..=said.len() {
            let (taken, first) = take(&said[..cut]).unwrap();
            let (more, then) = take(&said[taken..]).unwrap();
            assert_eq!((taken + more, first + &then), (said.len(), PONG.to_owned()), "cut at {cut}");
        }
        let refused = take(b"-ERR 'no'\r\n").unwrap_err();
        assert!(refused.to_string().contains("-ERR 'no'"), "{refused}");
    }
}
