//! Just enough of the NATS text protocol to subscribe to subjects and to publish: what a server says is looked at where it
//! lies.

use crate::websocket::Broken;

/// No line of a server is longer; its `INFO` is the longest.
const LINE_BYTES_MAX: usize = 64 * 1024;
/// No message is longer, which is what a server allows unless it is told otherwise.
const MESSAGE_BYTES_MAX: usize = 1024 * 1024;

/// What a client says first.
pub(crate) const CONNECT: &str =
    "CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"rust\",\"version\":\"1\",\"protocol\":1}\r\n";
pub(crate) const PING: &str = "PING\r\n";
pub(crate) const PONG: &str = "PONG\r\n";

/// Something that a server says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard<'a> {
    Message(&'a [u8]),
    Ping,
    /// The answer to a ping: everything that was said before it was done.
    Pong,
    /// Something that need not be answered.
    Note,
    /// It refuses something.
    Refusal(&'a [u8]),
}

/// The first that a server says, and how many bytes it takes; `None` if it is not whole yet.
pub(crate) fn first(bytes: &[u8]) -> Result<Option<(Heard<'_>, usize)>, Broken> {
    let Some(end) = memchr::memmem::find(bytes, b"\r\n") else {
        return if bytes.len() > LINE_BYTES_MAX { Err(Broken("a line without an end")) } else { Ok(None) };
    };
    let (line, after) = (&bytes[..end], end + 2);
    let mut words = line.split(|byte| *byte == b' ');
    let heard = match words.next().unwrap_or_default() {
        b"MSG" => {
            let Some(length) = words.next_back().and_then(length) else {
                return Err(Broken("a message of no length"));
            };
            let end = after + length;
            let Some(line_end) = bytes.get(end..end + 2) else { return Ok(None) };
            if line_end != b"\r\n" {
                return Err(Broken("a message that is longer than it says"));
            }
            return Ok(Some((Heard::Message(&bytes[after..end]), end + 2)));
        }
        b"PING" => Heard::Ping,
        b"PONG" => Heard::Pong,
        b"INFO" | b"+OK" => Heard::Note,
        b"-ERR" => Heard::Refusal(line),
        _ => return Err(Broken("something that NATS does not say")),
    };
    Ok(Some((heard, after)))
}

fn length(word: &[u8]) -> Option<usize> {
    let length = std::str::from_utf8(word).ok()?.parse().ok()?;
    (length <= MESSAGE_BYTES_MAX).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &[u8] = b"INFO {\"server_id\":\"x\"}\r\nPONG\r\nMSG t0 1 5\r\na\r\nbc\r\nMSG t0 1 reply 0\r\n\r\nPING\r\n+OK\r\n-ERR 'no'\r\n";

    fn all(mut bytes: &[u8]) -> (Vec<Heard<'_>>, usize) {
        let (mut heard, mut taken) = (Vec::new(), 0);
        while let Some((one, length)) = first(bytes).unwrap() {
            heard.push(one);
            bytes = &bytes[length..];
            taken += length;
        }
        (heard, taken)
    }

    #[test]
    fn what_is_said_is_heard_wherever_it_is_cut() {
        use Heard::{Message, Note, Ping, Pong, Refusal};
        let expected = [Note, Pong, Message(b"a\r\nbc"), Message(b""), Ping, Note, Refusal(b"-ERR 'no'")];
        assert_eq!(all(SAID), (expected.into(), SAID.len()));
        for cut in 0..SAID.len() {
            let (mut heard, taken) = all(&SAID[..cut]);
            heard.extend(all(&SAID[taken..]).0);
            assert_eq!(heard, all(SAID).0, "cut at {cut}");
        }
    }

    #[test]
    fn what_is_no_nats_is_refused() {
        for wrong in
            [&b"HTTP/1.1 200 OK\r\n"[..], b"MSG t0 1 many\r\n", b"MSG t0 1 2\r\nabc\r\n", b"MSG t0 1 9999999\r\n"]
        {
            assert!(first(wrong).is_err(), "{}", String::from_utf8_lossy(wrong));
        }
        assert!(first(&[b'x'; LINE_BYTES_MAX + 1]).is_err());
    }
}
