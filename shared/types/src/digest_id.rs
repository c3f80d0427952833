//! Identifiers that follow from others.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// The UUID version 8 (RFC 9562, section 5.8) made of the SHA-256 of `seed` and `purpose`.
pub(crate) fn derive(seed: Uuid, purpose: &str) -> Uuid {
    let digest = Sha256::new().chain_update(seed.as_bytes()).chain_update(purpose).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
