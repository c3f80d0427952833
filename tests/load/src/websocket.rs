//! Just enough of WebSocket (RFC 6455) for many sockets that cost little: a connection needs no memory of its own
//! between frames, and what comes is looked at where it lies.

use anyhow::{Context as _, ensure};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// No frame of Erfa is longer.
const FRAME_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// No answer to an upgrade has a longer head.
pub(crate) const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Any 16 bytes will do: it shows that the server speaks WebSocket, and keeps nothing secret.
const KEY: &str = "ZXJmYS1sb2FkLXNvY2tldA==";

pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;

/// A frame from the server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) opcode: u8,
    pub(crate) payload: &'a [u8],
}

/// Why what came is no WebSocket.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Broken(pub(crate) &'static str);

/// The first frame, and how many bytes it takes; `None` if it is not whole yet.
pub(crate) fn first(bytes: &[u8]) -> Result<Option<(Frame<'_>, usize)>, Broken> {
    let &[flags, length, ref rest @ ..] = bytes else { return Ok(None) };
    if flags & 0xF0 != 0x80 {
        return Err(Broken("a frame in parts, or with an extension"));
    }
    if length & 0x80 != 0 {
        return Err(Broken("a masked frame from the server"));
    }
    let (length, head) = match (length, rest) {
        (126, &[a, b, ..]) => (u64::from(u16::from_be_bytes([a, b])), 4),
        (127, &[a, b, c, d, e, f, g, h, ..]) => (u64::from_be_bytes([a, b, c, d, e, f, g, h]), 10),
        (126 | 127, _) => return Ok(None),
        (length, _) => (u64::from(length), 2),
    };
    if length > FRAME_BYTES_MAX {
        return Err(Broken("a frame that is too long"));
    }
    let end = head + length as usize;
    let payload = bytes.get(head..end);
    Ok(payload.map(|payload| (Frame { opcode: flags & 0x0F, payload }, end)))
}

/// Adds a frame of a client. Its mask is of zeros, which changes nothing.
pub(crate) fn add(opcode: u8, payload: &[u8], to: &mut Vec<u8>) {
    to.push(0x80 | opcode);
    match payload.len() {
        short @ 0..126 => to.push(0x80 | short as u8),
        length => {
            to.push(0x80 | 126);
            to.extend((length as u16).to_be_bytes());
        }
    }
    to.extend([0; 4]);
    to.extend(payload);
}

/// Adds an unmasked frame with a payload of 126 to 65,535 bytes, as a server sends it.
pub(crate) fn add_of_server(payload: &[u8], to: &mut Vec<u8>) {
    to.extend([0x80 | TEXT, 126]);
    to.extend((payload.len() as u16).to_be_bytes());
    to.extend(payload);
}

/// The request for an upgrade, with a header that names the sub-protocol, if there is one.
pub(crate) fn upgrade(path: &str, host: &str, subprotocol: Option<&str>) -> String {
    let subprotocol = subprotocol.map_or_else(String::new, |name| format!("Sec-WebSocket-Protocol: {name}\r\n"));
    format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: {KEY}\r\n{subprotocol}\r\n"
    )
}

/// How long the head of an answer is; `None` if it is not whole yet.
pub(crate) fn head_bytes(bytes: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, b"\r\n\r\n").map(|at| at + 4)
}

/// Sees that this is the head of an answer that upgrades.
pub(crate) fn is_upgraded(head: &[u8]) -> anyhow::Result<()> {
    let head = std::str::from_utf8(head).context("the head of the answer is no text")?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    ensure!(status == "101", "answered with {status}");
    let accept = derive_accept_key(KEY.as_bytes());
    let accepted = head.lines().filter_map(|line| line.split_once(':'));
    let accepted = accepted.filter(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-accept"));
    ensure!(accepted.map(|(_, value)| value.trim()).eq([accept.as_str()]), "answered with another key");
    Ok(())
}

/// The answer to an upgrade whose head this is.
pub(crate) fn upgraded(head: &str) -> Option<String> {
    let headers = head.lines().filter_map(|line| line.split_once(':'));
    let (_, key) = { headers }.find(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-key"))?;
    let accept = derive_accept_key(key.trim().as_bytes());
    Some(format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_found_whole_or_not_at_all() {
        for length in [0, 1, 125, 126, 300, 65_535, 65_536, 70_000] {
            let payload = vec![b'x'; length];
            let mut bytes = vec![0x81];
            match length {
                0..126 => bytes.push(length as u8),
                126..65_536 => bytes.extend([&[126][..], &(length as u16).to_be_bytes()].concat()),
                _ => bytes.extend([&[127][..], &(length as u64).to_be_bytes()].concat()),
            }
            bytes.extend(&payload);
            let end = bytes.len();
            for cut in [0, 1, 2, 3, end / 2, end - 1] {
                assert_eq!(first(&bytes[..cut.min(end - 1)]), Ok(None), "{length} cut at {cut}");
            }
            bytes.extend([0x8A, 0]);
            assert_eq!(first(&bytes), Ok(Some((Frame { opcode: TEXT, payload: &payload }, end))));
            assert_eq!(first(&bytes[end..]), Ok(Some((Frame { opcode: PONG, payload: &[] }, 2))));
        }
    }

    #[test]
    fn what_is_no_frame_of_a_server_is_refused() {
        assert!(first(&[0x01, 0]).is_err(), "a part");
        assert!(first(&[0xC1, 0]).is_err(), "compressed");
        assert!(first(&[0x81, 0x80, 0, 0, 0, 0]).is_err(), "masked");
        assert!(first(&[0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0]).is_err(), "too long");
    }

    #[test]
    fn an_upgrade_is_asked_for_and_answered() {
        let answer = upgraded(&upgrade("/live", "localhost", None)).unwrap();
        assert_eq!(head_bytes(answer.as_bytes()), Some(answer.len()));
        is_upgraded(answer.as_bytes()).unwrap();
        assert!(is_upgraded(b"HTTP/1.1 403 Forbidden\r\n\r\n").unwrap_err().to_string().contains("403"));
        assert!(is_upgraded(answer.replace("Accept: ", "Accept: x").as_bytes()).is_err());
        let own = tokio_tungstenite::tungstenite::handshake::client::generate_key();
        assert_eq!(own.len(), KEY.len());
    }
}
