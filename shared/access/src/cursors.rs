//! Cursors: how a position leaves Erfa, and comes back.

use std::fmt;

use aes_gcm_siv::{
    Aes256GcmSiv, Key, Nonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use types::{LogEpoch, PersonId, Position};

use crate::{Keys, Viewer};

/// How long every cursor is, in characters.
pub const CURSOR_CHARS: usize = 64;
/// Epoch, position and subject.
const PLAIN_BYTES: usize = 16 + 8 + 8;
/// With the authentication tag.
const SEALED_BYTES: usize = PLAIN_BYTES + 16;
/// Binds the key to this format.
const FORMAT: &[u8] = b"erfa cursor 1";

/// Turns positions into cursors and back. The same cursor works on page, API, feed and socket.
///
/// A cursor says nothing to who holds it, can't be made by them, and works only for whom it was made. The same input
/// gives the same cursor, so that equal pages are equal: AES-GCM-SIV (RFC 8452) is made for a nonce that never changes.
#[derive(Clone)]
pub struct Cursors(Aes256GcmSiv);

/// For whom a cursor is: a person however they sign in, or everyone who has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Whoever has not signed in.
    Anonymous,
    /// A person, in a browser or with a token of theirs.
    Person(PersonId),
}

/// A cursor that is genuine. For whom it is has still to be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    epoch: LogEpoch,
    position: Position,
    subject: [u8; 8],
}

/// Why a cursor is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCursor {
    /// Erfa did not make it.
    #[error("the cursor was not made here")]
    Forged,
    /// It was made for somebody else.
    #[error("the cursor was made for somebody else")]
    Foreign,
    /// It was made before the log was restored from a backup.
    #[error("the cursor is from before the log was restored")]
    OtherEpoch,
}

impl Cursors {
    /// With the installation's key.
    pub fn new(keys: &Keys) -> Self {
        Self(Aes256GcmSiv::new(&Key::<Aes256GcmSiv>::from(*keys.cursor())))
    }

    /// The cursor of a position.
    ///
    /// # Panics
    /// Never: 32 bytes can be encrypted.
    pub fn seal(&self, epoch: LogEpoch, position: Position, subject: impl Into<Subject>) -> String {
        let mut plain = [0; PLAIN_BYTES];
        plain[..16].copy_from_slice(epoch.uuid().as_bytes());
        plain[16..24].copy_from_slice(&position.get().to_be_bytes());
        plain[24..].copy_from_slice(&subject.into().digest());
        let sealed = self
            .0
            .encrypt(&Nonce::default(), Payload { msg: &plain, aad: FORMAT })
            .expect("32 bytes are far below what the cipher takes");
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// Opens what may be a cursor.
    pub fn open(&self, cursor: &str) -> Result<Opened, BadCursor> {
        let mut sealed = [0; SEALED_BYTES];
        if !matches!(URL_SAFE_NO_PAD.decode_slice(cursor, &mut sealed), Ok(SEALED_BYTES)) {
            return Err(BadCursor::Forged);
        }
        let plain = self
            .0
            .decrypt(&Nonce::default(), Payload { msg: &sealed, aad: FORMAT })
            .ok()
            .and_then(|plain| <[u8; PLAIN_BYTES]>::try_from(plain).ok())
            .ok_or(BadCursor::Forged)?;
        let (epoch, rest) = plain.split_first_chunk::<16>().ok_or(BadCursor::Forged)?;
        let (position, rest) = rest.split_first_chunk::<8>().ok_or(BadCursor::Forged)?;
        Ok(Opened {
            epoch: LogEpoch::from_uuid(uuid::Uuid::from_bytes(*epoch)),
            position: Position::new(u64::from_be_bytes(*position)),
            subject: rest.try_into().map_err(|_| BadCursor::Forged)?,
        })
    }
}

impl Opened {
    /// The position, for whom the cursor was made, in the life of the log that it was made in.
    pub fn position_for(&self, subject: impl Into<Subject>, epoch: LogEpoch) -> Result<Position, BadCursor> {
        if self.subject != subject.into().digest() {
            Err(BadCursor::Foreign)
        } else if self.epoch != epoch {
            Err(BadCursor::OtherEpoch)
        } else {
            Ok(self.position)
        }
    }

    /// The position, before it is known who presents it: good for waiting until a view has reached it, for nothing else.
    pub(crate) fn position_in(&self, epoch: LogEpoch) -> Option<Position> {
        (self.epoch == epoch).then_some(self.position)
    }
}

impl Subject {
    fn digest(self) -> [u8; 8] {
        let digest = match self {
            Self::Anonymous => Sha256::digest(b"anonymous"),
            Self::Person(person) => Sha256::new().chain_update(b"person").chain_update(person.uuid()).finalize(),
        };
        let mut short = [0; 8];
        short.copy_from_slice(&digest[..8]);
        short
    }
}

impl From<&Viewer> for Subject {
    fn from(viewer: &Viewer) -> Self {
        viewer.person().map_or(Self::Anonymous, Self::Person)
    }
}

impl fmt::Debug for Cursors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cursors(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn epoch(n: u128) -> LogEpoch {
        LogEpoch::from_uuid(Uuid::from_u128(n))
    }

    fn person(n: u128) -> Subject {
        Subject::Person(PersonId::from_uuid(Uuid::from_u128(n)))
    }

    proptest! {
        #[test]
        fn a_cursor_is_opened_as_it_was_sealed(life: u128, position: u64, who: u128) {
            let cursors = Cursors::new(&Keys::in_memory());
            let cursor = cursors.seal(epoch(life), Position::new(position), person(who));
            prop_assert_eq!(cursor.len(), CURSOR_CHARS);
            prop_assert!(cursor.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            prop_assert_eq!(&cursor, &cursors.seal(epoch(life), Position::new(position), person(who)));
            let opened = cursors.open(&cursor).unwrap();
            prop_assert_eq!(opened.position_for(person(who), epoch(life)), Ok(Position::new(position)));
        }

        #[test]
        fn odd_text_is_forged(text in any::<String>()) {
            prop_assert_eq!(Cursors::new(&Keys::in_memory()).open(&text), Err(BadCursor::Forged));
        }
    }

    #[test]
    fn any_change_of_a_cursor_is_noticed() {
        let cursors = Cursors::new(&Keys::in_memory());
        let cursor = cursors.seal(epoch(1), Position::new(7), person(1));
        let mut sealed = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
        for at in 0..sealed.len() {
            for bit in 0..8 {
                sealed[at] ^= 1 << bit;
                assert_eq!(
                    cursors.open(&URL_SAFE_NO_PAD.encode(&sealed)),
                    Err(BadCursor::Forged),
                    "byte {at} bit {bit}"
                );
                sealed[at] ^= 1 << bit;
            }
        }
        assert!(cursors.open(&cursor).is_ok());
        for text in [&cursor[1..], &cursor[..63], &format!("{cursor}A"), &format!("{cursor}="), &format!(" {cursor}")] {
            assert_eq!(cursors.open(text), Err(BadCursor::Forged), "{text}");
        }
        assert_eq!(Cursors::new(&Keys::in_memory()).open(&cursor), Err(BadCursor::Forged));
    }

    #[test]
    fn a_cursor_is_for_one_viewer_in_one_life_of_the_log() {
        let cursors = Cursors::new(&Keys::in_memory());
        let opened = |subject| cursors.open(&cursors.seal(epoch(1), Position::new(7), subject)).unwrap();
        assert_eq!(opened(person(1)).position_for(person(2), epoch(1)), Err(BadCursor::Foreign));
        assert_eq!(opened(person(1)).position_for(Subject::Anonymous, epoch(1)), Err(BadCursor::Foreign));
        assert_eq!(opened(Subject::Anonymous).position_for(person(1), epoch(1)), Err(BadCursor::Foreign));
        assert_eq!(opened(person(1)).position_for(person(1), epoch(2)), Err(BadCursor::OtherEpoch));
        assert_eq!(opened(Subject::Anonymous).position_for(&Viewer::Anonymous, epoch(1)), Ok(Position::new(7)));
    }

    #[test]
    fn cursors_of_neighbours_have_nothing_in_common() {
        let cursors = Cursors::new(&Keys::in_memory());
        let sealed = |n| URL_SAFE_NO_PAD.decode(cursors.seal(epoch(1), Position::new(n), person(1))).unwrap();
        let (one, next) = (sealed(1), sealed(2));
        assert!(one.iter().zip(&next).filter(|(a, b)| a == b).count() < 8);
    }
}
