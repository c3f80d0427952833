//! What was measured.

use std::{fmt::Write as _, fs::File, io, io::Write as _, path::Path};

use serde::Serialize;

/// A figure beside its yardstick.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// What was measured, under which circumstances.
    pub name: String,
    /// How much.
    pub value: f64,
    /// Of what.
    pub unit: &'static str,
    /// The same measured of the yardstick; `None` where there is none.
    pub yardstick: Option<f64>,
    /// The value as a part of the yardstick's.
    pub ratio: Option<f64>,
}

/// All figures of a run, and what was wrong.
#[derive(Debug, Default)]
pub struct Report {
    figures: Vec<Figure>,
    /// What must not be: frames that were lost or came twice, acknowledged posts that are not there.
    broken: Vec<String>,
}

impl Report {
    /// Adds a figure.
    pub fn add(&mut self, name: impl Into<String>, value: f64, unit: &'static str, yardstick: Option<f64>) {
        let yardstick = yardstick.filter(|yardstick| yardstick.is_finite());
        let ratio = yardstick.filter(|yardstick| *yardstick != 0.0).map(|yardstick| value / yardstick);
        self.figures.push(Figure { name: name.into(), value, unit, yardstick, ratio });
    }

    /// Adds what must not be.
    pub fn broken(&mut self, what: impl Into<String>) {
        self.broken.push(what.into());
    }

    /// What must not be.
    pub fn what_broke(&self) -> &[String] {
        &self.broken
    }

    /// The figures as a table.
    pub fn table(&self) -> String {
        let width = self.figures.iter().map(|figure| figure.name.chars().count()).max().unwrap_or(0).max(4);
        let mut table = String::new();
        let _ = writeln!(table, "{:<width$}  {:>14} {:<10} {:>14} {:>7}", "name", "value", "", "yardstick", "ratio");
        for Figure { name, value, unit, yardstick, ratio } in &self.figures {
            let yardstick = yardstick.map_or_else(String::new, number);
            let ratio = ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
            let _ = writeln!(table, "{name:<width$}  {:>14} {unit:<10} {yardstick:>14} {ratio:>7}", number(*value));
        }
        table
    }

    /// Adds a line of JSON for each figure to a file.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut lines = String::new();
        for figure in &self.figures {
            let _ = writeln!(lines, "{}", serde_json::to_string(figure)?);
        }
        File::options().create(true).append(true).open(path)?.write_all(lines.as_bytes())
    }
}

/// A number with as many digits as say something, thousands apart.
fn number(value: f64) -> String {
    if value < 100.0 {
        return if value.fract() == 0.0 { format!("{value}") } else { format!("{value:.2}") };
    }
    let digits = format!("{value:.0}");
    let parts: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_easily() {
        assert_eq!([0.0, 3.0, 99.994, 100.4, 1_234_567.0].map(number), ["0", "3", "99.99", "100", "1,234,567"]);
    }

    #[test]
    fn a_ratio_needs_a_yardstick() {
        let mut report = Report::default();
        report.add("a", 3.0, "ms", Some(2.0));
        report.add("b", 3.0, "ms", Some(0.0));
        report.add("c", 3.0, "ms", None);
        assert_eq!(report.figures.iter().map(|figure| figure.ratio).collect::<Vec<_>>(), [Some(1.5), None, None]);
    }
}
