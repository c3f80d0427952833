//! The key with which Erfa proves who it is (`private_key_jwt`, RFC 7523), and what is published of it.

use std::{fmt, fs, io, path::Path};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use ring::signature::{KeyPair as _, RsaPublicKeyComponents};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject as _};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::crypto;

/// The largest file that is read as a key.
const KEY_FILE_BYTES_MAX: u64 = 64 * 1024;
/// The uncompressed point of P-256: a mark and two coordinates.
const POINT_BYTES: usize = 65;
const COORDINATE_BYTES: usize = 32;

/// A private key of P-256 (signs ES256) or RSA (signs RS256).
#[derive(Clone)]
pub struct ClientKey {
    key: EncodingKey,
    algorithm: Algorithm,
    id: String,
    public: Value,
}

impl PartialEq for ClientKey {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// A file that holds no such key.
#[derive(Debug, thiserror::Error)]
pub enum ClientKeyError {
    /// It can't be read.
    #[error("it can't be read: {0}")]
    Io(#[from] io::Error),
    /// It is no key file.
    #[error("it is larger than {KEY_FILE_BYTES_MAX} bytes")]
    TooLarge,
    /// It holds no private key.
    #[error("it holds no private key in PEM (`-----BEGIN PRIVATE KEY-----`)")]
    NotPem,
    /// It holds another kind of key.
    #[error("its key is neither one of P-256 in PKCS#8 nor an RSA key of 2048 bits or more")]
    Kind,
}

impl ClientKey {
    /// Reads a PEM file.
    pub fn read(path: &Path) -> Result<Self, ClientKeyError> {
        if fs::metadata(path)?.len() > KEY_FILE_BYTES_MAX {
            return Err(ClientKeyError::TooLarge);
        }
        Self::from_pem(&fs::read(path)?)
    }

    /// The key in this PEM.
    pub fn from_pem(pem: &[u8]) -> Result<Self, ClientKeyError> {
        let der = PrivateKeyDer::from_pem_slice(pem).map_err(|_| ClientKeyError::NotPem)?;
        let der = der.secret_der();
        if let Some(pair) = crypto::ec_pair(der) {
            let point = pair.public_key().as_ref();
            if point.len() != POINT_BYTES {
                return Err(ClientKeyError::Kind);
            }
            let (x, y) = point[1..].split_at(COORDINATE_BYTES);
            // The members that RFC 7638 hashes, in its order.
            let public = json!({ "crv": "P-256", "kty": "EC", "x": encode(x), "y": encode(y) });
            return Ok(Self::new(EncodingKey::from_ec_der(der), Algorithm::ES256, public));
        }
        let pair = crypto::rsa_pair(der).ok_or(ClientKeyError::Kind)?;
        let RsaPublicKeyComponents::<Vec<u8>> { n, e } = pair.public().into();
        let public = json!({ "e": encode(&e), "kty": "RSA", "n": encode(&n) });
        Ok(Self::new(EncodingKey::from_rsa_der(der), Algorithm::RS256, public))
    }

    fn new(key: EncodingKey, algorithm: Algorithm, mut public: Value) -> Self {
        crypto::install();
        let id = encode(&Sha256::digest(public.to_string()));
        public["use"] = "sig".into();
        public["alg"] = format!("{algorithm:?}").into();
        public["kid"] = id.clone().into();
        Self { key, algorithm, id, public }
    }

    /// Its public part, as a JSON Web Key.
    pub fn public(&self) -> &Value {
        &self.public
    }

    /// Signs claims as a token.
    pub(crate) fn sign(&self, claims: &impl Serialize) -> Result<String, jsonwebtoken::errors::Error> {
        let header = Header { kid: Some(self.id.clone()), ..Header::new(self.algorithm) };
        jsonwebtoken::encode(&header, claims, &self.key)
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientKey").field("id", &self.id).field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}
