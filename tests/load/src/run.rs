//! A run: the parts that were asked for, one after the other, each beside its yardstick.

mod at_rate;
mod beside;
mod crowd;
mod erfa;
mod flood;
mod hot;
mod idle;
pub(crate) mod pages;
mod peers;
mod rebuild;

use crate::{
    histogram::Times,
    options::{Options, Plan},
    orders::{Protocol, Task},
    progress::Progress,
    report::Report,
};
use beside::{Beside, Reached};
use erfa::Erfa;

/// What all parts need.
struct Run<'a> {
    options: &'a Options,
    plan: Plan,
    progress: Progress,
    report: Report,
}

/// Does what was asked for.
pub fn run(options: &Options) -> anyhow::Result<Report> {
    let plan = options.plan()?;
    let mut run = Run { options, plan, progress: Progress::new(), report: Report::default() };
    let yardsticks = run.yardsticks()?;
    peers::measure(&mut run, &yardsticks);
    let mut erfa = Erfa::open(&mut run)?;
    erfa.connect(&mut run)?;
    if let Some(rate) = run.plan.rate {
        at_rate::measure(&mut run, &mut erfa, rate, yardsticks.at_rate.as_ref())?;
    }
    if options.flood {
        flood::measure(&mut run, &mut erfa, yardsticks.flood.as_ref())?;
    }
    if let Some(posters) = options.posters {
        hot::measure(&mut run, &mut erfa, posters, yardsticks.hot.as_ref())?;
        if options.rebuild {
            rebuild::measure(&mut run, &mut erfa, posters)?;
        }
    }
    if options.pages {
        pages::measure(&mut run, &mut erfa, yardsticks.pages.as_ref())?;
    }
    erfa.settle(&mut run)?;
    Ok(run.report)
}

/// What the yardsticks reached.
#[derive(Default)]
struct Yardsticks {
    at_rate: Option<Reached>,
    flood: Option<Reached>,
    hot: Option<hot::Reached>,
    /// How long an answer took.
    pages: Option<Times>,
}

impl Run<'_> {
    /// Each stands alone, before there is a server.
    fn yardsticks(&mut self) -> anyhow::Result<Yardsticks> {
        let mut reached = Yardsticks::default();
        if !self.options.yardstick {
            return Ok(reached);
        }
        if self.plan.rate.is_some() || self.options.flood {
            let writer = Task::BareWriter { sockets: self.options.sockets };
            let mut bare = Beside::start(self, ("the bare writer", &writer, Protocol::Bare), 1)?;
            if let Some(rate) = self.plan.rate {
                reached.at_rate = Some(bare.at_rate(self, rate)?);
            }
            if self.options.flood {
                reached.flood = Some(bare.flood(self)?);
            }
        }
        if let Some(posters) = self.options.posters {
            reached.hot = Some(hot::empty_handler(self, posters)?);
        }
        if self.options.pages {
            reached.pages = Some(pages::empty_handler(self)?);
        }
        Ok(reached)
    }

    /// Adds a figure of all sockets.
    fn figure(&mut self, what: &str, value: f64, unit: &'static str, yardstick: Option<f64>) {
        let (sockets, threads) = (self.options.sockets, self.plan.threads);
        let threads = if threads > 1 { format!(", {threads} threads") } else { String::new() };
        self.report.add(format!("{sockets} sockets{threads}{what}"), value, unit, yardstick);
    }
}
