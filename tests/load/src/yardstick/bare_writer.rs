//! The yardstick of fan-out: a writer that makes one `send` for each socket and frame, and nothing else.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
};

use anyhow::{Context as _, ensure};

use super::message;
use crate::{input::Input, orders::Said, output::say, websocket};

/// Accepts so many sockets; then, for every mark on its standard input, sends a frame with it to each, and says so.
pub(crate) fn run(sockets: usize, input: &mut Input) -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").context("a port can't be had")?;
    say(&Said::Listening { address: listener.local_addr()?, pid: std::process::id() })?;
    let mut streams = Vec::with_capacity(sockets);
    while streams.len() < sockets {
        let (stream, _) = listener.accept().context("a socket can't be taken")?;
        streams.push(upgrade(stream)?);
    }
    let (mut number, mut frame) = (0, Vec::new());
    while let Some(mark) = input.wait::<String>()? {
        number += 1;
        frame.clear();
        websocket::add_of_server(message::text(number, &mark).as_bytes(), &mut frame);
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
