//! Form tokens: a form is only taken from a page that Erfa itself gave to this browser.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use types::SessionId;

use crate::{Keys, Secret};

/// Whose form it is.
#[derive(Clone, Copy, Debug)]
pub enum FormOwner<'a> {
    /// A signed-in browser.
    Session(SessionId),
    /// A browser that has not signed in, known by the secret in its `erfa-browser` cookie.
    Browser(&'a Secret),
}

/// The token that a form of this browser carries in its hidden field `csrf`.
pub fn csrf_token(keys: &Keys, owner: FormOwner<'_>) -> String {
    URL_SAFE_NO_PAD.encode(mac(keys, owner).finalize().into_bytes())
}

/// Whether this is the token of this browser. Takes as long whatever the answer is.
pub fn csrf_matches(keys: &Keys, owner: FormOwner<'_>, given: &str) -> bool {
    URL_SAFE_NO_PAD.decode(given).is_ok_and(|given| mac(keys, owner).verify_slice(&given).is_ok())
}

fn mac(keys: &Keys, owner: FormOwner<'_>) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(keys.form()).expect("HMAC takes keys of any length");
    match owner {
        FormOwner::Session(session) => mac.chain_update(b"session ").chain_update(session.uuid()),
        FormOwner::Browser(secret) => mac.chain_update(b"browser ").chain_update(secret.expose()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_token_is_good_for_one_browser() {
        let keys = Keys::in_memory();
        let (one, other) = (SessionId::from_uuid(Uuid::from_u128(1)), SessionId::from_uuid(Uuid::from_u128(2)));
        let (browser, stranger) = (Secret::new(), Secret::new());
        let token = csrf_token(&keys, FormOwner::Session(one));
        let before = csrf_token(&keys, FormOwner::Browser(&browser));
        for (owner, given, expected) in [
            (FormOwner::Session(one), &*token, true),
            (FormOwner::Session(other), &token, false),
            (FormOwner::Browser(&browser), &token, false),
            (FormOwner::Browser(&browser), &before, true),
            (FormOwner::Browser(&stranger), &before, false),
            (FormOwner::Session(one), "", false),
            (FormOwner::Session(one), &token[..42], false),
            (FormOwner::Session(one), "å", false),
        ] {
            assert_eq!(csrf_matches(&keys, owner, given), expected, "{owner:?} {given}");
        }
        assert!(!csrf_matches(&Keys::in_memory(), FormOwner::Session(one), &token));
    }
}
