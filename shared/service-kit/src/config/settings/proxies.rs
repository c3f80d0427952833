//! The settings of the proxies that stand before a server.

use super::{
    super::value::{list, shown, shown_list, text},
    Setting,
};
use crate::{ForwardedHeader, Proxies};

/// How many proxies or networks of them may be named: each is looked at for each hop of each request.
const TRUSTED_MAX: usize = 256;

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "proxies.trusted",
        help: "The proxies that stand before Erfa, as addresses or networks. Without any, forwarded headers are ignored.",
        set: |config, value| {
            let items = list(value)?;
            if items.len() > TRUSTED_MAX {
                return Err(format!("expected at most {TRUSTED_MAX} addresses or networks"));
            }
            config.proxies.trusted = items.into_iter().map(Proxies::parse).collect::<Result<_, _>>()?;
            Ok(())
        },
        get: |config| shown_list(&config.proxies.trusted),
    },
    Setting {
        key: "proxies.header",
        help: "Where they write whom they speak for: \"x-forwarded-for\", or \"forwarded\" (RFC 7239).",
        set: |config, value| {
            config.proxies.header = match text(value)?.to_ascii_lowercase().as_str() {
                "x-forwarded-for" => ForwardedHeader::XForwardedFor,
                "forwarded" => ForwardedHeader::Forwarded,
                _ => return Err("expected \"x-forwarded-for\" or \"forwarded\"".to_owned()),
            };
            Ok(())
        },
        get: |config| shown(config.proxies.header.name()),
    },
];
