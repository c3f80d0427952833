//! The yardstick of fan-out: a writer that makes one `send` for each socket and frame, and nothing else.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
};

use anyhow::{Context as _, ensure};

use crate::{input::Input, orders::Said, output::say, websocket};

/// The size of a frame's payload, about that of a post.
const FRAME_BYTES: usize = 300;

/// Accepts so many sockets; then, for every mark on its standard input, sends a frame with it to each, and says so.
pub(crate) fn run(sockets: usize, input: &mut Input) -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").context("a port can't be had")?;
    say(&Said::Listening(listener.local_addr()?))?;
    let mut streams = Vec::with_capacity(sockets);
    while streams.len() < sockets {
        let (stream, _) = listener.accept().context("a socket can't be taken")?;
        streams.push(upgrade(stream)?);
    }
    let mut number = 0_u64;
    while let Some(mark) = input.wait::<String>()? {
        number += 1;
        let frame = frame(number, &mark);
        for stream in &mut streams {
            stream.write_all(&frame).context("a reader has gone")?;
        }
        say(&Said::Sent)?;
    }
    Ok(())
}

fn upgrade(mut stream: TcpStream) -> anyhow::Result<TcpStream> {
    stream.set_nodelay(true)?;
    let (mut head, mut at) = (vec![0; websocket::HEAD_BYTES_MAX], 0);
    while websocket::head_bytes(&head[..at]).is_none() {
        let count = stream.read(&mut head[at..])?;
        ensure!(count > 0, "a reader left before it was there");
        at += count;
    }
    let answer = websocket::upgraded(std::str::from_utf8(&head[..at])?).context("a reader asked for something else")?;
    stream.write_all(answer.as_bytes())?;
    Ok(stream)
}

/// A frame that looks like an event of Erfa, so that its reader has the same to do.
fn frame(number: u64, mark: &str) -> Vec<u8> {
    let cursor = "x".repeat(60);
    let text = format!(r#"{{"t":"ev","s":1,"c":"{cursor}","e":{{"data":{{"number":{number},"body":"{mark} "#);
    let mut frame = Vec::new();
    websocket::add_of_server(format!(r#"{text:.<width$}"}}}}}}"#, width = FRAME_BYTES - 4).as_bytes(), &mut frame);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_an_event_of_the_right_size() {
        let frame = frame(17, &crate::mark::mark(99));
        let (frame, _) = websocket::first(&frame).unwrap().unwrap();
        assert_eq!(frame.payload.len(), FRAME_BYTES);
        let event: serde_json::Value = serde_json::from_slice(frame.payload).unwrap();
        assert_eq!((&event["t"], &event["e"]["data"]["number"]), (&"ev".into(), &17.into()));
    }
}
