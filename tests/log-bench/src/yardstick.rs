//! What the log is held against: the same events, in groups as the log formed them, each made durable.
//!
//! They are flattered: one thread hands them finished groups, nobody waits for an answer, no revision is expected, nothing
//! is stored but the payload and a number, and nothing can be found but by that number.

mod bare;
mod fjall;
mod redb;
mod sled;

use std::{
    fmt,
    path::Path,
    time::{Duration, Instant},
};

use bytes::Bytes;

use crate::{cpu::Cpu, disk, latency::Latencies, text::Texts, turn::Turn};

/// No turn writes more than this, so that the disk is not filled.
const TURN_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// Something that makes groups of events durable.
trait Store {
    /// Writes these events under the numbers from `first` on. They survive a power cut when this returns.
    fn append(&mut self, first: u64, events: &[&Bytes]) -> anyhow::Result<()>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Yardstick {
    /// A file that is appended to, and `fdatasync`.
    BareFile,
    /// An entry per event, a batch per group.
    Fjall,
    /// An entry per event, a transaction per group.
    Redb,
    /// An entry per event, a batch per group.
    Sled,
}

impl fmt::Display for Yardstick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BareFile => "bare file",
            Self::Fjall => "fjall",
            Self::Redb => "redb",
            Self::Sled => "sled",
        })
    }
}

impl Yardstick {
    fn open(self, dir: &Path) -> anyhow::Result<Box<dyn Store>> {
        Ok(match self {
            Self::BareFile => Box::new(bare::BareFile::create(dir)?),
            Self::Fjall => Box::new(fjall::Fjall::create(dir)?),
            Self::Redb => Box::new(redb::Redb::create(dir)?),
            Self::Sled => Box::new(sled::Sled::create(dir)?),
        })
    }

    /// Writes groups of these numbers of events, over and over, for so long.
    pub(crate) fn turn(self, dir: &Path, groups: &[u32], texts: &Texts, time: Duration) -> anyhow::Result<Turn> {
        disk::fresh(dir)?;
        let mut store = self.open(dir)?;
        let (mut latencies, mut events, mut bytes, mut group) = (Latencies::default(), 0, 0, Vec::new());
        let (start, cpu) = (Instant::now(), Cpu::now());
        for count in groups.iter().cycle() {
            group.clear();
            group.extend((events..events + u64::from(*count)).map(|number| texts.get(number)));
            let before = Instant::now();
            store.append(events, &group)?;
            latencies.record(before.elapsed());
            events += u64::from(*count);
            bytes += group.iter().map(|event| event.len() as u64).sum::<u64>();
            if start.elapsed() >= time || bytes > TURN_BYTES_MAX {
                break;
            }
        }
        let (seconds, after) = (start.elapsed().as_secs_f64(), Cpu::now());
        drop(store);
        let closed = Cpu::now();
        let disk_bytes = disk::bytes(dir)?;
        disk::remove(dir)?;
        Ok(Turn {
            events,
            groups: Vec::new(),
            seconds,
            latencies,
            cpu: after.process - cpu.process,
            cpu_of_writer: closed.process - cpu.process,
            cpu_closed: closed.process - cpu.process,
            disk_bytes,
            events_there: events,
        })
    }
}
