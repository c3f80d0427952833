//! Seeing to it that a new certificate is taken, and that nobody is surprised by one that expires.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    signal::unix::{SignalKind, signal},
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use types::{Clock, Timestamp};

use super::Tls;

/// How often the files are looked at. Certificate and key are two files: who finds only one of them changed finds the other
/// the next time.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// How long before its end an administrator is told of a certificate: most are renewed a month before.
const WARN_BEFORE_SECONDS: i64 = 14 * 24 * 60 * 60;
/// How often they are told.
const WARN_EVERY_SECONDS: i64 = 24 * 60 * 60;
const EXPIRES: &str = "erfa_tls_certificate_expires_timestamp_seconds";
const RELOADS: &str = "erfa_tls_certificate_reloads_total";

impl Tls {
    /// Takes a new certificate when the files change or SIGHUP comes, until `shutdown`. From here on SIGHUP does not end the
    /// process. What can't be used is told, and the certificate from before stays in use.
    pub fn watch(
        &self,
        clock: Arc<dyn Clock>,
        shutdown: CancellationToken,
    ) -> io::Result<impl Future<Output = ()> + use<>> {
        let mut asked = signal(SignalKind::hangup())?;
        let tls = self.clone();
        Ok(async move {
            let mut look = interval(LOOK_EVERY);
            look.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut warned_at = None;
            loop {
                let is_asked = tokio::select! {
                    () = shutdown.cancelled() => return,
                    _ = look.tick() => false,
                    _ = asked.recv() => true,
                };
                if is_asked || tls.has_changed() {
                    tls.take_new();
                }
                tls.tell_expiry(clock.now(), &mut warned_at);
            }
        })
    }

    fn take_new(&self) {
        let outcome = match self.reload() {
            Ok(()) => {
                tracing::info!(expires = %self.expires_at(), "a new certificate is in use");
                "taken"
            }
            Err(error) => {
                tracing::error!(%error, "the new certificate can't be used; the one from before stays in use");
                "refused"
            }
        };
        metrics::counter!(RELOADS, "outcome" => outcome).increment(1);
    }

    fn tell_expiry(&self, now: Timestamp, warned_at: &mut Option<Timestamp>) {
        let expires = self.expires_at();
        metrics::gauge!(EXPIRES).set(expires.as_second() as f64);
        let is_due = |at: Timestamp| now.as_second() - at.as_second() >= WARN_EVERY_SECONDS;
        if let Some(warning) = self.warning(now).filter(|_| warned_at.is_none_or(is_due)) {
            tracing::warn!("{warning}");
            *warned_at = Some(now);
        }
    }
}

/// What an administrator is told of a certificate that expires soon, or has.
pub(super) fn expiry_warning(expires: Timestamp, now: Timestamp) -> Option<String> {
    let seconds = expires.as_second() - now.as_second();
    if seconds <= 0 {
        return Some(format!(
            "the certificate in `tls.certificate` expired at {expires}: browsers refuse it; renew it"
        ));
    }
    let days = seconds / (24 * 60 * 60);
    (seconds < WARN_BEFORE_SECONDS)
        .then(|| format!("the certificate in `tls.certificate` expires at {expires}, in {days} days: renew it"))
}
