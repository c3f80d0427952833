//! Reading certificate and key.

use std::{
    fs,
    io::{self, Read as _},
    os::unix::fs::MetadataExt as _,
    path::Path,
    sync::Arc,
};

use rustls::{
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    sign::CertifiedKey,
};
use types::Timestamp;
use x509_cert::{Certificate, der::Decode as _};

use super::{TlsError, TlsFiles};

/// The largest file that is read: a chain of certificates is a few kilobytes.
const FILE_BYTES_MAX: u64 = 1024 * 1024;
/// What nobody but the owner and, for reading, the group may do with a key.
const OPEN_TO_OTHERS: u32 = 0o027;

/// What two files were at a moment: device, number, time and size of each.
pub(super) type Stamp = [(u64, u64, i64, i64, u64); 2];

/// A certificate that can be used.
pub(super) struct Loaded {
    pub(super) key: Arc<CertifiedKey>,
    pub(super) expires_at: Timestamp,
}

impl TlsFiles {
    /// What the files are now; `None` if one of them is not there.
    pub(super) fn stamp(&self) -> Option<Stamp> {
        let of = |path: &Path| {
            let it = fs::metadata(path).ok()?;
            Some((it.dev(), it.ino(), it.mtime(), it.mtime_nsec(), it.len()))
        };
        Some([of(&self.certificate)?, of(&self.key)?])
    }

    pub(super) fn load(&self) -> Result<Loaded, TlsError> {
        let unreadable = |setting, path: &Path| {
            let path = path.to_owned();
            move |source| TlsError::Unreadable { setting, path, source }
        };
        let (_, pem) = read(&self.certificate).map_err(unreadable("tls.certificate", &self.certificate))?;
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        let chain = chain.unwrap_or_default();
        let Some(leaf) = chain.first() else {
            return Err(TlsError::NoCertificate { path: self.certificate.clone() });
        };
        let expires_at = expiry(leaf).map_err(|reason| TlsError::BadCertificate {
            path: self.certificate.clone(),
            reason: reason.to_string(),
        })?;
        let (mode, pem) = read(&self.key).map_err(unreadable("tls.key", &self.key))?;
        if mode & OPEN_TO_OTHERS != 0 {
            return Err(TlsError::KeyIsOpen { path: self.key.clone(), mode });
        }
        let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|_| TlsError::NoKey { path: self.key.clone() })?;
        let key = CertifiedKey::from_der(chain, key, &ring::default_provider())
            .map_err(|error| TlsError::Mismatch { files: self.clone(), reason: error.to_string() })?;
        Ok(Loaded { key: Arc::new(key), expires_at })
    }
}

/// The permissions of a file, and what is in it.
fn read(path: &Path) -> io::Result<(u32, Vec<u8>)> {
    let file = fs::File::open(path)?;
    let mode = file.metadata()?.mode() & 0o777;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(io::Error::other(format!("it is larger than {FILE_BYTES_MAX} bytes")));
    }
    Ok((mode, bytes))
}

fn expiry(certificate: &CertificateDer<'_>) -> Result<Timestamp, x509_cert::der::Error> {
    let certificate = Certificate::from_der(certificate)?;
    let seconds = certificate.tbs_certificate().validity().not_after.to_unix_duration().as_secs();
    Ok(i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or(Timestamp::MAX))
}
