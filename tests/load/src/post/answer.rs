//! Just enough of HTTP/1.1 to know where an answer ends, and what it is.

use crate::websocket::{HEAD_BYTES_MAX, head_bytes};

/// An answer: its status, and how many bytes it takes; `None` if it is not whole yet.
pub(crate) fn whole(bytes: &[u8]) -> Result<Option<(u16, usize)>, &'static str> {
    let Some(head_bytes) = head_bytes(bytes) else {
        return if bytes.len() > HEAD_BYTES_MAX { Err("an answer whose head has no end") } else { Ok(None) };
    };
    let head = std::str::from_utf8(&bytes[..head_bytes]).map_err(|_| "an answer that is no text")?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("an answer without a status")?;
    let mut headers = head.lines().filter_map(|line| line.split_once(':'));
    let length = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = match length {
        Some((_, length)) => length.trim().parse().map_err(|_| "an answer of no length")?,
        None if status == 204 => 0,
        None => return Err("an answer without Content-Length"),
    };
    Ok((bytes.len() >= head_bytes + length).then_some((status, head_bytes + length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_where_it_says() {
        let answer = b"HTTP/1.1 201 Created\r\ncontent-type: x\r\nContent-Length: 5\r\n\r\n12345";
        assert_eq!(whole(answer), Ok(Some((201, answer.len()))));
        for cut in 0..answer.len() {
            assert_eq!(whole(&answer[..cut]), Ok(None), "{cut}");
        }
        assert_eq!(whole(&[&answer[..], b"HTTP"].concat()), Ok(Some((201, answer.len()))));
        assert!(whole(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
        assert!(whole(b"220 mail\r\n\r\n").is_err());
    }
}
