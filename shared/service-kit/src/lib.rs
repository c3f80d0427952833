//! What every process of Erfa has: configuration, telemetry, health, an orderly stop, the HTTP server with its limits
//! and headers, and the conventions of the APIs.
//!
//! Start with [`Config`] for the settings, [`serve`] and [`protect()`] for the server, [`Problem`] for what an API
//! answers when it refuses, [`api_routes`] for how a service publishes its API.

mod api;
mod client_address;
pub mod conditional;
pub mod config;
mod health;
mod lifecycle;
mod paging;
mod problem;
pub mod problems;
mod prometheus;
mod protect;
mod published;
mod rates;
mod server;
pub mod telemetry;
mod tls;

pub use api::{ApiJson, ApiPath, ApiQuery, read_body};
pub use client_address::{AddressPrefix, ClientAddress, ForwardedHeader, Proxies};
pub use conditional::{Etag, IdempotencyKey, IfMatch, IfNoneMatch};
pub use config::{
    ClaimMapping, Config, ConfigError, ConfigErrors, Flags, Limits, LogFormat, LogOptions, OpenIdProvider, Origin,
    Source, Sources, StepUp, TlsOptions,
};
pub use health::{CheckResult, Health, Readiness};
pub use lifecycle::{Lifecycle, NotDrained};
pub use paging::{PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX, PAGE_NUMBER_MAX, Page, Paging};
pub use problem::{FieldError, Problem, ProblemDocument, ProblemKind, Titles, execute_problem};
pub use prometheus::{Prometheus, PrometheusError, metrics_router};
pub use protect::{CONTENT_SECURITY_POLICY, ProblemPages, RequestId, SentForm, protect, protect_with_pages};
pub use published::{ApiInfo, ApiStatus, api_routes};
pub use rates::{Access, Asker, Credential, RateLimits, Rates, SESSION_COOKIE, SignedIn};
pub use server::{BindError, Received, Stopped, bind, serve, serve_tls};
pub use tls::{Tls, TlsError, TlsFiles};
