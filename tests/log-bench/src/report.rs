//! What was measured: a table for people, and a line of JSON for each figure.

use std::{fs::File, io::Write as _};

use anyhow::Context as _;
use serde::Serialize;

use crate::{machine::Machine, options::Options};

/// A figure, and the same of a yardstick.
#[derive(Serialize)]
pub(crate) struct Figure<'a> {
    /// What was measured, under which circumstances.
    pub(crate) case: &'a str,
    pub(crate) what: &'a str,
    pub(crate) value: f64,
    pub(crate) unit: &'a str,
    /// What it is held against, and the same measured there.
    pub(crate) yardstick: Option<&'a str>,
    pub(crate) there: Option<f64>,
    /// The value as a part of the yardstick's.
    pub(crate) ratio: Option<f64>,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    machine: &'a Machine,
    #[serde(flatten)]
    figure: &'a Figure<'a>,
}

/// The figures of a run. They are shown and written as they come, so that a run that is stopped leaves what it found.
pub(crate) struct Report {
    machine: Machine,
    json: File,
}

impl Report {
    pub(crate) fn begin(options: &Options) -> anyhow::Result<Self> {
        let machine = Machine::this();
        let json = File::options().create(true).append(true).open(&options.json);
        let json = json.with_context(|| format!("`{}` can't be written", options.json.display()))?;
        println!("{}. Ratios: the log's figure by the yardstick's in the same run.\n", machine.words());
        println!(
            "| {:<58} | {:<34} | {:>12} | {:<12} | {:>22} | {:>7} |",
            "case", "figure", "log", "", "yardstick", "ratio"
        );
        println!("|{:-<60}|{:-<36}|{:-<13}:|{:-<14}|{:-<23}:|{:-<8}:|", "", "", "", "", "", "");
        Ok(Self { machine, json })
    }

    /// A figure that has no yardstick.
    pub(crate) fn alone(&mut self, case: &str, what: &str, value: f64, unit: &str) -> anyhow::Result<()> {
        self.add(&Figure { case, what, value, unit, yardstick: None, there: None, ratio: None })
    }

    /// A figure beside that of a yardstick.
    pub(crate) fn beside(
        &mut self,
        case: &str,
        what: &str,
        (value, unit): (f64, &str),
        (yardstick, there): (&str, f64),
    ) -> anyhow::Result<()> {
        let (yardstick, there, ratio) = (Some(yardstick), Some(there), Some(value / there));
        self.add(&Figure { case, what, value, unit, yardstick, there, ratio })
    }

    fn add(&mut self, figure: &Figure<'_>) -> anyhow::Result<()> {
        let there = match (figure.yardstick, figure.there) {
            (Some(yardstick), Some(there)) => format!("{yardstick} {}", number(there)),
            _ => String::new(),
        };
        let ratio = figure.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
        let Figure { case, what, value, unit, .. } = figure;
        println!("| {case:<58} | {what:<34} | {:>12} | {unit:<12} | {there:>22} | {ratio:>7} |", number(*value));
        let line = serde_json::to_string(&Line { machine: &self.machine, figure })?;
        Ok(writeln!(self.json, "{line}")?)
    }
}

/// A number with as many digits as say something, thousands apart.
pub(crate) fn number(value: f64) -> String {
    if value < 100.0 {
        return if value.fract() == 0.0 { format!("{value}") } else { format!("{value:.2}") };
    }
    let digits = format!("{value:.0}");
    let mut parts: Vec<&str> = digits.as_bytes().rchunks(3).filter_map(|part| std::str::from_utf8(part).ok()).collect();
    parts.reverse();
    parts.join(",")
}
