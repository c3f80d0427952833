//! What a frame of `erfa.live.v1` says, as cheaply as can be: an event is found by its first bytes and searched for the
//! post's number and mark; everything else is read as JSON.

use memchr::memmem::Finder;
use serde::Deserialize;

use crate::{
    mark::{Marks, number},
    orders::Form,
};

/// A frame.
#[derive(Debug, PartialEq)]
pub(super) enum Frame<'a> {
    /// A post that came, or something else that changed.
    Event(Event<'a>),
    Other(Other),
    Unreadable,
}

/// A post that came.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Event<'a> {
    pub(super) s: u64,
    pub(super) cursor: &'a [u8],
    /// The post's number in its thread; `None` if it is about something else.
    pub(super) number: Option<u64>,
    /// When it was made.
    pub(super) moment: Option<u64>,
}

/// Any other frame, as far as it matters.
#[derive(Debug, PartialEq, Deserialize)]
pub(super) struct Other {
    pub(super) t: String,
    pub(super) s: Option<u64>,
    pub(super) c: Option<String>,
    #[serde(rename = "from")]
    pub(super) from: Option<String>,
    /// Of `drop`, a word.
    pub(super) code: Option<serde_json::Value>,
    pub(super) re: Option<About>,
    pub(super) problem: Option<Problem>,
    /// Of `welcome`.
    pub(super) session: Option<String>,
}

/// What an error is about.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct About {
    pub(super) t: Option<String>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Problem {
    pub(super) r#type: String,
}

/// Reads frames.
pub(super) struct Frames {
    number: Finder<'static>,
    marks: Marks,
}

impl Frames {
    pub(super) fn new(form: Form) -> Self {
        // The text of a post can hold neither: a quotation mark in it is escaped once more.
        let number = match form {
            Form::Event => br#""number":"#.as_slice(),
            Form::Html => br#"id=\"post-"#,
        };
        Self { number: Finder::new(number), marks: Marks::new() }
    }

    pub(super) fn read<'a>(&self, text: &'a [u8]) -> Frame<'a> {
        if let Some(event) = self.event(text) {
            return Frame::Event(event);
        }
        serde_json::from_slice(text).map_or(Frame::Unreadable, Frame::Other)
    }

    /// An event, if it is one that looks as Erfa writes it.
    fn event<'a>(&self, text: &'a [u8]) -> Option<Event<'a>> {
        let rest = text.strip_prefix(br#"{"t":"ev","s":"#).or_else(|| text.strip_prefix(br#"{"t":"html","s":"#))?;
        let (s, digits) = number(rest)?;
        let rest = rest[digits..].strip_prefix(br#","c":""#)?;
        let end = memchr::memchr(b'"', rest)?;
        let (cursor, rest) = rest.split_at(end);
        let at = self.number.find(rest).map(|at| at + self.number.needle().len());
        let number = at.and_then(|at| number(&rest[at..])).map(|(number, _)| number);
        Some(Event { s, cursor, number, moment: self.marks.moment(rest) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_found_without_reading_all_of_it() {
        let text = br#"{"t":"ev","s":12,"c":"a-_b","e":{"data":{"body":"erfa-load/0000000000000017 \"number\":3","number":41}}}"#;
        let event = Event { s: 12, cursor: b"a-_b", number: Some(41), moment: Some(17) };
        assert_eq!(Frames::new(Form::Event).read(text), Frame::Event(event));
        let text = br#"{"t":"html","s":1,"c":"x","target":"posts","action":"append","html":"<li id=\"post-9\">erfa-load/0000000000000018"}"#;
        let event = Event { s: 1, cursor: b"x", number: Some(9), moment: Some(18) };
        assert_eq!(Frames::new(Form::Html).read(text), Frame::Event(event));
        let text = br#"{"t":"ev","s":1,"c":"x","e":{"data":{"reason":"number"}}}"#;
        let event = Event { s: 1, cursor: b"x", number: None, moment: None };
        assert_eq!(Frames::new(Form::Event).read(text), Frame::Event(event));
    }

    #[test]
    fn everything_else_is_read() {
        let frames = Frames::new(Form::Event);
        let Frame::Other(other) = frames.read(br#"{"t":"live","s":3,"c":"x"}"#) else { panic!("it is live") };
        assert_eq!((&*other.t, other.s, other.c.as_deref()), ("live", Some(3), Some("x")));
        let Frame::Other(other) =
            frames.read(br#"{"t":"err","re":{"t":"sub","s":1},"problem":{"type":"/x","title":"t","status":404}}"#)
        else {
            panic!("it is an error")
        };
        assert_eq!((other.re.unwrap().t.as_deref(), &*other.problem.unwrap().r#type), (Some("sub"), "/x"));
        assert_eq!(frames.read(b"{"), Frame::Unreadable);
    }
}
