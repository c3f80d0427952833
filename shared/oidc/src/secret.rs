//! What a sign-in is known by on its way: `state`, `nonce` and PKCE's verifier.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// How much randomness each holds; RFC 7636 asks for this much in a verifier.
const SECRET_BYTES: usize = 32;

/// 32 bytes of the operating system's randomness, as text for an address.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl Secret {
    /// A new one.
    ///
    /// # Panics
    /// If the operating system has no randomness, without which nothing here is safe.
    pub(crate) fn new() -> Self {
        let mut bytes = [0; SECRET_BYTES];
        getrandom::fill(&mut bytes).expect("the operating system gives randomness");
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it is what came back. Takes as long whatever the answer is.
    pub(crate) fn is(&self, given: &str) -> bool {
        self.0.as_bytes().ct_eq(given.as_bytes()).into()
    }

    /// PKCE's `code_challenge` of it, by S256.
    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.0))
    }
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
    fn the_challenge_is_that_of_rfc_7636() {
        let verifier = Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn secrets_differ_and_are_not_printed() {
        let (one, other) = (Secret::new(), Secret::new());
        assert!(one.is(one.expose()) && !one.is(other.expose()) && !one.is(""));
        assert_eq!(format!("{one:?}"), "Secret(…)");
    }
}
