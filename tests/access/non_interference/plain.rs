//! Texts without what names and dates things, so that those of two worlds can be compared.
//!
//! It takes away as little as can be: an id that both worlds know becomes what it is the id of, any other one the place at
//! which it comes first in the text; a cursor, a secret and a moment become that, and a length that is right becomes nothing.

use std::{borrow::Cow, collections::BTreeMap};

use crate::canary::stage::Stage;

const UUID: usize = 36;
const SIMPLE_UUID: usize = 32;
/// What 32 bytes are in Base64: a secret, or the digest that a form carries.
const SECRET: usize = 43;

/// What the ids of a world are the ids of.
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    pub(super) fn of(stage: &Stage) -> Self {
        let truth = &stage.truth;
        let kinds: [(&str, Vec<String>); 8] = [
            ("person", stage.people.iter().map(|it| it.main.person.to_string()).collect()),
            ("token", stage.people.iter().map(|it| it.main.token_id.to_string()).collect()),
            ("second token", stage.people.iter().map(|it| it.second.token_id.to_string()).collect()),
            ("agency", stage.agencies.iter().map(ToString::to_string).collect()),
            ("mandate", stage.mandates.clone()),
            ("arena", truth.arenas.iter().map(|it| it.id.clone()).collect()),
            ("thread", truth.threads.iter().map(|it| it.id.clone()).collect()),
            ("post", truth.posts.iter().map(|it| it.id.clone()).collect()),
        ];
        let named = |(kind, ids): (&str, Vec<String>)| {
            let kind = kind.to_owned();
            ids.into_iter().enumerate().map(move |(number, id)| (id, format!("<{kind} {number}>")))
        };
        Self(kinds.into_iter().flat_map(named).collect())
    }

    /// The text without what differs from world to world.
    pub(super) fn plain(&self, text: &str) -> String {
        let (mut plain, mut rest, mut others) = (String::with_capacity(text.len()), text, BTreeMap::new());
        while let Some(first) = rest.chars().next() {
            let (before, word) = id_at_end(word(rest));
            if let Some((said, length)) = element(rest).or_else(|| moment(rest)) {
                plain += said;
                rest = &rest[length..];
            } else if !before.is_empty() {
                plain += before;
                rest = &rest[before.len()..];
            } else if word.is_empty() {
                plain.push(first);
                rest = &rest[first.len_utf8()..];
            } else {
                match self.0.get(word) {
                    Some(name) => plain += name,
                    None if is_uuid(word) => {
                        let next = others.len();
                        plain += &format!("<id {}>", others.entry(word).or_insert(next));
                    }
                    None if word.len() == access::CURSOR_CHARS => plain += "<cursor>",
                    None if word.len() == SECRET => plain += "<secret>",
                    None => plain += word,
                }
                rest = &rest[word.len()..];
            }
        }
        plain
    }
}

/// An answer, head and body, without the length of the body where the head says the right one.
pub(super) fn right_length(answer: &str) -> Cow<'_, str> {
    let length = answer.split_once('\n').map_or(0, |(_, body)| body.len());
    let said = format!("\"content-length\": \"{length}\"");
    if answer.contains(&said) { answer.replacen(&said, "\"content-length\": right", 1).into() } else { answer.into() }
}

/// What ids, cursors and secrets are made of, from the beginning of the text on.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    &text[..end.unwrap_or(text.len())]
}

/// What stands before the id with which a word ends, such as `thread-` or the end of an encoded slash; else nothing.
fn id_at_end(word: &str) -> (&str, &str) {
    match word.len().checked_sub(UUID) {
        Some(at) if is_uuid(&word[at..]) => word.split_at(at),
        _ => ("", word),
    }
}

fn is_uuid(word: &str) -> bool {
    let of_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let groups: Vec<_> = word.split('-').collect();
    let lengths: Vec<_> = groups.iter().map(|group| group.len()).collect();
    let has_form =
        (word.len() == UUID && lengths == [8, 4, 4, 4, 12]) || (word.len() == SIMPLE_UUID && lengths == [32]);
    has_form && groups.into_iter().all(of_hex)
}

/// A moment in a page, however it reads there.
fn element(text: &str) -> Option<(&'static str, usize)> {
    let end = "</time>";
    text.strip_prefix("<time ")?;
    Some(("<time>", text.find(end)? + end.len()))
}

/// A moment in JSON, in a head, or in a sentence; in whichever form it is said.
fn moment(text: &str) -> Option<(&'static str, usize)> {
    const FORMS: [&str; 5] = [
        // As in RFC 3339, with and without parts of a second; `~` is as many digits as there are.
        "0000-00-00T00:00:00.~Z",
        "0000-00-00T00:00:00Z",
        // As in HTTP.
        "aaa, 00 aaa 0000 00:00:00 GMT",
        "kl. 00.00",
        "kl. 0.00",
    ];
    FORMS.iter().find_map(|form| Some(("<moment>", like(text, form)?)))
}

/// How much of the text is of this form: `0` is a digit, `a` a letter, `~` some digits.
fn like(text: &str, form: &str) -> Option<usize> {
    let (bytes, mut at) = (text.as_bytes(), 0);
    for expected in form.bytes() {
        let given = *bytes.get(at)?;
        let fits = match expected {
            b'0' | b'~' => given.is_ascii_digit(),
            b'a' => given.is_ascii_alphabetic(),
            other => given == other,
        };
        if !fits {
            return None;
        }
        at += 1;
        while expected == b'~' && bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "01a20464-6eb3-71a3-9fc4-5847b29d6a1e";
    const OTHER: &str = "01a20464-6f44-709b-a318-65cf5e60397c";

    fn plain(text: &str) -> String {
        Names(BTreeMap::from([(ONE.to_owned(), "<arena 1>".to_owned())])).plain(text)
    }

    #[test]
    fn what_names_and_dates_things_is_taken_away() {
        let cursor = "A_-9".repeat(16);
        for (text, expected) in [
            (format!("/arenas/{ONE}/members"), "/arenas/<arena 1>/members"),
            (format!("{OTHER} {ONE} {OTHER}"), "<id 0> <arena 1> <id 0>"),
            (format!("next=%2Farenas%2F{ONE} id=\"arena-{ONE}\""), "next=%2Farenas%2F<arena 1> id=\"arena-<arena 1>\""),
            (OTHER.replace('-', ""), "<id 0>"),
            (format!("\"cursor\":\"{cursor}\""), "\"cursor\":\"<cursor>\""),
            (format!("value=\"{}\"", &cursor[..43]), "value=\"<secret>\""),
            ("<p><time datetime=\"2026-11-22\">i dag</time> här".to_owned(), "<p><time> här"),
            ("\"at\":\"2026-11-22T17:14:27.123456Z\"".to_owned(), "\"at\":\"<moment>\""),
            ("sedan 22 nov. 2026 kl. 9.05".to_owned(), "sedan 22 nov. 2026 <moment>"),
            ("\"date\": \"Sun, 22 Nov 2026 17:14:27 GMT\"".to_owned(), "\"date\": \"<moment>\""),
        ] {
            assert_eq!(plain(&text), expected);
        }
    }

    #[test]
    fn a_length_is_left_out_where_it_is_right() {
        let answer = |length| format!("200 OK {{\"content-length\": \"{length}\"}}\nåäö");
        assert_eq!(right_length(&answer(6)), "200 OK {\"content-length\": right}\nåäö");
        assert_eq!(right_length(&answer(7)), answer(7));
    }

    #[test]
    fn all_else_stays_as_it_is() {
        let cursor = "A_-9".repeat(16);
        for text in [
            "7 inlägg, 12 trådar",
            "\"etag\": \"\\\"3\\\"\"",
            "\"sequence\":\"00000000000000000007\"",
            "content-length: 8123",
            "zq00012qz och 2026-11-22",
            &cursor[1..],
            &cursor[..42],
            &ONE[1..],
            "kl. i morgon",
            "åäö – 🙂 <timer>",
        ] {
            assert_eq!(plain(text), text);
        }
        assert_ne!(plain(&format!("{ONE} {ONE}")), plain(&format!("{ONE} {OTHER}")), "ids are told apart");
        assert_ne!(plain(&format!("{OTHER} {OTHER}")), plain(&format!("{OTHER} {}", OTHER.replace('c', "d"))));
    }
}
