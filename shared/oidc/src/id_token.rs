//! Who signed in, as the ID token says (OpenID Connect Core 1.0, section 3.1.3.7).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest;
use serde::Deserialize;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;
use types::Timestamp;

use crate::{Algorithm, Error, Pending, Provider, Refusal, token};

/// How long a subject may be (OpenID Connect Core 1.0, section 2).
const SUBJECT_CHARS_MAX: usize = 255;
/// How long a level of assurance or a session's id may be; longer ones are passed over.
const TEXT_CHARS_MAX: usize = 255;

/// An account at a provider, in which somebody has just signed in.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// The provider's name in the settings.
    pub provider: String,
    /// Its issuer identifier.
    pub issuer: String,
    /// Who it is there; another's is never the same.
    pub subject: String,
    /// The session there, which the provider names when it ends it.
    pub sid: Option<String>,
    /// The level of assurance that was reached.
    pub acr: Option<String>,
    /// When they proved themselves.
    pub authenticated_at: Option<Timestamp>,
    /// All claims, those of the user information among them if it was asked for.
    pub claims: Map<String, Value>,
}

#[derive(Deserialize)]
struct Claims {
    sub: Option<String>,
    nonce: Option<String>,
    sid: Option<String>,
    acr: Option<String>,
    auth_time: Option<f64>,
    at_hash: Option<String>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// Checks an ID token that came with this access token for this sign-in.
pub(crate) async fn verify(
    provider: &Provider,
    pending: &Pending,
    id_token: &str,
    access_token: &str,
) -> Result<Account, Error> {
    let verified = token::verify::<Claims>(provider, id_token, &["jwt"]).await?;
    let Claims { sub, nonce, sid, acr, auth_time, at_hash, others } = verified.claims;
    let subject = sub.filter(|sub| is_subject(sub)).ok_or(Refusal::Subject)?;
    if !nonce.is_some_and(|nonce| pending.nonce.is(&nonce)) {
        return Err(Refusal::Nonce.into());
    }
    if at_hash.is_some_and(|hash| !is_hash_of(verified.algorithm, access_token, &hash)) {
        return Err(Refusal::AccessTokenHash.into());
    }
    let demanded = &pending.demand.acr_values;
    let is_demanded = |acr: &String| demanded.contains(acr);
    if !demanded.is_empty() && !acr.as_ref().is_some_and(is_demanded) {
        return Err(Refusal::Assurance.into());
    }
    let settings = provider.settings();
    let authenticated_at = auth_time.and_then(|at| Timestamp::from_second(at as i64).ok());
    if let Some(age_max) = pending.demand.max_age {
        let age_max = age_max.saturating_add(settings.leeway);
        let age = authenticated_at.map(|at| provider.0.clock.now().duration_since(at));
        if age.is_none_or(|age| !age.is_negative() && age.unsigned_abs() > age_max) {
            return Err(Refusal::AuthenticatedAt.into());
        }
    }
    let short = |text: &String| !text.is_empty() && text.chars().count() <= TEXT_CHARS_MAX;
    Ok(Account {
        provider: settings.name.clone(),
        issuer: settings.issuer.clone(),
        subject,
        sid: sid.filter(short),
        acr: acr.filter(short),
        authenticated_at,
        claims: others,
    })
}

/// Whether it can name somebody: ASCII without control characters, and not too long.
pub(crate) fn is_subject(text: &str) -> bool {
    !text.is_empty() && text.len() <= SUBJECT_CHARS_MAX && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Whether it is the left half of the token's hash, by the hash of the algorithm.
fn is_hash_of(algorithm: Algorithm, access_token: &str, given: &str) -> bool {
    let by = match algorithm {
        Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Es256 => &digest::SHA256,
        Algorithm::Rs384 | Algorithm::Ps384 | Algorithm::Es384 => &digest::SHA384,
        Algorithm::Rs512 | Algorithm::Ps512 | Algorithm::EdDsa => &digest::SHA512,
    };
    let hash = digest::digest(by, access_token.as_bytes());
    let half = &hash.as_ref()[..hash.as_ref().len() / 2];
    URL_SAFE_NO_PAD.decode(given).is_ok_and(|given| bool::from(given.ct_eq(half)))
}
