//! What a process of this machine uses, as Linux counts it.

use std::fs;

use anyhow::Context as _;

/// What it has in memory, in bytes.
pub(crate) fn memory(pid: u32) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the server's memory can't be read")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("Linux tells of memory")?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim_end().parse()?;
    Ok(kilobytes * 1_024)
}

/// CPU time that its threads have used, in microseconds. That of threads that have ended is not in it.
pub(crate) fn cpu_micros(pid: u32) -> anyhow::Result<u64> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).context("the server's CPU time can't be read")?;
    let spent = tasks.filter_map(Result::ok).filter_map(|task| {
        let schedule = fs::read_to_string(task.path().join("schedstat")).ok()?;
        schedule.split_whitespace().next()?.parse::<u64>().ok()
    });
    Ok(spent.sum::<u64>() / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_this_process_something_is_told() {
        let pid = std::process::id();
        assert!(memory(pid).unwrap() > 100_000);
        assert!(cpu_micros(pid).unwrap() > 0);
        assert!(memory(0).is_err());
    }
}
