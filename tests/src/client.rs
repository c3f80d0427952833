//! The client that all tests ask with.

use reqwest::{Client, ClientBuilder};

/// A client of HTTP that asks the server itself, whatever proxies this machine has.
pub fn client() -> ClientBuilder {
    // It knows TLS when it was built together with what needs it, and then wants to be told whose.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy()
}
