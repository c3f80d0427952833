//! A small bar chart: a picture for those who would rather look, the numbers in a table for everyone.

use std::fmt::Write as _;

use crate::{Html, Texts, html::escape};

/// One bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What stands below it, in a few characters.
    pub label: String,
    /// How high it is; also written above it.
    pub value: u32,
}

impl Bar {
    /// A bar.
    pub fn new(label: impl Into<String>, value: u32) -> Self {
        Self { label: label.into(), value }
    }
}

const WIDTH: usize = 560;
const HEIGHT: usize = 120;
/// Room above the bars for their value, below them for their label.
const HEADROOM: usize = 24;
const FOOTROOM: usize = 24;

/// Bars side by side, with their values above and in a table that opens below. `title` says what is counted, `column`
/// what the labels are (*Vecka*).
pub fn bar_chart(t: &Texts, title: &str, column: &str, bars: &[Bar]) -> Html {
    let highest = bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1);
    let step = WIDTH / bars.len().max(1);
    let width = (step * 3 / 5).clamp(2, 40);
    let (mut picture, mut rows) = (String::new(), String::new());
    for (at, bar) in bars.iter().enumerate() {
        let room = HEIGHT - HEADROOM - FOOTROOM;
        let height = usize::try_from(u64::from(bar.value) * room as u64 / u64::from(highest)).unwrap_or(room);
        let height = if bar.value > 0 { height.max(2) } else { 0 };
        let (middle, base) = (at * step + step / 2, HEIGHT - FOOTROOM);
        // Where it is narrow there is room for every other label.
        let even = if at % 2 == 1 { " class=\"even\"" } else { "" };
        let (label, value) = (escape(&bar.label), bar.value);
        let _ = write!(
            picture,
            "<rect x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{height}\" rx=\"2\"/>\
             <text class=\"value\" x=\"{middle}\" y=\"{}\">{value}</text><text{even} x=\"{middle}\" y=\"{}\">{label}</text>",
            middle - width / 2,
            base - height,
            base - height - 5,
            HEIGHT - 6,
        );
        let _ = write!(rows, "<tr><th scope=\"row\">{label}</th><td>{value}</td></tr>");
    }
    let base = HEIGHT - FOOTROOM;
    Html::trusted(format!(
        "<figure class=\"chart\"><figcaption>{title}</figcaption>\
         <svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" aria-hidden=\"true\" focusable=\"false\">\
         <line x1=\"0\" y1=\"{base}\" x2=\"{WIDTH}\" y2=\"{base}\"/>{picture}</svg>\
         <details><summary>{as_table}</summary><table><thead><tr><th scope=\"col\">{column}</th>\
         <th scope=\"col\">{number}</th></tr></thead><tbody>{rows}</tbody></table></details></figure>",
        title = escape(title),
        column = escape(column),
        as_table = escape(&t.get("chart-as-table")),
        number = escape(&t.get("chart-number")),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    #[test]
    fn no_bars_no_height_and_awkward_labels() {
        let t = Texts::shared(Lang::Sv);
        assert!(!bar_chart(&t, "Inlägg", "Vecka", &[]).as_str().contains("<rect"));
        let html = bar_chart(&t, "a<b", "Vecka", &[Bar::new("<1>", 0), Bar::new("2", u32::MAX)]).into_string();
        assert!(html.contains("&lt;1&gt;") && html.contains("a&lt;b"), "{html}");
        assert!(html.contains("height=\"0\"") && html.contains("height=\"72\""), "{html}");
    }
}
