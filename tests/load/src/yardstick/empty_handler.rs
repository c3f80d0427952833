//! The yardstick of posting: a handler of the same HTTP server that does nothing.

use axum::{Router, http::StatusCode};
use tokio::net::TcpListener;

use crate::{orders::Said, output::say};

/// Answers every request, until it is killed.
pub(crate) fn run() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        say(&Said::Listening { address: listener.local_addr()?, pid: std::process::id() })?;
        Ok(axum::serve(listener, Router::new().fallback(|| async { StatusCode::CREATED })).await?)
    })
}
