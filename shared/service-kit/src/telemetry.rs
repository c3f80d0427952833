//! Diagnostics: lines on standard error, for people or for programs.
//!
//! **Invariant:** a line carries ids, counts and times, never what people wrote, a token or an address.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, filter::ParseError, fmt, layer::SubscriberExt as _, util::TryInitError};

use crate::{LogFormat, LogOptions};

/// Why diagnostics could not be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is not one; [`Config::load`](crate::Config::load) would have refused it.
    #[error("`log.filter` can't be read")]
    Filter(#[from] ParseError),
    /// The process writes diagnostics already.
    #[error("diagnostics were started before")]
    Started(#[from] TryInitError),
}

/// Starts to write what happens to standard error; once for each process.
pub fn start(options: &LogOptions) -> Result<(), TelemetryError> {
    let filter = EnvFilter::builder().parse(&options.filter)?;
    let lines = tracing_subscriber::registry().with(filter);
    match options.format {
        LogFormat::Text => {
            lines.with(fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal())).try_init()?;
        }
        LogFormat::Json => {
            let json = fmt::layer().json().flatten_event(true).with_current_span(true).with_span_list(false);
            lines.with(json.with_writer(io::stderr)).try_init()?;
        }
    }
    Ok(())
}
