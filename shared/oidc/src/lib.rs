//! OpenID Connect as relying party: what Erfa says to the provider of an agency, and what it believes of the answers.
//!
//! - [`Settings`] say what is known of a provider beforehand, [`RelyingParty`] speaks with all of them.
//! - [`RelyingParty::begin`] sends a browser away with a [`Pending`] kept for it, [`RelyingParty::finish`] takes it back
//!   and gives the [`Account`] that signed in. Code flow with PKCE, `state`, `nonce` and `iss`; there is no other flow.
//! - [`RelyingParty::logout_token`] checks what a provider says when it ends a session by itself.
//!
//! Nothing here knows who somebody is to Erfa: that is the directory's.
//!
//! **Architecture Invariant:** a token counts only after signature, algorithm, issuer, audience and times were checked,
//! in `token.rs`, and nothing else reads one. There is no algorithm of shared secrets in [`Algorithm`], and no `none`.

mod algorithm;
mod authorization;
mod callback;
mod client_auth;
mod client_key;
mod crypto;
mod discovery;
mod error;
mod fetch;
mod id_token;
mod key_set;
mod logout;
mod provider;
mod relying_party;
mod replay;
mod secret;
mod settings;
#[cfg(test)]
mod tests;
mod token;

pub use algorithm::Algorithm;
pub use authorization::{Begun, Demand, Pending};
pub use callback::Answer;
pub use client_auth::ClientAuth;
pub use client_key::{ClientKey, ClientKeyError};
pub use error::{Error, Refusal};
pub use id_token::Account;
pub use logout::LogoutToken;
pub use provider::Provider;
pub use relying_party::{Options, RelyingParty, SetupError};
pub use settings::{AssertionAudience, Settings, WrongUrl, trusted_url};
