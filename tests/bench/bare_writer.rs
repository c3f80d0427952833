//! The yardstick of fan-out: a writer that makes one `send` for each socket, and nothing else.

use std::{
    io::Write as _,
    process::{Child, Command, Stdio},
};

use tokio::{io::AsyncWriteExt as _, net::TcpListener};
use tokio_tungstenite::accept_async;

/// The size of a frame's payload, about that of a post.
const FRAME_BYTES: usize = 300;

/// Accepts `sockets` WebSockets on a port that it prints; then, for every line on its standard input, sends a frame with
/// that line to each.
pub(crate) async fn run(sockets: usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    println!("{}", listener.local_addr().expect("it is bound"));
    let mut streams = Vec::with_capacity(sockets);
    while streams.len() < sockets {
        let (stream, _) = listener.accept().await.expect("a client connects");
        stream.set_nodelay(true).expect("a socket takes the option");
        let socket = accept_async(stream).await.expect("a client speaks WebSocket");
        streams.push(socket.into_inner());
    }
    // It has nothing else to do while it waits for a line.
    for line in std::io::stdin().lines().map_while(Result::ok) {
        let frame = frame(&line);
        for stream in &mut streams {
            stream.write_all(&frame).await.expect("a client reads");
        }
    }
}

/// An unmasked text frame (RFC 6455, section 5.2) of [`FRAME_BYTES`], which needs a length of 16 bits.
fn frame(text: &str) -> Vec<u8> {
    let mut frame = vec![0x81, 126];
    frame.extend((FRAME_BYTES as u16).to_be_bytes());
    frame.extend(format!("{text:<FRAME_BYTES$}").into_bytes());
    frame
}

/// The bare writer as a child process.
pub(crate) struct BareWriter {
    child: Child,
    pub(crate) address: String,
}

impl BareWriter {
    pub(crate) fn start(sockets: usize) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("a running program has a path"))
            .args(["--bare-writer", &sockets.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the bench starts itself");
        let mut address = String::new();
        let mut output = std::io::BufReader::new(child.stdout.take().expect("it was piped"));
        std::io::BufRead::read_line(&mut output, &mut address).expect("it says where it listens");
        Self { child, address: address.trim().to_owned() }
    }

    pub(crate) fn send(&mut self, line: &str) {
        let input = self.child.stdin.as_mut().expect("it was piped");
        writeln!(input, "{line}").expect("the writer listens");
    }
}

impl Drop for BareWriter {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
