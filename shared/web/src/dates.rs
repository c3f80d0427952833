//! Dates and times as in Sweden, in both languages.

use jiff::{
    Timestamp, Zoned,
    civil::Date,
    tz::{TimeZone, TimeZoneDatabase},
};
use std::sync::LazyLock;

use crate::{Html, Lang, html::escape};

static STOCKHOLM: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZoneDatabase::bundled().get("Europe/Stockholm").unwrap_or(TimeZone::UTC));

const MONTHS_SV: [&str; 12] =
    ["jan.", "feb.", "mars", "april", "maj", "juni", "juli", "aug.", "sep.", "okt.", "nov.", "dec."];
const MONTHS_EN: [&str; 12] =
    ["Jan", "Feb", "March", "April", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"];

/// A moment as it reads on the day of `now`: *i dag kl. 14.05*, *i går kl. 9.30*, *22 nov. 2026 kl. 14.05*.
pub fn moment(lang: Lang, at: Timestamp, now: Timestamp) -> Html {
    let (local, today) = (local(at), local(now).date());
    let days_ago = today.since(local.date()).map_or(i32::MAX, |span| span.get_days());
    let day = match (lang, days_ago) {
        (Lang::Sv, 0) => "i dag".to_owned(),
        (Lang::Sv, 1) => "i går".to_owned(),
        (Lang::En, 0) => "today".to_owned(),
        (Lang::En, 1) => "yesterday".to_owned(),
        _ => day_text(lang, local.date()),
    };
    let text = match lang {
        Lang::Sv => format!("{day} kl. {}", clock(lang, &local)),
        Lang::En => format!("{day} at {}", clock(lang, &local)),
    };
    time(at, &text, &moment_text(lang, at))
}

/// A moment whatever day it is: *22 nov. 2026 kl. 14.05*. For live fragments, which are kept for many readers.
pub fn moment_in_full(lang: Lang, at: Timestamp) -> Html {
    time(at, &moment_text(lang, at), "")
}

/// The same as plain text.
pub fn moment_text(lang: Lang, at: Timestamp) -> String {
    let local = local(at);
    let (day, clock) = (day_text(lang, local.date()), clock(lang, &local));
    match lang {
        Lang::Sv => format!("{day} kl. {clock}"),
        Lang::En => format!("{day}, {clock}"),
    }
}

/// A day: *22 nov. 2026*, *22 Nov 2026*.
pub fn day(lang: Lang, at: Timestamp) -> Html {
    let date = local(at).date();
    Html::trusted(format!("<time datetime=\"{date}\">{}</time>", day_text(lang, date)))
}

/// The week that a moment lies in: *vecka 47*, *week 47*.
pub fn week(lang: Lang, at: Timestamp) -> String {
    let week = local(at).date().iso_week_date().week();
    match lang {
        Lang::Sv => format!("vecka {week}"),
        Lang::En => format!("week {week}"),
    }
}

fn local(at: Timestamp) -> Zoned {
    at.to_zoned(STOCKHOLM.clone())
}

fn day_text(lang: Lang, date: Date) -> String {
    let months = match lang {
        Lang::Sv => MONTHS_SV,
        Lang::En => MONTHS_EN,
    };
    let month = usize::try_from(date.month() - 1).ok().and_then(|month| months.get(month)).unwrap_or(&"");
    format!("{} {month} {}", date.day(), date.year())
}

fn clock(lang: Lang, local: &Zoned) -> String {
    match lang {
        Lang::Sv => format!("{}.{:02}", local.hour(), local.minute()),
        Lang::En => format!("{:02}:{:02}", local.hour(), local.minute()),
    }
}

fn time(at: Timestamp, text: &str, title: &str) -> Html {
    let title = if title.is_empty() { String::new() } else { format!(" title=\"{}\"", escape(title)) };
    Html::trusted(format!("<time datetime=\"{}\"{title}>{}</time>", at.strftime("%Y-%m-%dT%H:%M:%SZ"), escape(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn moments_read_as_in_sweden() {
        let now = at("2026-11-22T20:00:00Z");
        for (then, sv, en) in [
            ("2026-11-22T13:05:00Z", "i dag kl. 14.05", "today at 14:05"),
            ("2026-11-21T23:30:00Z", "i dag kl. 0.30", "today at 00:30"),
            ("2026-11-21T08:07:00Z", "i går kl. 9.07", "yesterday at 09:07"),
            ("2026-11-20T08:00:00Z", "20 nov. 2026 kl. 9.00", "20 Nov 2026 at 09:00"),
            ("2026-06-06T10:00:00Z", "6 juni 2026 kl. 12.00", "6 June 2026 at 12:00"),
            ("2026-11-23T08:00:00Z", "23 nov. 2026 kl. 9.00", "23 Nov 2026 at 09:00"),
        ] {
            for (lang, expected) in [(Lang::Sv, sv), (Lang::En, en)] {
                let html = moment(lang, at(then), now).into_string();
                assert!(html.ends_with(&format!(">{expected}</time>")), "{html}");
                assert!(html.starts_with(&format!("<time datetime=\"{then}\" title=\"")), "{html}");
            }
        }
    }

    #[test]
    fn days_and_weeks() {
        let newyear = at("2026-12-31T23:30:00Z");
        assert_eq!(day(Lang::Sv, newyear).as_str(), "<time datetime=\"2027-01-01\">1 jan. 2027</time>");
        assert_eq!(week(Lang::Sv, newyear), "vecka 53");
        assert_eq!(moment_text(Lang::En, newyear), "1 Jan 2027, 00:30");
    }
}
