//! The HTTP server: a listener, a bound on connections, and an end that finishes what was begun.

mod connection;

use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tower::Service as _;

use crate::{Limits, Tls};
use connection::{Counted, Place};

pub use connection::Received;

/// How many connections may wait to be taken, if the system allows as many: when everybody comes back at once, those for
/// which there is no room try again only after a second, and then after ever longer.
const ARRIVING_MAX: u32 = 16_384;
/// How long a listener rests that can't take a connection, because the process has too many files open.
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// Why nothing can listen at an address.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program does.
    #[error(
        "{address} is in use by another program: stop that program (perhaps another Erfa), or choose another address \
         with `{setting}`"
    )]
    InUse {
        /// The address.
        address: SocketAddr,
        /// The setting that gives it.
        setting: &'static str,
    },
    /// Something else is wrong.
    #[error("can't listen at {address}: {source}; choose another address with `{setting}`")]
    Refused {
        /// The address.
        address: SocketAddr,
        /// The setting that gives it.
        setting: &'static str,
        /// What the system says.
        source: io::Error,
    },
}

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// The connections that were still open when it had waited long enough, and were cut off.
    pub connections_cut: usize,
}

/// Listens at `address`, which the setting of this name gives.
pub async fn bind(address: SocketAddr, setting: &'static str) -> Result<TcpListener, BindError> {
    listen(address).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => BindError::InUse { address, setting },
        _ => BindError::Refused { address, setting, source },
    })
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // So that a server that was just stopped does not keep the next one waiting.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(ARRIVING_MAX)
}

/// Answers with `router` what comes to `listener`, until `shutdown`; then takes no more, lets every request be answered
/// and every socket be closed by its owner, and cuts off what is open after `limits.stop_max`.
///
/// Handlers find the peer's address as [`ConnectInfo<SocketAddr>`], and what came of the connection as [`Received`]. A
/// connection that was upgraded counts until it ends.
pub async fn serve(listener: TcpListener, router: Router, limits: &Limits, shutdown: CancellationToken) -> Stopped {
    run(listener, None, router, limits, shutdown).await
}

/// The same over TLS. A connection counts while its handshake lasts, which has its own limit of time.
pub async fn serve_tls(
    listener: TcpListener,
    tls: Tls,
    router: Router,
    limits: &Limits,
    shutdown: CancellationToken,
) -> Stopped {
    run(listener, Some(tls), router, limits, shutdown).await
}

async fn run(
    listener: TcpListener,
    tls: Option<Tls>,
    router: Router,
    limits: &Limits,
    shutdown: CancellationToken,
) -> Stopped {
    let room = Arc::new(Semaphore::new(limits.connections_max));
    let cut = CancellationToken::new();
    let visit = Visit { router, http: http(limits), shutdown: shutdown.clone(), cut: cut.clone() };
    while let Some(Some((stream, peer, permit))) = shutdown.run_until_cancelled(accept(&listener, &room)).await {
        let (visit, place) = (visit.clone(), Place::new(permit));
        // Answers and frames are small and each is whole: waiting for more to send would only add to their delay.
        let _ = stream.set_nodelay(true);
        let Some(tls) = tls.clone() else {
            tokio::spawn(visit.serve(Counted::new(stream, place), peer));
            continue;
        };
        let handshake_max = limits.tls_handshake_max;
        tokio::spawn(async move {
            let handshake = timeout(handshake_max, tls.acceptor().accept(stream));
            match visit.shutdown.run_until_cancelled(handshake).await {
                Some(Ok(Ok(stream))) => visit.serve(Counted::new(stream, place), peer).await,
                Some(Ok(Err(error))) => handshake_failed("refused", &error.to_string()),
                Some(Err(_)) => handshake_failed("late", "it took too long"),
                None => {}
            }
        });
    }
    drop(listener);
    // Every open connection holds its place, upgraded or not: when all places are free, everybody has gone.
    let all = u32::try_from(limits.connections_max).unwrap_or(u32::MAX);
    let _ = timeout(limits.stop_max, room.acquire_many(all)).await;
    cut.cancel();
    Stopped { connections_cut: limits.connections_max - room.available_permits() }
}

fn handshake_failed(outcome: &'static str, why: &str) {
    metrics::counter!("erfa_tls_handshakes_failed_total", "outcome" => outcome).increment(1);
    tracing::debug!(why, "a TLS handshake failed");
}

/// What answers on a connection, and when it is to end.
#[derive(Clone)]
struct Visit {
    router: Router,
    http: http1::Builder,
    shutdown: CancellationToken,
    cut: CancellationToken,
}

impl Visit {
    async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, stream: Counted<S>, peer: SocketAddr) {
        let Self { router, http, shutdown, cut } = self;
        let service = service(router, peer, stream.received());
        let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service).with_upgrades());
        let ended = match shutdown.run_until_cancelled(connection.as_mut()).await {
            Some(ended) => Some(ended),
            None => {
                connection.as_mut().graceful_shutdown();
                cut.run_until_cancelled(connection).await
            }
        };
        if let Some(Err(error)) = ended {
            tracing::debug!(%error, "a connection broke");
        }
    }
}

/// The next connection, once there is room for it; those that wait do so in the system's queue.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    if room.available_permits() == 0 {
        tracing::warn!("`limits.connections_max` is reached: new connections wait");
    }
    let permit = room.clone().acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return Some((stream, peer, permit)),
            Err(error) if is_of_the_peer(&error) => {}
            Err(error) => {
                tracing::error!(%error, "can't take connections; raise the limit of open files (ulimit -n)");
                sleep(ACCEPT_REST).await;
            }
        }
    }
}

fn is_of_the_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

fn http(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.header_read_max);
    builder.max_buf_size(limits.header_bytes_max).max_headers(limits.headers_max);
    builder
}

fn service(
    router: Router,
    peer: SocketAddr,
    received: Received,
) -> impl hyper::service::Service<
    Request<Incoming>,
    Response = axum::response::Response,
    Error = std::convert::Infallible,
    Future: Send,
> {
    service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(received.clone());
        router.clone().call(request.map(Body::new))
    })
}

#[cfg(test)]
mod tests;
