//! TLS: certificate and key from files, which may change while connections go on.

mod files;
mod watch;

use std::{
    fmt, io,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;
use rustls::{
    ServerConfig,
    crypto::ring,
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
    version::{TLS12, TLS13},
};
use tokio_rustls::TlsAcceptor;
use types::Timestamp;

use files::Stamp;

/// The one protocol that is spoken over it; WebSockets begin as that.
const ALPN: &[u8] = b"http/1.1";

/// A server's certificate and key, and the files that they come from. Clones share them.
#[derive(Clone)]
pub struct Tls(Arc<Inner>);

struct Inner {
    files: TlsFiles,
    current: Arc<Current>,
    acceptor: TlsAcceptor,
    /// What the files were when they were looked at last, and when the certificate in use expires.
    known: Mutex<Known>,
}

#[derive(Clone, Copy)]
struct Known {
    stamp: Option<Stamp>,
    expires_at: Timestamp,
}

/// Where certificate and key lie, as PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The server's certificate first, then those that lead to the root.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Why certificate and key can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file can't be read.
    #[error("`{setting}`: {} can't be read: {source}; name a PEM file that this user may read", path.display())]
    Unreadable {
        /// The setting that names it.
        setting: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Everybody on the machine could be this server.
    #[error(
        "`tls.key`: {} can be read by others on this machine: run `chmod o-rwx,g-w` on it (its mode is {mode:03o})",
        path.display()
    )]
    KeyIsOpen {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// There is none in the file.
    #[error("`tls.certificate`: {} holds no certificate in PEM (`-----BEGIN CERTIFICATE-----`)", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// There is none in the file, or it is locked with a password.
    #[error(
        "`tls.key`: {} holds no private key in PEM that can be used (`-----BEGIN PRIVATE KEY-----`, without a password)",
        path.display()
    )]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// The certificate is none that can be understood.
    #[error("`tls.certificate`: {} holds a certificate that can't be read: {reason}", path.display())]
    BadCertificate {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// They are not of each other, or of a kind that nobody should use any more.
    #[error(
        "the key in {} is not that of the first certificate in {}, or of no kind that can be used: {reason}",
        files.key.display(), files.certificate.display()
    )]
    Mismatch {
        /// Both.
        files: TlsFiles,
        /// What the library says.
        reason: String,
    },
    /// The library does not do what it is asked.
    #[error("TLS can't be set up: {0}")]
    Unsupported(rustls::Error),
}

/// The certificate that new connections are shown.
#[derive(Debug)]
struct Current(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

impl Tls {
    /// Reads certificate and key, and sees whether they can be used.
    pub fn open(files: TlsFiles) -> Result<Self, TlsError> {
        let stamp = files.stamp();
        let loaded = files.load()?;
        let current = Arc::new(Current(ArcSwap::new(loaded.key)));
        let provider = Arc::new(ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(TlsError::Unsupported)?;
        let mut config = config.with_no_client_auth().with_cert_resolver(current.clone());
        config.alpn_protocols = vec![ALPN.to_vec()];
        let known = Mutex::new(Known { stamp, expires_at: loaded.expires_at });
        Ok(Self(Arc::new(Inner { files, current, acceptor: TlsAcceptor::from(Arc::new(config)), known })))
    }

    /// When the certificate in use expires.
    pub fn expires_at(&self) -> Timestamp {
        self.known().expires_at
    }

    /// What an administrator should know of the certificate: that it expires soon, or has.
    pub fn warning(&self, now: Timestamp) -> Option<String> {
        watch::expiry_warning(self.expires_at(), now)
    }

    /// Takes what the files hold now for new connections; those that are open go on. What can't be used is not taken.
    pub fn reload(&self) -> Result<(), TlsError> {
        // What changes while it is read is read again the next time.
        let stamp = self.0.files.stamp();
        self.known().stamp = stamp;
        let loaded = self.0.files.load()?;
        self.0.current.0.store(loaded.key);
        self.known().expires_at = loaded.expires_at;
        Ok(())
    }

    /// Whether the files are others than when they were looked at last.
    fn has_changed(&self) -> bool {
        self.0.files.stamp() != self.known().stamp
    }

    pub(crate) fn acceptor(&self) -> &TlsAcceptor {
        &self.0.acceptor
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("files", &self.0.files).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
