//! How much memory this process holds, as Linux counts it.

use std::fs;

use anyhow::Context as _;

/// What is resident now, in bytes.
pub(crate) fn resident() -> anyhow::Result<u64> {
    status("VmRSS:")
}

/// The most that was resident since the process began, or since [`forget_peak`], in bytes.
pub(crate) fn peak() -> anyhow::Result<u64> {
    status("VmHWM:")
}

/// From now on [`peak`] counts anew.
pub(crate) fn forget_peak() -> anyhow::Result<()> {
    Ok(fs::write("/proc/self/clear_refs", "5")?)
}

fn status(name: &str) -> anyhow::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).context("Linux tells of memory")?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim_end().parse()?;
    Ok(kilobytes * 1024)
}
