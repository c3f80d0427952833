//! The keys that a provider signs with (RFC 7517).

use jsonwebtoken::{
    AlgorithmFamily, DecodingKey,
    jwk::{Jwk, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::Value;

use crate::{Algorithm, Refusal};

/// How many keys of a provider are looked at.
const KEYS_MAX: usize = 100;

/// Published keys; those of a kind that nobody here verifies with are left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeySet(Vec<Jwk>);

/// A key set as it is sent.
#[derive(Deserialize)]
pub(crate) struct Document {
    keys: Vec<Value>,
}

impl From<Document> for KeySet {
    fn from(document: Document) -> Self {
        let keys = document.keys.into_iter().take(KEYS_MAX);
        Self(keys.filter_map(|key| serde_json::from_value(key).ok()).collect())
    }
}

impl KeySet {
    /// The key that a token with this algorithm and key id is signed with. Without an id there must be no choice.
    pub(crate) fn find(&self, algorithm: Algorithm, id: Option<&str>) -> Result<DecodingKey, Refusal> {
        let named = |key: &&Jwk| id.is_none_or(|id| key.common.key_id.as_deref() == Some(id));
        let mut fitting = self.0.iter().filter(named).filter(|key| fits(key, algorithm));
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => DecodingKey::from_jwk(key).map_err(|_| Refusal::UnknownKey),
            _ => Err(Refusal::UnknownKey),
        }
    }
}

/// Whether the key is for signatures by this algorithm.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let of_family = DecodingKey::from_jwk(key).is_ok_and(|key| key.family() == family(algorithm));
    let for_signing = key.common.public_key_use.as_ref().is_none_or(|it| *it == PublicKeyUse::Signature);
    let for_algorithm = key.common.key_algorithm.is_none_or(|it| it.to_string() == algorithm.as_str());
    of_family && for_signing && for_algorithm
}

fn family(algorithm: Algorithm) -> AlgorithmFamily {
    match algorithm {
        Algorithm::Es256 | Algorithm::Es384 => AlgorithmFamily::Ec,
        Algorithm::EdDsa => AlgorithmFamily::Ed,
        _ => AlgorithmFamily::Rsa,
    }
}
