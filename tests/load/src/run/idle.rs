//! What an idle socket costs the server.

use std::thread;

use super::{Run, erfa::Erfa};
use crate::usage;

/// Says how much memory each of `live` sockets takes, once they have been idle for the time of the run.
pub(super) fn measure(run: &mut Run<'_>, erfa: &Erfa, before: Option<u64>, live: usize) -> anyhow::Result<()> {
    let (Some(pid), Some(before)) = (erfa.site.pid, before) else {
        anyhow::bail!("--idle with --server needs --server-pid, the server's process on this machine");
    };
    let at_once = usage::memory(pid)?;
    run.progress.begin("letting all sockets be idle");
    let cpu = usage::cpu_micros(pid)?;
    thread::sleep(run.plan.time);
    let cpu = usage::cpu_micros(pid)?.checked_sub(cpu);
    let after = usage::memory(pid)?;
    let each = |memory: u64| memory.saturating_sub(before) as f64 / live.max(1) as f64 / 1_024.0;
    let topics = run.plan.topics;
    run.report.add("server memory before any socket", before as f64 / 1_048_576.0, "MiB", None);
    run.figure(&format!(", {topics} topics: server memory for a socket, at once"), each(at_once), "KiB", None);
    run.figure(&format!(", {topics} topics: server memory for a socket, idle"), each(after), "KiB", None);
    match cpu {
        Some(cpu) => {
            let percent = cpu as f64 / run.plan.time.as_secs_f64() / 10_000.0;
            run.figure(&format!(", {topics} topics: server CPU while all are idle"), percent, "% of a core", None);
        }
        // Their part is no longer counted.
        None => run.progress.begin("the server's CPU time is not known: some of its threads have ended"),
    }
    Ok(())
}
