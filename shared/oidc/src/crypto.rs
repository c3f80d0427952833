//! The arithmetic of signatures, by ring, which comes with TLS anyway; `jsonwebtoken` does the rest of a token.

use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result, new_error},
};
use ring::{
    rand::SystemRandom,
    signature::{self as ring_signature, EcdsaKeyPair, RsaKeyPair, RsaPublicKeyComponents, UnparsedPublicKey},
};
use signature::{Error, Signer, Verifier};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| Ok(Box::new(Signing::new(*algorithm, key)?)),
    verifier_factory: |algorithm, key| Ok(Box::new(Verifying::new(*algorithm, key)?)),
    // Thumbprints and public parts of our keys are made in `client_key`.
    key_utils: KeyUtils::new_unimplemented(),
};

/// Makes ring what tokens are signed and verified with; doing it again does nothing.
pub(crate) fn install() {
    // Only the first of a process counts, and nobody else installs one.
    let _ = PROVIDER.install_default();
}

struct Signing {
    algorithm: Algorithm,
    key: EncodingKey,
}

impl Signing {
    fn new(algorithm: Algorithm, key: &EncodingKey) -> Result<Self> {
        let family = match algorithm {
            Algorithm::RS256 => AlgorithmFamily::Rsa,
            Algorithm::ES256 => AlgorithmFamily::Ec,
            _ => return Err(new_error(ErrorKind::UnsupportedAlgorithm)),
        };
        if key.family() != family {
            return Err(new_error(ErrorKind::InvalidKeyFormat));
        }
        Ok(Self { algorithm, key: key.clone() })
    }
}

impl Signer<Vec<u8>> for Signing {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, Error> {
        let (random, der) = (SystemRandom::new(), self.key.as_bytes());
        if self.algorithm == Algorithm::ES256 {
            let pair = ec_pair(der).ok_or_else(Error::new)?;
            return pair.sign(&random, message).map(|signed| signed.as_ref().to_vec()).map_err(|_| Error::new());
        }
        let pair = rsa_pair(der).ok_or_else(Error::new)?;
        let mut signed = vec![0; pair.public().modulus_len()];
        pair.sign(&ring_signature::RSA_PKCS1_SHA256, &random, message, &mut signed).map_err(|_| Error::new())?;
        Ok(signed)
    }
}

impl JwtSigner for Signing {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

/// The P-256 key in this PKCS#8, if it is one.
pub(crate) fn ec_pair(der: &[u8]) -> Option<EcdsaKeyPair> {
    EcdsaKeyPair::from_pkcs8(&ring_signature::ECDSA_P256_SHA256_FIXED_SIGNING, der, &SystemRandom::new()).ok()
}

/// The RSA key in this PKCS#8 or PKCS#1, if it is one of at least 2048 bits.
pub(crate) fn rsa_pair(der: &[u8]) -> Option<RsaKeyPair> {
    RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der)).ok()
}

struct Verifying {
    algorithm: Algorithm,
    key: DecodingKey,
}

impl Verifying {
    fn new(algorithm: Algorithm, key: &DecodingKey) -> Result<Self> {
        let family = match algorithm {
            Algorithm::RS256
            | Algorithm::RS384
            | Algorithm::RS512
            | Algorithm::PS256
            | Algorithm::PS384
            | Algorithm::PS512 => AlgorithmFamily::Rsa,
            Algorithm::ES256 | Algorithm::ES384 => AlgorithmFamily::Ec,
            Algorithm::EdDSA => AlgorithmFamily::Ed,
            _ => return Err(new_error(ErrorKind::UnsupportedAlgorithm)),
        };
        if key.family() != family {
            return Err(new_error(ErrorKind::InvalidKeyFormat));
        }
        Ok(Self { algorithm, key: key.clone() })
    }
}

impl Verifier<Vec<u8>> for Verifying {
    fn verify(&self, message: &[u8], signed: &Vec<u8>) -> std::result::Result<(), Error> {
        let verified = match self.key.kind() {
            DecodingKeyKind::RsaModulusExponent { n, e } => {
                let algorithm = match self.algorithm {
                    Algorithm::RS256 => &ring_signature::RSA_PKCS1_2048_8192_SHA256,
                    Algorithm::RS384 => &ring_signature::RSA_PKCS1_2048_8192_SHA384,
                    Algorithm::RS512 => &ring_signature::RSA_PKCS1_2048_8192_SHA512,
                    Algorithm::PS256 => &ring_signature::RSA_PSS_2048_8192_SHA256,
                    Algorithm::PS384 => &ring_signature::RSA_PSS_2048_8192_SHA384,
                    Algorithm::PS512 => &ring_signature::RSA_PSS_2048_8192_SHA512,
                    _ => return Err(Error::new()),
                };
                RsaPublicKeyComponents { n, e }.verify(algorithm, message, signed)
            }
            DecodingKeyKind::SecretOrDer(point) => match self.algorithm {
                Algorithm::ES256 => {
                    UnparsedPublicKey::new(&ring_signature::ECDSA_P256_SHA256_FIXED, point).verify(message, signed)
                }
                Algorithm::ES384 => {
                    UnparsedPublicKey::new(&ring_signature::ECDSA_P384_SHA384_FIXED, point).verify(message, signed)
                }
                Algorithm::EdDSA => UnparsedPublicKey::new(&ring_signature::ED25519, point).verify(message, signed),
                _ => return Err(Error::new()),
            },
        };
        verified.map_err(|_| Error::new())
    }
}

impl JwtVerifier for Verifying {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}
