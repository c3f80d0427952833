//! Session tokens: a session in a few signed bytes, for minutes, which every process can check for itself.
//!
//! The directory signs them; whoever holds the public key recognises them, without the cookie and without asking. That
//! the session has not ended meanwhile is looked up in the checker's own view, as for every credential.
//!
//! The form is a compact JSON Web Signature with `EdDSA` (RFC 7515, RFC 8037). The header is always the same bytes, so that
//! nothing in a token chooses how it is checked.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use types::{SessionId, Timestamp};

/// How long a session token works. A session that ends takes its tokens with it before that.
pub const SESSION_TOKEN_SECONDS: i64 = 5 * 60;
/// How long a session token can be, in bytes.
const TEXT_BYTES_MAX: usize = 512;
/// The header, whose `typ` keeps these apart from any other signed token.
const HEADER: &str = r#"{"alg":"EdDSA","typ":"erfa-session+jwt"}"#;

/// How long a public key, and the seed of a private one, are.
const ED25519_BYTES: usize = 32;

/// A session token, as it is shown once.
#[derive(Clone)]
pub struct SessionToken {
    /// What is sent as `Authorization: Bearer …`.
    pub text: String,
    /// When it no longer works.
    pub expires_at: Timestamp,
}

/// What a session token says; times in seconds since 1970, as RFC 7519 has them.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    sid: SessionId,
    iat: i64,
    exp: i64,
}

/// What checks session tokens, and signs them where the private key is.
pub(crate) struct SessionTokenKey {
    private: Option<Ed25519KeyPair>,
    public: [u8; ED25519_BYTES],
}

impl SessionTokenKey {
    /// The key of this seed: it signs and checks.
    ///
    /// # Panics
    /// Never: every 32 bytes are a seed.
    pub(crate) fn from_seed(seed: &[u8; ED25519_BYTES]) -> Self {
        let private = Ed25519KeyPair::from_seed_unchecked(seed).expect("every 32 bytes are a seed");
        let mut public = [0; ED25519_BYTES];
        public.copy_from_slice(private.public_key().as_ref());
        Self { private: Some(private), public }
    }

    /// The key that only checks.
    pub(crate) fn from_public(public: [u8; ED25519_BYTES]) -> Self {
        Self { private: None, public }
    }

    pub(crate) fn public(&self) -> &[u8; ED25519_BYTES] {
        &self.public
    }

    /// A token of this session; `None` where the private key is not.
    pub(crate) fn sign(&self, session: SessionId, now: Timestamp) -> Option<SessionToken> {
        let private = self.private.as_ref()?;
        let expires_at = Timestamp::from_second(now.as_second().saturating_add(SESSION_TOKEN_SECONDS)).ok()?;
        let claims = Claims { sid: session, iat: now.as_second(), exp: expires_at.as_second() };
        let claims = serde_json::to_vec(&claims).ok()?;
        let signed = format!("{}.{}", BASE64.encode(HEADER), BASE64.encode(claims));
        let signature = BASE64.encode(private.sign(signed.as_bytes()));
        Some(SessionToken { text: format!("{signed}.{signature}"), expires_at })
    }

    /// The session whose token this is, and when the token expires; `None` if it is none of ours, or no longer works.
    pub(crate) fn session(&self, text: &str, now: Timestamp) -> Option<(SessionId, Timestamp)> {
        if text.len() > TEXT_BYTES_MAX {
            return None;
        }
        let (signed, signature) = text.rsplit_once('.')?;
        let signature = BASE64.decode(signature).ok()?;
        UnparsedPublicKey::new(&ED25519, &self.public).verify(signed.as_bytes(), &signature).ok()?;
        let (header, claims) = signed.split_once('.')?;
        if BASE64.decode(header).ok()? != HEADER.as_bytes() {
            return None;
        }
        let claims: Claims = serde_json::from_slice(&BASE64.decode(claims).ok()?).ok()?;
        let expires_at = Timestamp::from_second(claims.exp).ok().filter(|expires_at| now < *expires_at)?;
        Some((claims.sid, expires_at))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const SESSION: SessionId = SessionId::from_uuid(Uuid::from_u128(7));

    fn key(seed: u8) -> SessionTokenKey {
        SessionTokenKey::from_seed(&[seed; ED25519_BYTES])
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn signed(key: &SessionTokenKey, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims));
        let signature = BASE64.encode(key.private.as_ref().unwrap().sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    #[test]
    fn whoever_has_the_public_key_recognises_it_until_it_expires_and_signs_none() {
        let (signing, now) = (key(1), at(1_000));
        let checking = SessionTokenKey::from_public(*signing.public());
        let token = signing.sign(SESSION, now).unwrap();
        assert_eq!(token.expires_at, at(1_000 + SESSION_TOKEN_SECONDS));
        assert_eq!(checking.session(&token.text, now), Some((SESSION, token.expires_at)));
        assert!(checking.session(&token.text, at(999 + SESSION_TOKEN_SECONDS)).is_some());
        assert_eq!(checking.session(&token.text, token.expires_at), None);
        assert!(checking.sign(SESSION, now).is_none());
        assert_eq!(key(2).session(&token.text, now), None, "another installation's");
        assert!(token.text.len() <= TEXT_BYTES_MAX);
    }

    #[test]
    fn what_was_not_signed_as_a_session_token_is_none() {
        let (key, now) = (key(1), at(1_000));
        let claims = format!(r#"{{"sid":"{SESSION}","iat":1000,"exp":1300}}"#);
        assert_eq!(key.session(&signed(&key, HEADER, &claims), now), Some((SESSION, at(1_300))));
        for header in [
            r#"{"alg":"none","typ":"erfa-session+jwt"}"#,
            r#"{"alg":"HS256","typ":"erfa-session+jwt"}"#,
            r#"{"alg":"EdDSA","typ":"JWT"}"#,
            r#"{"alg":"EdDSA","typ":"erfa-session+jwt","jwk":{}}"#,
            "",
        ] {
            assert_eq!(key.session(&signed(&key, header, &claims), now), None, "{header}");
        }
        for claims in ["", "{}", r#"{"sid":"1","iat":1000,"exp":1300}"#, r#"{"iat":1000,"exp":1300}"#] {
            assert_eq!(key.session(&signed(&key, HEADER, claims), now), None, "{claims}");
        }
        let whole = signed(&key, HEADER, &claims);
        let (body, signature) = whole.rsplit_once('.').unwrap();
        let longer = claims.replace("1300", "9300");
        let longer = format!("{}.{}.{signature}", BASE64.encode(HEADER), BASE64.encode(longer));
        let padded = format!("{whole}{}", "A".repeat(TEXT_BYTES_MAX));
        for wrong in [body, &format!("{body}."), signature, "", "..", "a.b.c", &longer, &padded] {
            assert_eq!(key.session(wrong, now), None, "{wrong}");
        }
    }
}
