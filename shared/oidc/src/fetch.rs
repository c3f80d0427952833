//! Speaking with a provider over HTTP: no redirects, and everything has a limit.

use std::{sync::Arc, time::Duration};

use reqwest::{Client, RequestBuilder, StatusCode, header, redirect};
use rustls::crypto::ring;
use serde::de::DeserializeOwned;

use crate::Error;

/// From the first byte to the provider to its last.
const ANSWER_WAIT: Duration = Duration::from_secs(10);
/// How long it may take to reach it.
const CONNECT_WAIT: Duration = Duration::from_secs(5);
/// How much it may answer.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// A client over TLS of ring, with the certificates that this machine trusts.
pub(crate) fn client() -> Result<Client, reqwest::Error> {
    // The client asks for the process's provider of cryptography; whichever was installed first is the same.
    let _ = ring::default_provider().install_default();
    Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(ANSWER_WAIT)
        .connect_timeout(CONNECT_WAIT)
        .user_agent(concat!("erfa/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// What a provider answered.
pub(crate) struct Fetched {
    pub(crate) status: StatusCode,
    is_json: bool,
    body: Vec<u8>,
}

/// Sends the request and reads the answer, as far as it is taken. `what` is what is asked for, in errors.
pub(crate) async fn send(request: RequestBuilder, what: &str) -> Result<Fetched, Error> {
    let unreachable = |error: reqwest::Error| Error::Provider(format!("{what} can't be reached: {}", cause(&error)));
    let mut response = request.header(header::ACCEPT, "application/json").send().await.map_err(unreachable)?;
    let media_type = response.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json = media_type == "application/json" || media_type.ends_with("+json");
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(Error::Provider(format!("{what} answers more than {ANSWER_BYTES_MAX} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Fetched { status: response.status(), is_json, body })
}

/// The innermost reason, which says more than that something went wrong, and no more than is known of the network.
fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

impl Fetched {
    /// The JSON that it must be.
    pub(crate) fn json<T: DeserializeOwned>(&self, what: &str) -> Result<T, Error> {
        if self.status != StatusCode::OK {
            return Err(Error::Provider(format!("{what} answers with {}", self.status.as_u16())));
        }
        if !self.is_json {
            return Err(Error::Provider(format!("{what} does not answer with JSON")));
        }
        // What is wrong where is not said: the words of serde quote what was read.
        serde_json::from_slice(&self.body)
            .map_err(|_| Error::Provider(format!("{what} does not answer in the form that the standard has")))
    }

    /// The JSON of an error, if it is any.
    pub(crate) fn error<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// Gets a JSON document.
pub(crate) async fn get<T: DeserializeOwned>(client: &Client, url: &str, what: &str) -> Result<T, Error> {
    send(client.get(url), what).await?.json(what)
}

/// One client for all providers.
pub(crate) type Shared = Arc<Client>;
