//! Whether a token is the provider's: signature, algorithm, issuer, audience, times. Nothing else reads one.

use jsonwebtoken::{Validation, decode, decode_header};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{Algorithm, Error, Provider, Refusal};

/// The longest token that is looked at.
const TOKEN_CHARS_MAX: usize = 32 * 1024;
/// How long ago a token may have been issued that comes straight from its provider.
const ISSUED_SECONDS_MAX: i64 = 10 * 60;

/// The claims that every token is checked by.
#[derive(Debug, Deserialize)]
struct Common {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    exp: Option<f64>,
    iat: Option<f64>,
    nbf: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// A token that is the provider's, for Erfa, and holds now.
#[derive(Debug)]
pub(crate) struct Verified<T> {
    pub(crate) claims: T,
    pub(crate) algorithm: Algorithm,
}

/// Checks a token and reads its claims. `types` are what its header may say that it is, in lower case.
pub(crate) async fn verify<T: DeserializeOwned>(
    provider: &Provider,
    token: &str,
    types: &[&str],
) -> Result<Verified<T>, Error> {
    if token.len() > TOKEN_CHARS_MAX {
        return Err(Refusal::NotAToken.into());
    }
    let settings = provider.settings();
    let named = header_algorithm(token)?.parse::<Algorithm>().ok();
    let algorithm = named.filter(|named| settings.algorithms.contains(named)).ok_or(Refusal::Algorithm)?;
    let header = decode_header(token).map_err(|_| Refusal::NotAToken)?;
    let kind = header.typ.as_deref().map(str::to_ascii_lowercase);
    if kind.is_some_and(|kind| !types.contains(&kind.trim_start_matches("application/"))) {
        return Err(Refusal::TokenType.into());
    }
    let key = provider.key(algorithm, header.kid.as_deref()).await?;
    let mut validation = Validation::new(algorithm.jwt());
    // The clock that is asked here is ours, and the library would ask another.
    (validation.validate_exp, validation.validate_aud) = (false, false);
    validation.required_spec_claims.clear();
    let common = decode::<Common>(token, &key, &validation).map_err(|error| refusal(&error))?.claims;
    common.check(provider)?;
    let claims = decode::<T>(token, &key, &validation).map_err(|error| refusal(&error))?.claims;
    Ok(Verified { claims, algorithm })
}

/// The algorithm as it stands in the header, before anything believes it: also one that the library would not read.
/// A header that names what must be understood (`crit`) is not understood.
fn header_algorithm(token: &str) -> Result<String, Refusal> {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    #[derive(Deserialize)]
    struct Header {
        alg: String,
        crit: Option<serde::de::IgnoredAny>,
    }
    let header = token.split('.').next().unwrap_or_default();
    let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| Refusal::NotAToken)?;
    let header: Header = serde_json::from_slice(&header).map_err(|_| Refusal::NotAToken)?;
    if header.crit.is_some() { Err(Refusal::TokenType) } else { Ok(header.alg) }
}

fn refusal(error: &jsonwebtoken::errors::Error) -> Refusal {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidSignature => Refusal::Signature,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidKeyFormat => Refusal::Algorithm,
        ErrorKind::Json(_) => Refusal::Claims,
        _ => Refusal::NotAToken,
    }
}

impl Common {
    fn check(&self, provider: &Provider) -> Result<(), Refusal> {
        let settings = provider.settings();
        if self.iss != settings.issuer {
            return Err(Refusal::Issuer);
        }
        // Nobody else is trusted, so nobody else may be addressed.
        let own = &settings.client_id;
        let is_ours = match &self.aud {
            Audience::One(one) => one == own,
            Audience::Several(all) => !all.is_empty() && all.iter().all(|one| one == own),
        };
        if !is_ours {
            return Err(Refusal::Audience);
        }
        if self.azp.as_ref().is_some_and(|party| party != own) {
            return Err(Refusal::AuthorizedParty);
        }
        let now_s = provider.0.clock.now().as_second();
        let leeway_s = i64::try_from(settings.leeway.as_secs()).unwrap_or(i64::MAX);
        let seconds = |claim: f64| if claim.is_finite() { claim as i64 } else { i64::MIN };
        if self.exp.is_none_or(|exp| seconds(exp).saturating_add(leeway_s) <= now_s) {
            return Err(Refusal::Expired);
        }
        let age_s = now_s.saturating_sub(self.iat.map_or(i64::MIN, seconds));
        let not_before_s = self.nbf.map_or(i64::MIN, seconds);
        let is_of_now = (-leeway_s..=ISSUED_SECONDS_MAX.saturating_add(leeway_s)).contains(&age_s);
        if !is_of_now || not_before_s.saturating_sub(leeway_s) > now_s {
            return Err(Refusal::IssuedAt);
        }
        Ok(())
    }
}
