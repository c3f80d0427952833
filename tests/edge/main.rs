//! What stands before everything else: TLS, and limits on how often one may ask.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod limits;
mod tls;
