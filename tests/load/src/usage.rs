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

/// A process, and those that it started, and those that they started.
pub(crate) fn family(pid: u32) -> Vec<u32> {
    let mut pids = vec![pid];
    let mut at = 0;
    while let Some(pid) = pids.get(at) {
        let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().filter_map(Result::ok);
        let children = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
        let children = children.collect::<String>();
        pids.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        at += 1;
    }
    pids
}

/// What processes have in memory together, in bytes: what they share counts once.
pub(crate) fn memory_of(pids: &[u32]) -> anyhow::Result<u64> {
    let each = pids.iter().map(|pid| {
        let rollup =
            fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).context("a peer's memory can't be read")?;
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).context("Linux tells of memory")?;
        let kilobytes: u64 = line.trim().trim_end_matches("kB").trim_end().parse()?;
        Ok(kilobytes * 1_024)
    });
    each.sum()
}

/// CPU time that the threads of processes have used, in microseconds.
pub(crate) fn cpu_micros_of(pids: &[u32]) -> anyhow::Result<u64> {
    pids.iter().map(|pid| cpu_micros(*pid)).sum()
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
        assert!(memory_of(&[pid]).unwrap() > 100_000);
        assert!(memory_of(&[0]).is_err());
        assert_eq!(cpu_micros_of(&[]).unwrap(), 0);
    }

    #[test]
    fn a_process_that_was_started_belongs_to_the_family() {
        let mut child = std::process::Command::new("cat").stdin(std::process::Stdio::piped()).spawn().unwrap();
        let family = family(std::process::id());
        assert_eq!(family[0], std::process::id());
        assert!(family.contains(&child.id()), "{family:?}");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
