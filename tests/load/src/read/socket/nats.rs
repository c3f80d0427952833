//! A socket of NATS: its text protocol in binary frames, which need not end where a message does.

use std::mem;

use super::{Phase, Socket, left_over};
use crate::{
    nats::{self, Heard},
    read::{context::Context, ended::Ended},
    websocket,
};

impl Socket {
    /// Subscribes to everything at once. The answer to the ping says that it is done.
    pub(super) fn greet_nats(&mut self, cx: &Context) -> Result<(), Ended> {
        self.phase = Phase::Arriving(1);
        let mut words = nats::CONNECT.to_owned();
        for (at, subscription) in self.subscriptions.iter().enumerate() {
            words += &format!("SUB {} {}\r\n", cx.task.threads[subscription.thread].topic, at + 1);
        }
        self.say(&(words + nats::PING))
    }

    /// Takes the payload of a frame.
    pub(super) fn nats(&mut self, at: usize, payload: &[u8], now: u64, cx: &mut Context) -> Result<(), Ended> {
        let rest = mem::take(&mut self.nats_rest);
        self.nats_rest = left_over(rest, payload, |bytes| self.take_nats(at, bytes, now, cx))?;
        Ok(())
    }

    fn take_nats(&mut self, at: usize, bytes: &[u8], now: u64, cx: &mut Context) -> Result<usize, Ended> {
        let mut taken = 0;
        while let Some((heard, length)) = nats::first(&bytes[taken..])? {
            taken += length;
            match heard {
                Heard::Message(text) => self.text(at, text, now, cx)?,
                Heard::Ping => self.say(nats::PONG)?,
                Heard::Pong if self.phase == Phase::Arriving(1) => self.live(cx),
                Heard::Pong | Heard::Note => {}
                Heard::Refusal(line) => return Err(Ended::Refused(String::from_utf8_lossy(line).into_owned())),
            }
        }
        Ok(taken)
    }

    fn say(&mut self, words: &str) -> Result<(), Ended> {
        let mut frame = Vec::new();
        websocket::add(websocket::BINARY, words.as_bytes(), &mut frame);
        self.send(&frame)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::Read as _,
        net::{TcpListener, TcpStream},
    };

    use super::*;
    use crate::{
        orders::{self, Form, Pace, Protocol, Readers, Server, Thread},
        yardstick::message,
    };

    fn context() -> Context {
        Context::new(Readers {
            server: Server { address: ([127, 0, 0, 1], 1).into(), host: "x".to_owned() },
            source: None,
            protocol: Protocol::Nats,
            tokens: Vec::new(),
            threads: vec![Thread { topic: "t0".to_owned(), next: 1 }],
            sockets: Vec::new(),
            form: Form::Event,
            window: 256,
            ack_frames: 32,
            ack_ms: 0,
            connecting_max: 1,
            report_ms: 20,
        })
    }

    /// What a server sends, in frames of so many bytes.
    fn sent(said: &[u8], frame_bytes: usize) -> Vec<u8> {
        let frame = |part: &[u8]| match part.len() {
            short @ 0..126 => [&[0x82, short as u8], part].concat(),
            length => [&[0x82, 126][..], &(length as u16).to_be_bytes(), part].concat(),
        };
        said.chunks(frame_bytes).flat_map(frame).collect()
    }

    #[test]
    fn messages_are_heard_once_however_they_are_cut() {
        let message = |number| {
            let text = message::text(number, &crate::mark::mark(17));
            format!("MSG t0 1 {}\r\n{text}\r\n", text.len())
        };
        let said = ["INFO {}\r\nPONG\r\n", &message(1), "PING\r\n", &message(2), &message(3)].concat();
        // A frame with everything, some with a message each or so, and many with a piece of one.
        for frame_bytes in [said.len(), 340, 9] {
            let bytes = sent(said.as_bytes(), frame_bytes);
            for cut in 0..bytes.len() {
                let mut cx = context();
                let plan = orders::Socket { token: 0, threads: vec![0], pace: Pace::Quick };
                let mut socket = Socket::new(&plan, &cx.task.threads);
                socket.greet_nats(&cx).unwrap();
                socket.take(0, &bytes[..cut], &mut cx).unwrap();
                socket.take(0, &bytes[cut..], &mut cx).unwrap();
                let count = (socket.is_live(), cx.count.done, cx.count.missing, cx.count.repeated);
                assert_eq!(count, (true, 3, 0, 0), "frames of {frame_bytes}, cut at {cut}");
            }
        }
    }

    #[test]
    fn a_ping_is_answered() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut cx = context();
        let mut socket =
            Socket::new(&orders::Socket { token: 0, threads: vec![0], pace: Pace::Quick }, &cx.task.threads);
        (socket.stream, socket.phase) =
            (Some(TcpStream::connect(listener.local_addr().unwrap()).unwrap()), Phase::Live);
        socket.take(0, &sent(b"PING\r\n", 4), &mut cx).unwrap();
        drop(socket);
        let (mut expected, mut answered) = (Vec::new(), Vec::new());
        websocket::add(websocket::BINARY, b"PONG\r\n", &mut expected);
        listener.accept().unwrap().0.read_to_end(&mut answered).unwrap();
        assert_eq!(answered, expected);
    }

    #[test]
    fn a_refusal_ends_it() {
        let mut cx = context();
        let mut socket =
            Socket::new(&orders::Socket { token: 0, threads: vec![0], pace: Pace::Quick }, &cx.task.threads);
        let ended = socket.take(0, &sent(b"-ERR 'maximum connections exceeded'\r\n", 99), &mut cx).unwrap_err();
        assert!(!ended.may_reconnect() && ended.to_string().contains("maximum connections"), "{ended}");
    }
}
