//! A browser in which somebody has signed in before.
//!
//! Its cookie lets nobody in. It only says that what is asked for in that person's name there is not a stranger's asking,
//! so that strangers can't use up what the person needs to sign in.

use axum_extra::extract::cookie::{Cookie, CookieJar};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use sha2::Sha256;
use types::PersonId;

use crate::{Gate, Keys, cookies};

/// How long a browser is known after the last time: as long as browsers keep a cookie.
const KNOWN_SECONDS_MAX: i64 = 400 * 24 * 60 * 60;

/// What a browser keeps that knows a person; without the key it says nothing about who that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownBrowser(String);

impl KnownBrowser {
    /// What the browser that sent these headers keeps.
    pub fn of(headers: &HeaderMap, secure: bool) -> Option<Self> {
        let cookies = CookieJar::from_headers(headers);
        cookies.get(name(secure)).map(|cookie| Self(cookie.value().to_owned()))
    }

    /// What a browser keeps in which this person has signed in.
    pub fn for_person(keys: &Keys, person: PersonId) -> Self {
        Self(URL_SAFE_NO_PAD.encode(mac(keys, person).finalize().into_bytes()))
    }

    /// Whether this person has signed in there.
    pub fn knows(&self, keys: &Keys, person: PersonId) -> bool {
        URL_SAFE_NO_PAD.decode(&self.0).is_ok_and(|given| mac(keys, person).verify_slice(&given).is_ok())
    }
}

impl Gate {
    /// The cookie by which a browser is known in which this person has signed in.
    pub fn known_browser_cookie(&self, person: PersonId) -> Cookie<'static> {
        let KnownBrowser(text) = KnownBrowser::for_person(self.keys(), person);
        cookies::cookie(name(self.secure()), text, self.secure(), KNOWN_SECONDS_MAX)
    }
}

fn mac(keys: &Keys, person: PersonId) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(keys.form()).expect("HMAC takes keys of any length");
    mac.chain_update(b"known ").chain_update(person.uuid())
}

fn name(secure: bool) -> &'static str {
    if secure { "__Host-erfa-known" } else { "erfa-known" }
}
