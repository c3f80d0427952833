//! Where and when it was measured.

use std::fs;

use serde::Serialize;
use types::{Clock as _, SystemClock};

#[derive(Serialize)]
pub(crate) struct Machine {
    date: String,
    cores: usize,
    processor: String,
    kernel: String,
}

impl Machine {
    pub(crate) fn this() -> Self {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let cpuinfo = read("/proc/cpuinfo");
        let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
        Self {
            date: SystemClock.now().to_string().chars().take("2026-01-01".len()).collect(),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            processor: model.map_or_else(|| "unknown".to_owned(), |(_, name)| name.trim().to_owned()),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
        }
    }

    pub(crate) fn words(&self) -> String {
        let Self { date, cores, processor, kernel } = self;
        format!("{date}, {cores} cores ({processor}), Linux {kernel}")
    }
}
