//! What is known of a provider beforehand.

use std::{net::IpAddr, time::Duration};

use reqwest::Url;

use crate::{Algorithm, ClientAuth};

/// What is known of a provider beforehand. Everything else it says itself, at its well-known address.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// What it is called in addresses, such as `agency`.
    pub name: String,
    /// Its issuer identifier, exactly as it writes it itself.
    pub issuer: String,
    /// Who Erfa is to it.
    pub client_id: String,
    /// How Erfa proves that.
    pub client_auth: ClientAuth,
    /// What is asked for, beside `openid`.
    pub scopes: Vec<String>,
    /// With which algorithms it may sign.
    pub algorithms: Vec<Algorithm>,
    /// The levels of assurance of which one is demanded at every sign-in, if any are.
    pub acr_values: Vec<String>,
    /// Whether more claims are fetched from its user information.
    pub userinfo: bool,
    /// How far its clock may be from ours.
    pub leeway: Duration,
}

/// To whom a `private_key_jwt` is addressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AssertionAudience {
    /// To the issuer, as is safe with several of them.
    #[default]
    Issuer,
    /// To the token endpoint, which older providers want.
    TokenEndpoint,
}

/// An address that a provider can't have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongUrl {
    /// No address at all.
    #[error("it is no address such as https://login.agency.example")]
    NotAUrl,
    /// Secrets would travel in the clear.
    #[error("it is not https (http is taken on this machine alone)")]
    Insecure,
    /// Somebody's name and password stand in it.
    #[error("it holds a user name or password")]
    Credentials,
    /// A part of it means nothing here.
    #[error("it has a query or fragment")]
    Query,
}

/// The address, if secrets may be sent there: https, or this machine. An issuer has no query (`is_issuer`).
pub fn trusted_url(text: &str, is_issuer: bool) -> Result<Url, WrongUrl> {
    let url = Url::parse(text).map_err(|_| WrongUrl::NotAUrl)?;
    let host = url.host_str().ok_or(WrongUrl::NotAUrl)?;
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let is_here = address.map_or(host == "localhost", |address| address.is_loopback());
    match url.scheme() {
        "https" => {}
        "http" if is_here => {}
        "http" => return Err(WrongUrl::Insecure),
        _ => return Err(WrongUrl::NotAUrl),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(WrongUrl::Credentials);
    }
    if url.fragment().is_some() || is_issuer && url.query().is_some() {
        return Err(WrongUrl::Query);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_sent_over_https_or_not_at_all() {
        for (text, expected) in [
            ("https://login.agency.example", None),
            ("https://login.agency.example:8443/oidc/", None),
            ("http://127.0.0.1:3000", None),
            ("http://[::1]:3000/op", None),
            ("http://localhost", None),
            ("http://login.agency.example", Some(WrongUrl::Insecure)),
            ("http://localhost.agency.example", Some(WrongUrl::Insecure)),
            ("http://127.0.0.1.agency.example", Some(WrongUrl::Insecure)),
            ("ftp://login.agency.example", Some(WrongUrl::NotAUrl)),
            ("login.agency.example", Some(WrongUrl::NotAUrl)),
            ("", Some(WrongUrl::NotAUrl)),
            ("https://user@login.agency.example", Some(WrongUrl::Credentials)),
            ("https://login.agency.example/?a=b", Some(WrongUrl::Query)),
            ("https://login.agency.example/#a", Some(WrongUrl::Query)),
        ] {
            assert_eq!(trusted_url(text, true).err(), expected, "{text}");
        }
        assert!(trusted_url("https://login.agency.example/authorize?p=x", false).is_ok());
    }
}
