//! Signing in with a real OpenID provider (npm's `oidc-provider`), and every attack that it can be made to play.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on says why and fails")]

mod attacks;
mod browser;
mod journeys;
mod logout;
mod provider;
mod stage;
