//! Where a request comes from, and whether it is one too many.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, header};

use crate::{Asker, Config, Proxies, RateLimits, SESSION_COOKIE};

/// What is the same for everybody and costs nothing to speak of is not counted.
const STATIC_PREFIX: &str = "/assets/";

/// Who is believed, and what is allowed.
#[derive(Clone)]
pub(super) struct Counter {
    proxies: Proxies,
    limits: RateLimits,
    /// Whether a proxy that does not fit was told of.
    is_told: Arc<AtomicBool>,
}

impl Counter {
    pub(super) fn new(config: &Config) -> Self {
        let (proxies, limits) = (config.proxies.clone(), RateLimits::new(&config.rates));
        Self { proxies, limits, is_told: Arc::default() }
    }

    /// Tells once of a proxy that does not fit: otherwise all would go well until many come at once.
    fn tell_of_misfits(&self, request: &Request) {
        if self.is_told.load(Ordering::Relaxed) {
            return;
        }
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        if let Some(warning) = peer.and_then(|ConnectInfo(peer)| self.proxies.misfit(peer.ip(), request.headers()))
            && !self.is_told.swap(true, Ordering::Relaxed)
        {
            tracing::warn!("{warning}");
        }
    }
}

pub(super) async fn count(State(counter): State<Counter>, mut request: Request, next: Next) -> Response {
    counter.tell_of_misfits(&request);
    let client = counter.proxies.client_of(request.extensions(), request.headers());
    if let Some(client) = client {
        request.extensions_mut().insert(client);
    }
    if request.uri().path().starts_with(STATIC_PREFIX) {
        return next.run(request).await;
    }
    let asker = Asker::new(counter.limits, client.map(crate::ClientAddress::prefix));
    request.extensions_mut().insert(asker.clone());
    // Who presents something is looked at first: what signed-in people ask is not their address's.
    let refused = if presents_something(request.headers()) { Ok(()) } else { asker.is_nobody() };
    let is_safe = request.method().is_safe();
    let mut response = match refused {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    // Nobody looked at what was presented, so the answer is one that anybody gets.
    if is_safe
        && !asker.is_counted()
        && let Err(refusal) = asker.is_nobody()
    {
        response = refusal.into_response();
    }
    asker.tell(response.headers_mut());
    response
}

/// Whether the request has anything by which somebody might be recognised.
fn presents_something(headers: &HeaderMap) -> bool {
    let is_session = |cookies: &str| cookies.split(';').any(|it| it.split('=').next().is_some_and(is_session_name));
    headers.contains_key(header::AUTHORIZATION)
        || headers.get_all(header::COOKIE).iter().any(|cookies| cookies.to_str().is_ok_and(is_session))
}

fn is_session_name(name: &str) -> bool {
    name.trim().ends_with(SESSION_COOKIE)
}
