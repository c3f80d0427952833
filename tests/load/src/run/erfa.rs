//! The server under load, with its sockets and those who post.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::ensure;

use super::{
    Run,
    crowd::{Counted, Crowd},
    idle,
};
use crate::{
    orders::{Order, Posters, Protocol, Slow, Tally, Task},
    process::Process,
    site::Site,
    usage,
};

/// How often those who post say how they are.
const REPORT_MS: u64 = 20;

/// How long an answer may take once everything was asked.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server, sockets that read, people who post.
pub(super) struct Erfa {
    pub(super) site: Site,
    crowd: Option<Crowd>,
    posters: Process,
    /// Over all parts of the run.
    acknowledged: u64,
    unread: u64,
    missing: u64,
    repeated: u64,
    slow: Slow,
    errors: BTreeMap<String, u64>,
    closes: BTreeMap<String, u64>,
}

impl Erfa {
    pub(super) fn open(run: &mut Run<'_>) -> anyhow::Result<Self> {
        let site = Site::open(run.options, &run.plan, &mut run.progress)?;
        let tokens = site.tokens.iter().cycle().take(run.plan.authors).cloned().collect();
        let posters = Process::start(&Task::Post(Posters {
            server: site.server.clone(),
            tokens,
            paths: site.paths(),
            body_bytes: run.options.body_bytes,
            report_ms: REPORT_MS,
        }))?;
        Ok(Self {
            site,
            crowd: None,
            posters,
            acknowledged: 0,
            unread: 0,
            missing: 0,
            repeated: 0,
            slow: Slow::default(),
            errors: BTreeMap::new(),
            closes: BTreeMap::new(),
        })
    }

    /// Opens all sockets, and says how long that takes, and what memory.
    pub(super) fn connect(&mut self, run: &mut Run<'_>) -> anyhow::Result<()> {
        self.posters.fresh()?;
        if run.options.sockets == 0 {
            return Ok(());
        }
        let memory = self.memory()?;
        run.progress.begin(&format!("connecting {} sockets", run.options.sockets + run.options.slow));
        let (begun, server) = (Instant::now(), (&self.site.server, Protocol::Erfa));
        let crowd = Crowd::start(run.options, &run.plan, server, &self.site.tokens, &self.site.topics())?;
        let now = self.crowd.insert(crowd).live(&mut run.progress)?;
        let seconds = begun.elapsed().as_secs_f64();
        let counted = self.tally()?;
        run.figure(": connected and live", now.live as f64 / seconds, "/s", None);
        run.figure(": from connecting to live, p99", counted.to_live.quantile(0.99), "ms", None);
        if run.options.idle {
            idle::measure(run, self, memory, now.live)?;
        }
        Ok(())
    }

    pub(super) fn crowd(&mut self) -> Option<&mut Crowd> {
        self.crowd.as_mut()
    }

    pub(super) fn posters(&mut self) -> &mut Process {
        &mut self.posters
    }

    /// What the sockets counted since this was last asked.
    pub(super) fn tally(&mut self) -> anyhow::Result<Counted> {
        let counted = self.crowd.as_mut().map(Crowd::tally).transpose()?.unwrap_or_default();
        self.missing += counted.missing;
        self.repeated += counted.repeated;
        self.slow = counted.slow;
        add(&mut self.errors, &counted.errors);
        add(&mut self.closes, &counted.closes);
        Ok(counted)
    }

    /// What those who post counted since this was last asked.
    pub(super) fn tally_of_posters(&mut self) -> anyhow::Result<Tally> {
        let tally = self.posters.tally()?;
        self.acknowledged += tally.done;
        add(&mut self.errors, &tally.errors);
        Ok(tally)
    }

    /// Waits until nobody is waiting for an answer.
    pub(super) fn answered(&mut self, run: &mut Run<'_>) -> anyhow::Result<()> {
        let begun = Instant::now();
        while self.posters.fresh()?.left > 0 {
            ensure!(begun.elapsed() < PATIENCE, "the server does not answer posts any more");
            run.progress.at(|| "waiting for the last answers".to_owned());
        }
        Ok(())
    }

    /// Waits until every socket has everything that was acknowledged, and counts what did not come.
    pub(super) fn complete(&mut self, run: &mut Run<'_>, acknowledged: u64) -> anyhow::Result<()> {
        let there = self.site.count(acknowledged)?;
        if there < acknowledged {
            let what = format!("of {acknowledged} posts that were acknowledged, {there} are there");
            run.report.broken(what);
        }
        let next = self.site.next();
        if let Some(crowd) = &mut self.crowd {
            self.unread += crowd.complete(next, &mut run.progress)?;
        }
        Ok(())
    }

    /// CPU time of the server so far, in microseconds, if it is known.
    pub(super) fn cpu(&self) -> anyhow::Result<Option<u64>> {
        self.site.pid.map(usage::cpu_micros).transpose()
    }

    /// What the server has in memory, if that is known.
    pub(super) fn memory(&self) -> anyhow::Result<Option<u64>> {
        self.site.pid.map(usage::memory).transpose()
    }

    /// Lets the slow ones catch up, and says what went wrong over the whole run.
    pub(super) fn settle(&mut self, run: &mut Run<'_>) -> anyhow::Result<()> {
        if run.options.slow > 0 {
            self.hurry(run)?;
        }
        let (missing, repeated) = (self.missing + self.unread, self.repeated);
        if run.options.sockets > 0 {
            run.report.add("frames missing", missing as f64, "", None);
            run.report.add("frames repeated or out of order", repeated as f64, "", None);
        }
        if missing + repeated > 0 {
            run.report.broken(format!("{missing} frames are missing, {repeated} came again or out of order"));
        }
        run.report.add("posts acknowledged", self.acknowledged as f64, "", None);
        let lost = self.crowd.as_ref().map_or(0, |crowd| crowd.now().lost);
        if lost > 0 {
            run.report.add("sockets that did not come back", lost as f64, "", None);
            run.report
                .broken(format!("{lost} sockets were refused or did not come back; what they miss is not counted"));
        }
        for (what, times) in &self.errors {
            run.report.add(format!("error: {what}"), *times as f64, "", None);
        }
        for (how, times) in &self.closes {
            run.report.add(format!("closed: {how}"), *times as f64, "", None);
        }
        Ok(())
    }

    fn hurry(&mut self, run: &mut Run<'_>) -> anyhow::Result<()> {
        run.progress.begin("letting the slow sockets catch up");
        let next = self.site.next();
        if let Some(crowd) = &mut self.crowd {
            crowd.order(&Order::Hurry)?;
            self.unread += crowd.complete(next, &mut run.progress)?;
        }
        self.tally()?;
        let Slow { closed, caught_up } = self.slow;
        run.report.add("slow sockets that were closed", closed as f64, "", None);
        run.report.add("slow sockets that caught up in the end", caught_up as f64, "", None);
        Ok(())
    }
}

fn add(to: &mut BTreeMap<String, u64>, more: &BTreeMap<String, u64>) {
    more.iter().for_each(|(what, times)| *to.entry(what.clone()).or_default() += times);
}
