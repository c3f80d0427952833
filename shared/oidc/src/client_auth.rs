//! How Erfa proves to a provider who it is.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{RequestBuilder, header};
use serde::Serialize;
use types::Ids;

use crate::{AssertionAudience, ClientKey, Error, Settings, discovery::Metadata};

/// How long an assertion holds: as long as it takes to arrive.
const ASSERTION_SECONDS: i64 = 60;
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How Erfa proves to a provider who it is.
#[derive(Clone, PartialEq)]
pub enum ClientAuth {
    /// By a token that it signs (RFC 7523). Nothing secret leaves Erfa.
    PrivateKeyJwt(ClientKey, AssertionAudience),
    /// By a shared secret, as name and password of HTTP.
    SecretBasic(String),
    /// By a shared secret in the form that is sent.
    SecretPost(String),
}

impl ClientAuth {
    /// Its name in a provider's metadata.
    pub const fn method(&self) -> &'static str {
        match self {
            Self::PrivateKeyJwt(..) => "private_key_jwt",
            Self::SecretBasic(_) => "client_secret_basic",
            Self::SecretPost(_) => "client_secret_post",
        }
    }

    /// The key that proves it, if it is one.
    pub fn key(&self) -> Option<&ClientKey> {
        match self {
            Self::PrivateKeyJwt(key, _) => Some(key),
            Self::SecretBasic(_) | Self::SecretPost(_) => None,
        }
    }
}

impl fmt::Debug for ClientAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.method())
    }
}

#[derive(Serialize)]
struct Assertion<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    jti: String,
    iat: i64,
    exp: i64,
}

/// The request to the token endpoint with this form, proven to be Erfa's.
pub(crate) fn authenticated(
    request: RequestBuilder,
    mut form: Vec<(&str, String)>,
    settings: &Settings,
    metadata: &Metadata,
    (ids, now_s): (&dyn Ids, i64),
) -> Result<RequestBuilder, Error> {
    let id = &settings.client_id;
    let request = match &settings.client_auth {
        ClientAuth::SecretBasic(secret) => {
            // RFC 6749, section 2.3.1: both are encoded as in a form first.
            let pair = format!("{}:{}", form_encoded(id), form_encoded(secret));
            request.header(header::AUTHORIZATION, format!("Basic {}", STANDARD.encode(pair)))
        }
        ClientAuth::SecretPost(secret) => {
            form.extend([("client_id", id.clone()), ("client_secret", secret.clone())]);
            request
        }
        ClientAuth::PrivateKeyJwt(key, audience) => {
            let aud = match audience {
                AssertionAudience::Issuer => &settings.issuer,
                AssertionAudience::TokenEndpoint => &metadata.token_endpoint,
            };
            let (jti, exp) = (ids.uuid().to_string(), now_s + ASSERTION_SECONDS);
            let assertion = key.sign(&Assertion { iss: id, sub: id, aud, jti, iat: now_s, exp });
            let assertion = assertion.map_err(|_| Error::Provider("our own key can't sign".to_owned()))?;
            form.extend([
                ("client_id", id.clone()),
                ("client_assertion_type", ASSERTION_TYPE.to_owned()),
                ("client_assertion", assertion),
            ]);
            request
        }
    };
    Ok(request.form(&form))
}

/// `application/x-www-form-urlencoded`.
fn form_encoded(text: &str) -> String {
    let mut url = reqwest::Url::parse("http://localhost/").expect("it is an address");
    url.query_pairs_mut().append_key_only(text);
    url.query().unwrap_or_default().to_owned()
}
