//! A connection that holds its place among the connections for as long as it is open, upgraded or not.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::OwnedSemaphorePermit,
};

const CONNECTIONS: &str = "erfa_http_connections";

/// How much has come over a connection, before and after an upgrade. Handlers find it among a request's extensions.
/// Clones count the same.
#[derive(Clone, Debug, Default)]
pub struct Received(Arc<AtomicU64>);

impl Received {
    /// Bytes since the connection was opened.
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A place among the connections, from the moment when one is taken.
pub(super) struct Place(#[expect(dead_code, reason = "given back when it is dropped")] OwnedSemaphorePermit);

impl Place {
    pub(super) fn new(permit: OwnedSemaphorePermit) -> Self {
        metrics::gauge!(CONNECTIONS).increment(1);
        Self(permit)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        metrics::gauge!(CONNECTIONS).decrement(1);
    }
}

/// A stream with its place, encrypted or not. What comes is counted as it is understood, without what TLS adds.
pub(super) struct Counted<S> {
    stream: S,
    received: Received,
    _place: Place,
}

impl<S: Unpin> Counted<S> {
    pub(super) fn new(stream: S, place: Place) -> Self {
        Self { stream, received: Received::default(), _place: place }
    }

    pub(super) fn received(&self) -> Received {
        self.received.clone()
    }

    fn stream(self: Pin<&mut Self>) -> Pin<&mut S> {
        Pin::new(&mut self.get_mut().stream)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = self.as_mut().stream().poll_read(cx, buf);
        let more = buf.filled().len() - before;
        self.received.0.fetch_add(more as u64, Ordering::Relaxed);
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.stream().poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream().poll_write_vectored(cx, bufs)
    }
}
