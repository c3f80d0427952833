//! `GET /api/<service>/v1/live`: from a request to a socket.

use axum::{
    Extension, Router,
    extract::{State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::{HeaderMap, header::COOKIE},
    response::{IntoResponse as _, Response},
    routing::get,
};
use service_kit::{Asker, Problem, Received, problems};

use crate::{
    Live, limits,
    protocol::SUB_PROTOCOL,
    socket::{self, Caller, Intake},
};

/// What the transport takes at most. A frame above the protocol's own limit, but not above this, still gets its error.
const MESSAGE_BYTES_MAX: usize = 4 * limits::FRAME_IN_BYTES_MAX;

impl Live {
    /// The endpoint, at its complete path.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let path = format!("/api/{}/v1/live", self.0.hub.topics().service());
        Router::new().route(&path, get(upgrade)).with_state(self.clone())
    }
}

async fn upgrade(
    State(Live(live)): State<Live>,
    asker: Asker,
    headers: HeaderMap,
    received: Option<Extension<Received>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    if let Err(foreign) = live.door.admit(&headers) {
        return foreign.into_response();
    }
    if let Err(refusal) = live.door.count(&asker, &headers) {
        return refusal.into_response();
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    if !upgrade.requested_protocols().any(|requested| requested == SUB_PROTOCOL) {
        let detail = format!("ask for the sub-protocol {SUB_PROTOCOL}");
        return Problem::new(&problems::MALFORMED).detail(detail).into_response();
    }
    if live.draining.is_cancelled() {
        return Problem::new(&problems::UNAVAILABLE).retry_after(1).into_response();
    }
    // Nothing else of the request is needed as long as the socket lives.
    let cookies: HeaderMap = headers.get_all(COOKIE).iter().map(|cookie| (COOKIE, cookie.clone())).collect();
    let intake = Intake::new(received.map(|Extension(received)| received));
    upgrade
        .protocols([SUB_PROTOCOL])
        .read_buffer_size(limits::READ_BYTES)
        .write_buffer_size(limits::WRITE_BYTES)
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX)
        .on_upgrade(async move |socket| {
            // In a task of its own, which is as small as can be: the one that upgrades has room for the upgrade as well.
            let tasks = live.tasks.clone();
            tasks.spawn(socket::serve(live, Box::new(socket), Caller { cookies, asker: Some(asker) }, intake));
        })
}
