//! A client's own network: connections that lag, break, and lose what is under way.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::{JoinHandle, JoinSet},
};

/// How much is under way at a time: little, so that what is said is lost in the middle too.
const UNDER_WAY_BYTES: usize = 1024;

/// How the network is. Connections notice at once.
#[derive(Clone, Copy, Debug, Default)]
struct Weather {
    lag: Duration,
    /// How many times it broke.
    cuts: u32,
    /// How many times it was to lose an answer.
    losses: u32,
}

/// A network between one client and the server.
pub(crate) struct Proxy {
    address: SocketAddr,
    weather: watch::Sender<Weather>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// In front of this address, on a free port.
    pub(crate) async fn start(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let (weather, seen) = watch::channel(Weather::default());
        let accepting = tokio::spawn(accept(listener, upstream.to_owned(), seen));
        Self { address, weather, accepting }
    }

    /// Where the client connects, such as `127.0.0.1:40001`.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Delays everything from now on.
    pub(crate) fn lag(&self, lag: Duration) {
        self.weather.send_modify(|weather| weather.lag = lag);
    }

    /// Breaks every connection. What is under way is lost.
    pub(crate) fn cut(&self) {
        self.weather.send_modify(|weather| weather.cuts += 1);
    }

    /// Every connection loses what the server says next, and breaks.
    pub(crate) fn lose_answer(&self) {
        self.weather.send_modify(|weather| weather.losses += 1);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, upstream: String, weather: watch::Receiver<Weather>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        connections.spawn(carry(client, upstream.clone(), weather.clone()));
        while connections.try_join_next().is_some() {}
    }
}

/// Carries one connection, until either side or the network ends it.
async fn carry(client: TcpStream, upstream: String, mut weather: watch::Receiver<Weather>) {
    let Ok(server) = TcpStream::connect(upstream).await else { return };
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let began = *weather.borrow_and_update();
    let watched = weather.clone();
    tokio::select! {
        _ = weather.wait_for(|now| now.cuts > began.cuts) => {}
        () = pump(from_client, to_server, watched.clone(), u32::MAX) => {}
        () = pump(from_server, to_client, watched, began.losses) => {}
    }
}

/// Carries one direction. What comes after more than so many losses is lost.
async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, weather: watch::Receiver<Weather>, losses: u32) {
    let mut under_way = [0; UNDER_WAY_BYTES];
    while let Ok(length @ 1..) = from.read(&mut under_way).await {
        let Weather { lag, losses: now, .. } = *weather.borrow();
        if now > losses {
            return;
        }
        if !lag.is_zero() {
            tokio::time::sleep(lag).await;
        }
        if to.write_all(&under_way[..length]).await.is_err() {
            return;
        }
    }
}
