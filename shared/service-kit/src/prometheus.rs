//! What is counted, in Prometheus' text format, and the small server for those who watch the process.

use std::{sync::OnceLock, time::Duration};

use axum::{Json, Router, extract::State, response::IntoResponse, routing::get};
use http::{StatusCode, header};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

use crate::Health;

/// The upper ends of the buckets that durations are counted in, in seconds.
const SECONDS_BUCKETS: [f64; 14] = [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
/// How often what was measured is gathered, though nobody asks.
const UPKEEP_PERIOD: Duration = Duration::from_secs(5);

/// What this process counts. There is one for each process, however many servers run in it.
#[derive(Clone, Debug)]
pub struct Prometheus(PrometheusHandle);

/// Why nothing can be counted.
#[derive(Clone, Debug, thiserror::Error)]
#[error("metrics can't be recorded: {0}")]
pub struct PrometheusError(String);

static INSTALLED: OnceLock<Result<Prometheus, PrometheusError>> = OnceLock::new();

impl Prometheus {
    /// Begins to count, unless this process does already.
    pub fn install() -> Result<Self, PrometheusError> {
        let install = || {
            let builder = PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS_BUCKETS);
            let handle = builder.and_then(PrometheusBuilder::install_recorder);
            let handle = handle.map_err(|error| PrometheusError(error.to_string()))?;
            metrics::gauge!("erfa_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
            Ok(Self(handle))
        };
        INSTALLED.get_or_init(install).clone()
    }

    /// What was counted so far.
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Keeps what was measured from piling up when nobody asks for it; ends with `shutdown`.
    pub async fn upkeep(self, shutdown: CancellationToken) {
        let mut ticks = tokio::time::interval(UPKEEP_PERIOD);
        while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
            self.0.run_upkeep();
        }
    }
}

/// `/health/live`, `/health/ready` and `/metrics`, for a port of their own.
pub fn metrics_router(health: Health, prometheus: Prometheus) -> Router {
    Router::new()
        .route("/health/live", get(|| async { Json(serde_json::json!({ "alive": true })) }))
        .route("/health/ready", get(ready).with_state(health))
        .route("/metrics", get(exposition).with_state(prometheus))
}

async fn ready(State(health): State<Health>) -> impl IntoResponse {
    let readiness = health.readiness();
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness))
}

async fn exposition(State(prometheus): State<Prometheus>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], prometheus.render())
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use http::Request;
    use tower::ServiceExt as _;

    use super::*;

    async fn ask(router: &Router, path: &str) -> (u16, String) {
        let request = Request::get(path).body(Body::empty()).expect("valid");
        let response = router.clone().oneshot(request).await.expect("infallible");
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, 1_000_000).await.expect("short");
        (head.status.as_u16(), String::from_utf8(bytes.to_vec()).expect("text"))
    }

    #[tokio::test]
    async fn a_process_is_ready_when_all_checks_are_well() {
        let (health, prometheus) = (Health::default(), Prometheus::install().expect("the first"));
        let router = metrics_router(health.clone(), prometheus);
        assert_eq!(ask(&router, "/health/ready").await.0, 200);
        let well = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let looked_at = well.clone();
        let failure = || "the view stopped".to_owned();
        health.register("views", move || {
            looked_at.load(std::sync::atomic::Ordering::SeqCst).then_some(()).ok_or_else(failure)
        });
        let (status, body) = ask(&router, "/health/ready").await;
        assert_eq!(status, 503);
        assert!(body.contains(r#"{"name":"views","failure":"the view stopped"}"#), "{body}");
        well.store(true, std::sync::atomic::Ordering::SeqCst);
        assert_eq!(ask(&router, "/health/ready").await.0, 200);
        health.stopping();
        assert_eq!(ask(&router, "/health/ready").await.0, 503);
        assert_eq!(ask(&router, "/health/live").await.0, 200);
    }

    #[tokio::test]
    async fn several_servers_of_one_process_count_together() {
        let one = metrics_router(Health::default(), Prometheus::install().expect("the first"));
        let two = metrics_router(Health::default(), Prometheus::install().expect("the same"));
        metrics::counter!("erfa_test_servers_total").increment(2);
        metrics::histogram!("erfa_test_wait_seconds").record(0.003);
        for router in [one, two] {
            let (status, text) = ask(&router, "/metrics").await;
            assert_eq!(status, 200);
            assert!(text.contains("erfa_test_servers_total 2"), "{text}");
            assert!(text.contains(r#"erfa_test_wait_seconds_bucket{le="0.005"} 1"#), "{text}");
            assert!(text.contains("erfa_build_info"), "{text}");
        }
    }
}
