//! How long the server takes for a page of a thread, wherever it is opened and however long it is.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};

use super::{Run, erfa::Erfa};
use crate::{
    histogram::Times,
    orders::{Order, Posters, Rate, Server, Task},
    post::answer,
    process::Process,
};

/// How many posts the threads have.
pub(crate) const POSTS: [u64; 3] = [50, 1_000, 10_000];
/// How many posts a page shows.
const PAGE_POSTS: u64 = 50;
/// How many people fill the threads.
const POSTERS: usize = 32;
/// Rounds that are not counted: the server has not been asked for anything yet.
const WARM_UP: usize = 20;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked how far it is.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A browser: a connection that is kept.
struct Browser<'a> {
    stream: TcpStream,
    host: &'a str,
    cookie: &'a str,
    came: Vec<u8>,
}

impl<'a> Browser<'a> {
    fn open(server: &'a Server, cookie: &'a str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect_timeout(&server.address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, host: &server.host, cookie, came: Vec::new() })
    }

    /// Gets a page: its status, and how many microseconds it took until all of it was there.
    fn get(&mut self, path: &str) -> anyhow::Result<(u16, u64)> {
        let (host, cookie) = (self.host, self.cookie);
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nAccept-Language: sv\r\n\r\n");
        let (begun, mut buffer) = (Instant::now(), vec![0; 256 * 1024]);
        self.came.clear();
        self.stream.write_all(request.as_bytes())?;
        loop {
            match self.stream.read(&mut buffer).with_context(|| format!("`{path}` is not answered"))? {
                0 => bail!("`{path}` was answered by the end of the connection"),
                count => self.came.extend(&buffer[..count]),
            }
            if let Some((status, _)) = answer::whole(&self.came).map_err(anyhow::Error::msg)? {
                return Ok((status, begun.elapsed().as_micros() as u64));
            }
        }
    }
}

/// The same requests, to a handler that does nothing.
pub(super) fn empty_handler(run: &mut Run<'_>) -> anyhow::Result<Times> {
    run.progress.begin("getting pages of a handler that does nothing");
    let mut handler = Process::start(&Task::EmptyHandler)?;
    let server = Server { address: handler.listening()?.0, host: "yardstick".to_owned() };
    let cookie = format!("erfa-session={}", "x".repeat(80));
    let mut browser = Browser::open(&server, &cookie)?;
    let (path, mut times, begun) = (format!("/threads/{}?page=1", "0".repeat(36)), Times::default(), Instant::now());
    while begun.elapsed() < run.plan.time / 4 {
        times.record(browser.get(&path)?.1);
    }
    Ok(times)
}

/// Asks for one page of each thread after the other, so that what disturbs one disturbs all.
pub(super) fn measure(run: &mut Run<'_>, erfa: &mut Erfa, yardstick: Option<&Times>) -> anyhow::Result<()> {
    fill(run, erfa)?;
    let server = erfa.site.server.clone();
    let session = erfa.site.session.clone().context("pages are measured on the own server")?;
    let mut browser = Browser::open(&server, &session)?;
    let mut cases = Vec::new();
    for (path, posts) in erfa.site.pages().iter().zip(POSTS) {
        let last = posts.div_ceil(PAGE_POSTS);
        for (name, page) in [("first", 1), ("middle", last.div_ceil(2)), ("last", last)] {
            cases.push((posts, name, format!("{path}?page={page}"), Times::default()));
        }
    }
    run.progress.begin("getting pages");
    let mut begun = Instant::now();
    for round in 0.. {
        if round == WARM_UP {
            begun = Instant::now();
        }
        if round > WARM_UP && begun.elapsed() > run.plan.time {
            break;
        }
        for (_, _, path, times) in &mut cases {
            let (status, micros) = browser.get(path)?;
            ensure!(status == 200, "`GET {path}` was answered with {status}");
            if round >= WARM_UP {
                times.record(micros);
            }
        }
        run.progress.at(|| format!("{round} of each"));
    }
    for (posts, name, _, times) in &cases {
        for (what, quantile) in [("p50", 0.5), ("p99", 0.99)] {
            let of_yardstick = yardstick.map(|yardstick| yardstick.quantile(quantile));
            let figure = format!("thread of {posts} posts, {name} page: {what}");
            run.report.add(figure, times.quantile(quantile), "ms", of_yardstick);
        }
    }
    Ok(())
}

/// Posts until each thread is as long as it is to be. It has one post already.
fn fill(run: &mut Run<'_>, erfa: &mut Erfa) -> anyhow::Result<()> {
    let tokens: Vec<_> = erfa.site.tokens.iter().take(POSTERS).cloned().collect();
    let mut filled = 0;
    for (path, posts) in erfa.site.paths().into_iter().zip(POSTS) {
        run.progress.begin(&format!("filling a thread with {posts} posts"));
        let mut posting = Process::start(&Task::Post(Posters {
            server: erfa.site.server.clone(),
            tokens: tokens.clone(),
            paths: vec![path],
            body_bytes: run.options.body_bytes,
            report_ms: LOOK_EVERY.as_millis() as u64,
        }))?;
        posting.fresh()?;
        posting.order(&Order::Allow(posts - 1))?;
        posting.order(&Order::Post(Rate::AsAcknowledged, POSTERS))?;
        while posting.now().done < posts - 1 {
            thread::sleep(LOOK_EVERY);
            posting.is_there()?;
            run.progress.at(|| format!("{} posts", posting.now().done));
        }
        filled += posts - 1;
    }
    let there = erfa.site.count(filled)?;
    ensure!(there == filled, "of {filled} posts that were acknowledged, {there} are there");
    Ok(())
}
