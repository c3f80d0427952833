//! The secret keys of an installation, in files beside its data.

use std::{
    fmt, fs,
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use types::{Timestamp, TokenId};
use uuid::Uuid;

use crate::{
    last_seen::{LastSeen, TokensUsed},
    session_token::SessionTokenKey,
};

/// How long a key is.
const KEY_BYTES: usize = 32;
/// What signs session tokens, and what recognises them, which may be told to anybody.
const SIGNING_KEY: &str = "session-token.key";
const PUBLIC_KEY: &str = "session-token.pub";
/// Who may read a key that is secret, and one that is not.
const SECRET_MODE: u32 = 0o600;
const PUBLIC_MODE: u32 = 0o644;

/// What the services of a process know browsers by: the secret keys, and when each session was last used, which is
/// only kept in memory. Clones share both, and all services of a process are given clones of one.
#[derive(Clone)]
pub struct Keys(Arc<Inner>);

struct Inner {
    cursor: [u8; KEY_BYTES],
    form: [u8; KEY_BYTES],
    session_token: SessionTokenKey,
    last_seen: LastSeen,
    tokens_used: TokensUsed,
}

/// Why the keys can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The disk.
    #[error("the key file {} can't be read or made: {source}", path.display())]
    Io {
        /// Which file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Not a key.
    #[error(
        "the key file {} holds {length} bytes where {KEY_BYTES} are expected: put the right file back, or remove it and a new key \
         is made (open pages then have to be loaded again)",
        path.display()
    )]
    Length {
        /// Which file.
        path: PathBuf,
        /// How long it is.
        length: usize,
    },
    /// Others than its owner may read it, or, if it is public, change it.
    #[error(
        "the key file {} is open to others (mode {mode:03o}): remove it, and a new key is made with mode 600 (open pages then \
         have to be loaded again)",
        path.display()
    )]
    Readable {
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Not the other half.
    #[error(
        "the public key in {} does not belong to the private key beside it: remove the public one, and it is made anew",
        path.display()
    )]
    Mismatch {
        /// The public key's file.
        path: PathBuf,
    },
}

impl Keys {
    /// The keys in `keys/` of the data directory; those that are missing are made. Where there is a public key for session
    /// tokens and no private one, session tokens are recognised and not signed.
    pub fn open(data: &Path) -> Result<Self, KeysError> {
        let directory = data.join("keys");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&directory).map_err(io_error(&directory))?;
        let session_token = session_token_key(&directory)?;
        Ok(Self::of(key(&directory, "cursor.key")?, key(&directory, "form-token.key")?, session_token))
    }

    /// Keys that are kept nowhere, for tests.
    ///
    /// # Panics
    /// If the operating system has no randomness.
    pub fn in_memory() -> Self {
        Self::of(random(), random(), SessionTokenKey::from_seed(&random()))
    }

    fn of(cursor: [u8; KEY_BYTES], form: [u8; KEY_BYTES], session_token: SessionTokenKey) -> Self {
        let (last_seen, tokens_used) = (LastSeen::default(), TokensUsed::default());
        Self(Arc::new(Inner { cursor, form, session_token, last_seen, tokens_used }))
    }

    /// An id that always follows from these words, and that nobody else can work out from them: it tells nothing of
    /// them to who sees it, however few they can be.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    pub fn derived_id(&self, words: &str) -> Uuid {
        let mac = Hmac::<Sha256>::new_from_slice(self.form()).expect("HMAC takes keys of any length");
        let digest = mac.chain_update(b"id ").chain_update(words).finalize().into_bytes();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    pub(crate) fn cursor(&self) -> &[u8; KEY_BYTES] {
        &self.0.cursor
    }

    pub(crate) fn form(&self) -> &[u8; KEY_BYTES] {
        &self.0.form
    }

    pub(crate) fn session_token(&self) -> &SessionTokenKey {
        &self.0.session_token
    }

    /// The tokens that were used since this was last asked, and when: to be written down now and then, as using one is no
    /// event of its own.
    pub fn take_tokens_used(&self) -> Vec<(TokenId, Timestamp)> {
        self.0.tokens_used.take()
    }

    pub(crate) fn token_used(&self, token: TokenId, now: Timestamp) {
        self.0.tokens_used.touch(token, now);
    }

    pub(crate) fn last_seen(&self) -> &LastSeen {
        &self.0.last_seen
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

fn random() -> [u8; KEY_BYTES] {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> KeysError {
    let path = path.to_owned();
    move |source| KeysError::Io { path, source }
}

fn session_token_key(directory: &Path) -> Result<SessionTokenKey, KeysError> {
    let path = directory.join(PUBLIC_KEY);
    let known = read(&path, PUBLIC_MODE)?;
    if let (Some(public), None) = (known, read(&directory.join(SIGNING_KEY), SECRET_MODE)?) {
        return Ok(SessionTokenKey::from_public(public));
    }
    let signing = SessionTokenKey::from_seed(&key(directory, SIGNING_KEY)?);
    if known_or_made(directory, PUBLIC_KEY, signing.public(), PUBLIC_MODE)? != *signing.public() {
        return Err(KeysError::Mismatch { path });
    }
    Ok(signing)
}

fn key(directory: &Path, name: &str) -> Result<[u8; KEY_BYTES], KeysError> {
    known_or_made(directory, name, &random(), SECRET_MODE)
}

/// The key that is there; else this one, which is then kept.
fn known_or_made(directory: &Path, name: &str, new: &[u8; KEY_BYTES], mode: u32) -> Result<[u8; KEY_BYTES], KeysError> {
    let path = directory.join(name);
    if let Some(key) = read(&path, mode)? {
        return Ok(key);
    }
    create(directory, name, new, mode).map_err(io_error(&path))?;
    // Read what is there now: another process may have made it in the same moment.
    read(&path, mode)?.ok_or_else(|| io_error(&path)(io::ErrorKind::NotFound.into()))
}

fn read(path: &Path, mode_max: u32) -> Result<Option<[u8; KEY_BYTES]>, KeysError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(io_error(path)(source)),
    };
    let mode = fs::metadata(path).map_err(io_error(path))?.permissions().mode() & 0o777;
    if mode & 0o077 & !mode_max != 0 {
        return Err(KeysError::Readable { path: path.to_owned(), mode });
    }
    let length = bytes.len();
    bytes.try_into().map(Some).map_err(|_| KeysError::Length { path: path.to_owned(), length })
}

/// Makes a key whole or not at all, and never in the place of another.
fn create(directory: &Path, name: &str, key: &[u8; KEY_BYTES], mode: u32) -> io::Result<()> {
    let draft = directory.join(format!("{name}.{}", std::process::id()));
    let _ = fs::remove_file(&draft);
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&draft)?;
    file.write_all(key)?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, directory.join(name));
    fs::remove_file(&draft)?;
    fs::File::open(directory)?.sync_all()?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn keys_are_made_once_for_their_owner_alone() {
        let data = tempfile::tempdir().unwrap();
        let first = Keys::open(data.path()).unwrap();
        let second = Keys::open(data.path()).unwrap();
        assert_eq!((first.cursor(), first.form()), (second.cursor(), second.form()));
        assert_ne!(first.cursor(), first.form());
        assert_eq!(mode(&data.path().join("keys")), 0o700);
        let mut names: Vec<_> =
            fs::read_dir(data.path().join("keys")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["cursor.key", "form-token.key", "session-token.key", "session-token.pub"]);
        for name in names {
            let allowed = if name == "session-token.pub" { 0o644 } else { 0o600 };
            assert_eq!(mode(&data.path().join("keys").join(name)) & !allowed, 0);
        }
    }

    #[test]
    fn a_process_with_the_public_key_alone_recognises_session_tokens_and_signs_none() {
        let (owner, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (session, now) = (types::SessionId::from_uuid(Uuid::from_u128(1)), Timestamp::UNIX_EPOCH);
        let token = Keys::open(owner.path()).unwrap().session_token().sign(session, now).unwrap().text;
        let again = Keys::open(owner.path()).unwrap();
        assert_eq!(again.session_token().session(&token, now).unwrap().0, session);

        let keys = other.path().join("keys");
        fs::create_dir(&keys).unwrap();
        fs::copy(owner.path().join("keys/session-token.pub"), keys.join("session-token.pub")).unwrap();
        let checks = Keys::open(other.path()).unwrap();
        assert_eq!(checks.session_token().session(&token, now).unwrap().0, session);
        assert!(checks.session_token().sign(session, now).is_none());
        assert!(!keys.join("session-token.key").exists());
    }

    #[test]
    fn a_public_key_that_belongs_to_another_private_one_is_refused() {
        let data = tempfile::tempdir().unwrap();
        Keys::open(data.path()).unwrap();
        fs::write(data.path().join("keys/session-token.pub"), [7; KEY_BYTES]).unwrap();
        let refused = Keys::open(data.path()).unwrap_err();
        assert!(matches!(refused, KeysError::Mismatch { .. }), "{refused}");
    }

    #[test]
    fn another_installation_has_other_keys() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        assert_ne!(Keys::open(one.path()).unwrap().cursor(), Keys::open(other.path()).unwrap().cursor());
    }

    #[test]
    fn a_key_that_is_not_one_or_that_others_can_read_is_refused() {
        let data = tempfile::tempdir().unwrap();
        Keys::open(data.path()).unwrap();
        let path = data.path().join("keys/cursor.key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = Keys::open(data.path()).unwrap_err();
        assert!(matches!(refused, KeysError::Readable { mode: 0o640, .. }), "{refused}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "short").unwrap();
        let refused = Keys::open(data.path()).unwrap_err();
        assert!(matches!(refused, KeysError::Length { length: 5, .. }), "{refused}");
        assert_eq!(fs::read(&path).unwrap(), b"short");
    }
}
