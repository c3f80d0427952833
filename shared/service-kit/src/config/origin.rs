//! How the outside reaches a server: scheme, host and port.

use std::{fmt, net::SocketAddr, str::FromStr};

/// An origin such as `https://erfa.example`: what links in mails begin with, and what a request's `Origin` must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    text: String,
    /// Nobody gave it: it is the listener's.
    is_listeners: bool,
}

impl Origin {
    /// As text, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is https, so that cookies and headers can insist on that.
    pub fn is_secure(&self) -> bool {
        self.text.starts_with("https://")
    }

    /// The one under which a listener is reached from its own machine.
    pub(super) fn of_listener(listen: SocketAddr, is_tls: bool) -> Self {
        let host = match listen {
            _ if listen.ip().is_unspecified() => "localhost".to_owned(),
            SocketAddr::V4(address) => address.ip().to_string(),
            SocketAddr::V6(address) => format!("[{}]", address.ip()),
        };
        Self { is_listeners: true, ..Self::written(if is_tls { "https" } else { "http" }, &host, Some(listen.port())) }
    }

    /// The same if it was given, else that of the listener at another address.
    pub(super) fn following(self, listen: SocketAddr, is_tls: bool) -> Self {
        if self.is_listeners { Self::of_listener(listen, is_tls) } else { self }
    }

    /// As a browser writes it: it leaves the scheme's own port out.
    fn written(scheme: &str, host: &str, port: Option<u16>) -> Self {
        let text = match (scheme, port) {
            (_, None) | ("http", Some(80)) | ("https", Some(443)) => format!("{scheme}://{host}"),
            (_, Some(port)) => format!("{scheme}://{host}:{port}"),
        };
        Self { text, is_listeners: false }
    }
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "expected https:// or http://, a host, and perhaps a port, and nothing after it".to_owned();
        let uri: http::Uri = text.parse().map_err(|_| expected())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(expected()) };
        let plain =
            matches!(scheme, "http" | "https") && !authority.as_str().contains('@') && !authority.host().is_empty();
        if !plain || uri.path() != "/" || uri.query().is_some() {
            return Err(expected());
        }
        if authority.port_u16().is_none() && authority.as_str().len() != authority.host().len() {
            return Err(expected());
        }
        Ok(Self::written(scheme, &authority.host().to_ascii_lowercase(), authority.port_u16()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_a_browser_says_it_is() {
        for (text, origin) in [
            ("https://Erfa.example", Some("https://erfa.example")),
            ("https://erfa.example/", Some("https://erfa.example")),
            ("https://erfa.example:443", Some("https://erfa.example")),
            ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("http://[::1]:80", Some("http://[::1]")),
            ("https://erfa.example/under", None),
            ("https://erfa.example/?a=b", None),
            ("https://user@erfa.example", None),
            ("https://erfa.example:99999", None),
            ("erfa.example", None),
            ("ftp://erfa.example", None),
            ("", None),
        ] {
            assert_eq!(text.parse::<Origin>().ok().as_ref().map(Origin::as_str), origin, "{text}");
        }
    }

    #[test]
    fn a_listener_has_an_origin_on_its_own_machine() {
        for (listen, origin) in [
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("0.0.0.0:80", "http://localhost"),
            ("[::1]:8080", "http://[::1]:8080"),
            ("[::]:9", "http://localhost:9"),
        ] {
            let listen = listen.parse().expect("an address");
            assert_eq!(Origin::of_listener(listen, false).as_str(), origin);
            assert!(Origin::of_listener(listen, true).as_str().starts_with("https://"));
        }
    }
}
