//! Reading `X-Forwarded-For` and `Forwarded` (RFC 7239).

use std::net::IpAddr;

use http::HeaderValue;

use super::ForwardedHeader;

/// What a proxy said about one hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hop {
    /// It came from here.
    Address(IpAddr),
    /// The proxy does not say (`unknown`, `_hidden`), or nothing that can be understood.
    Unknown,
}

/// The hops of one line, from the last to the first.
pub(super) fn hops_from_the_end(header: ForwardedHeader, line: &HeaderValue) -> Vec<Hop> {
    let Ok(line) = line.to_str() else { return vec![Hop::Unknown] };
    match header {
        ForwardedHeader::XForwardedFor => line.rsplit(',').map(|node| hop(node.trim())).collect(),
        // Quotes make what stands before a hop matter, so that a line is understood as a whole or not at all.
        ForwardedHeader::Forwarded => match elements(line) {
            Some(elements) => elements.into_iter().rev().map(|node| node.map_or(Hop::Unknown, |it| hop(&it))).collect(),
            None => vec![Hop::Unknown],
        },
    }
}

/// A node of RFC 7239, section 6: an address, perhaps with a port, IPv6 in brackets.
fn hop(node: &str) -> Hop {
    let address = match node.strip_prefix('[') {
        Some(rest) => {
            rest.split_once(']').filter(|(_, port)| port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
        }
        None if node.matches(':').count() == 1 => node.split_once(':').filter(|(_, port)| is_port(port)),
        None => Some((node, "")),
    };
    address.and_then(|(address, _)| address.parse().ok()).map_or(Hop::Unknown, Hop::Address)
}

/// A port, which may be made up (`_port`).
fn is_port(port: &str) -> bool {
    let hidden = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    port.parse::<u16>().is_ok() || port.strip_prefix('_').is_some_and(hidden)
}

/// For each element of the line its `for`, if it has one; `None` if the line is not well formed.
fn elements(line: &str) -> Option<Vec<Option<String>>> {
    let (mut elements, mut node, mut rest) = (Vec::new(), None, line.trim());
    loop {
        rest = rest.trim_start();
        // An element may be empty, and so may what stands between semicolons.
        if !rest.is_empty() && !rest.starts_with([',', ';']) {
            let (name, after) = rest.split_once('=')?;
            let (value, after) = value(after)?;
            let is_token =
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
            if !is_token || (name.eq_ignore_ascii_case("for") && node.replace(value).is_some()) {
                return None;
            }
            rest = after.trim_start();
        }
        match rest.chars().next() {
            None => {
                elements.push(node);
                return Some(elements);
            }
            Some(',') => elements.push(node.take()),
            Some(';') => {}
            Some(_) => return None,
        }
        rest = &rest[1..];
    }
}

/// The value that the text begins with, quoted or not, and what comes after it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ';', ' ', '\t']).unwrap_or(text.len());
        let (value, after) = text.split_at(end);
        return (!value.is_empty() && !value.contains('"')).then(|| (value.to_owned(), after));
    };
    let (mut value, mut chars) = (String::new(), quoted.char_indices());
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(chars.next()?.1),
            c => value.push(c),
        }
    }
    None
}
