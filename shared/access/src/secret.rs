//! Secrets that are given out once and of which only a hash is kept.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use contracts::directory::SecretHash;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// How much randomness a secret holds.
const SECRET_BYTES: usize = 32;
/// How long a secret is when written.
const SECRET_CHARS: usize = 43;

/// The secret in a sign-in link, a session's cookie, a browser's cookie or an API token.
///
/// **Architecture Invariant:** what is stored is [`hash`](Self::hash), never the secret. A plain SHA-256 is enough, as
/// there is nothing to guess: a secret is 32 bytes of the operating system's randomness, not something that a person
/// thought of.
#[derive(Clone)]
pub struct Secret(String);

/// A text that is no secret of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a secret: expected {SECRET_CHARS} characters of base64url")]
pub struct MalformedSecret;

impl Secret {
    /// A new one.
    ///
    /// # Panics
    /// If the operating system has no randomness, without which nothing here is safe.
    #[expect(clippy::new_without_default, reason = "a default that differs every time would mislead")]
    pub fn new() -> Self {
        let mut bytes = [0; SECRET_BYTES];
        getrandom::fill(&mut bytes).expect("the operating system gives randomness");
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The secret that somebody presents. Its form is checked, so that nothing else is ever hashed.
    pub fn parse(text: &str) -> Result<Self, MalformedSecret> {
        let mut bytes = [0; SECRET_BYTES];
        match URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
            Ok(SECRET_BYTES) => Ok(Self(text.to_owned())),
            _ => Err(MalformedSecret),
        }
    }

    /// The secret itself, to be given to whom it belongs.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    pub fn hash(&self) -> SecretHash {
        use fmt::Write as _;
        let digest = Sha256::digest(&self.0);
        let hex = digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        SecretHash::new(&hex).expect("64 hexadecimal digits are a line")
    }

    /// Whether it is the secret that `stored` was made from. Takes as long whatever the answer is.
    pub fn matches(&self, stored: &SecretHash) -> bool {
        same_hash(&self.hash(), stored)
    }
}

/// Whether two secrets are the same. Takes as long whatever the answer is.
pub(crate) fn same_hash(one: &SecretHash, other: &SecretHash) -> bool {
    one.as_str().as_bytes().ct_eq(other.as_str().as_bytes()).into()
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_its_hash_alone() {
        let (one, other) = (Secret::new(), Secret::new());
        assert_eq!(one.expose().len(), SECRET_CHARS);
        assert_ne!(one.expose(), other.expose());
        assert!(Secret::parse(one.expose()).unwrap().matches(&one.hash()));
        assert!(!other.matches(&one.hash()));
        assert!(!one.hash().as_str().contains(one.expose()));
    }

    #[test]
    fn the_hash_is_the_sha_256_of_the_text() {
        let secret = Secret::parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
        assert_eq!(secret.hash().as_str(), "0f007385b6f9d4b7eeb2748605afe1a984a0a3bfa3f014d09e2a784ce9e5cd1a");
    }

    #[test]
    fn other_text_is_refused() {
        let secret = Secret::new();
        for text in ["", "a", &secret.expose()[1..], &format!("{}A", secret.expose()), &"å".repeat(22), &"=".repeat(43)]
        {
            assert!(Secret::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret::new();
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }
}
