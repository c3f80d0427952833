//! Frames that are ready but for the number of the subscription and the cursor, which are each client's own.

use std::fmt::Write as _;

use serde::Serialize;

use crate::{Fragment, protocol::Action};

/// The frames that one event causes, each from after its cursor to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rendered {
    t: &'static str,
    rests: Box<[Box<str>]>,
}

#[derive(Serialize)]
struct HtmlRest<'a> {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    more: bool,
    target: &'a str,
    action: Action,
    html: &'a str,
}

impl Rendered {
    /// An event as a CloudEvent.
    pub(crate) fn event(event: &serde_json::Value) -> Self {
        Self { t: "ev", rests: [format!(r#""e":{event}}}"#).into()].into() }
    }

    /// An event as fragments, all but the last saying that there is more.
    pub(crate) fn fragments(fragments: &[Fragment]) -> Self {
        let rest = |(at, fragment): (usize, &Fragment)| {
            let Fragment { target, action, html } = fragment;
            let rest = HtmlRest { more: at + 1 < fragments.len(), target, action: *action, html };
            let json = serde_json::to_string(&rest).expect("text and a name are always valid JSON");
            json[1..].into()
        };
        Self { t: "html", rests: fragments.iter().enumerate().map(rest).collect() }
    }

    /// How many frames it is.
    pub(crate) fn frames(&self) -> usize {
        self.rests.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rests.is_empty()
    }

    /// What it takes in memory, roughly.
    pub(crate) fn bytes(&self) -> usize {
        self.rests.iter().map(|rest| rest.len() + size_of::<Box<str>>()).sum::<usize>() + size_of::<Self>()
    }

    /// The frames, for this subscription and with this cursor. A cursor is base64url, which JSON need not escape.
    pub(crate) fn texts<'a>(&'a self, s: u32, cursor: &'a str) -> impl Iterator<Item = String> + 'a {
        self.rests.iter().map(move |rest| {
            let mut text = String::with_capacity(40 + cursor.len() + rest.len());
            let _ = write!(text, r#"{{"t":"{}","s":{s},"c":"{cursor}",{rest}"#, self.t);
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ServerFrame;

    #[test]
    fn what_is_spliced_is_what_serde_would_write() {
        let e = serde_json::json!({ "id": "1", "data": { "body": "\"å\"\n" } });
        let texts: Vec<_> = Rendered::event(&e).texts(7, "abc").collect();
        let expected = ServerFrame::Ev { s: 7, c: "abc".into(), e };
        assert_eq!(serde_json::from_str::<ServerFrame>(&texts[0]).unwrap(), expected);
        assert_eq!(texts, [serde_json::to_string(&expected).unwrap()]);

        let fragment = |target: &str| Fragment {
            target: target.into(),
            action: Action::Append,
            html: "<li class=\"å\">\u{1}</li>".into(),
        };
        let texts: Vec<_> = Rendered::fragments(&[fragment("posts"), fragment("count")]).texts(8, "-_").collect();
        let expected = |target: &str, more| ServerFrame::Html {
            s: 8,
            c: "-_".into(),
            more,
            target: target.into(),
            action: Action::Append,
            html: fragment("").html,
        };
        let expected = [expected("posts", true), expected("count", false)];
        assert_eq!(texts, expected.map(|frame| serde_json::to_string(&frame).unwrap()));
    }
}
