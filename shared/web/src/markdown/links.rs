//! Bare web addresses in text become links.

use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd};

/// Writes a text, its web addresses as links.
pub(super) fn push<'a>(written: &mut Vec<Event<'a>>, text: CowStr<'a>) {
    if !text.contains("http") {
        written.push(Event::Text(text));
        return;
    }
    let mut rest = text.as_ref();
    while let Some(start) = next_address(rest) {
        let length = address_length(&rest[start..]);
        let address = &rest[start..start + length];
        if start > 0 {
            written.push(Event::Text(rest[..start].to_owned().into()));
        }
        written.push(Event::Start(Tag::Link {
            link_type: LinkType::Autolink,
            dest_url: address.to_owned().into(),
            title: "".into(),
            id: "".into(),
        }));
        written.push(Event::Text(address.to_owned().into()));
        written.push(Event::End(TagEnd::Link));
        rest = &rest[start + length..];
    }
    if !rest.is_empty() {
        written.push(Event::Text(rest.to_owned().into()));
    }
}

/// Where an address begins that is not the tail of a longer word and has something after its scheme.
fn next_address(text: &str) -> Option<usize> {
    text.match_indices("http").map(|(at, _)| at).find(|&at| {
        let word_before = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        let rest = &text[at..];
        let host = rest.strip_prefix("https://").or_else(|| rest.strip_prefix("http://"));
        !word_before && host.is_some_and(|host| host.starts_with(char::is_alphanumeric))
    })
}

/// How far it goes: up to white space or a bracket, without the punctuation of the sentence around it.
fn address_length(text: &str) -> usize {
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '”' | '»')).unwrap_or(text.len());
    let mut address = &text[..end];
    loop {
        let open = address.matches('(').count();
        let close = address.matches(')').count();
        match address.chars().next_back() {
            Some('.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | ']') => address = &address[..address.len() - 1],
            Some(')') if close > open => address = &address[..address.len() - 1],
            _ => return address.len(),
        }
    }
}
