//! What was measured.

use std::{fmt::Write as _, fs::File, io, io::Write as _, path::Path};

use serde::Serialize;

/// A figure beside its yardstick.
#[derive(Serialize)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    /// The same measured of the yardstick; `None` where there is none.
    pub(crate) yardstick: Option<f64>,
    /// The value as a part of the yardstick's.
    pub(crate) ratio: Option<f64>,
}

/// All figures of a run.
#[derive(Default)]
pub(crate) struct Report(Vec<Figure>);

impl Report {
    pub(crate) fn add(&mut self, name: impl Into<String>, value: f64, unit: &'static str, yardstick: Option<f64>) {
        let name = name.into();
        eprintln!("measured: {name}");
        self.0.push(Figure { name, value, unit, yardstick, ratio: yardstick.map(|y| value / y) });
    }

    pub(crate) fn print(&self) {
        let show = |figure: Option<f64>| figure.map_or("-".to_owned(), |f| format!("{f:.2}"));
        println!("{:<58} {:>14} {:<14} {:>14} {:>8}", "name", "value", "unit", "yardstick", "ratio");
        for f in &self.0 {
            let (value, yardstick, ratio) = (show(Some(f.value)), show(f.yardstick), show(f.ratio));
            println!("{:<58} {value:>14} {:<14} {yardstick:>14} {ratio:>8}", f.name, f.unit);
        }
    }

    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let mut lines = String::new();
        for figure in &self.0 {
            let _ = writeln!(lines, "{}", serde_json::to_string(figure)?);
        }
        File::options().create(true).append(true).open(path)?.write_all(lines.as_bytes())
    }
}
