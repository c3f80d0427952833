//! Runs sessions, cuts them, lets others recover from what is left, and cuts those again.

use std::{collections::BTreeMap, fmt, fs, path::PathBuf, process::Command};

use crate::{Acknowledged, Deaf, Disk, Files, Place, Plan, Random, Record, Said, Survivors, Trace, places::Places};

/// Sessions that run at the same time need less memory than this.
const MEMORY_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// What is written to the standard error beyond this is not shown.
const SHOWN_BYTES_MAX: usize = 3_000;

/// Sessions one after the other on a new log, and how they are cut.
pub struct Scenario {
    /// What it is called.
    pub name: &'static str,
    /// The first sessions. Between them programs end or die, but the power stays on.
    pub plans: Vec<Plan>,
    /// How many cuts there are in their trace; then in that of each session that recovers from one of these; and so on.
    pub cuts: Vec<usize>,
}

/// Looks what power cuts leave.
pub struct Explorer {
    session: PathBuf,
    deaf: Deaf,
    random: Random,
    /// How many cuts there were, by what went on.
    pub cuts: BTreeMap<Place, usize>,
    /// The most bytes, but for zeros, that a sync of one file had to cover.
    pub synced_bytes_max: u64,
    /// Those after which a promise was broken.
    pub failures: Vec<Failure>,
}

/// A promise that was broken after a cut.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Where the power was cut, time after time.
    pub cuts: String,
    /// What the session said that could not go on.
    pub reason: String,
    /// What was left by the last cut, and what had been acknowledged by then.
    pub kept: Option<PathBuf>,
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.cuts, self.reason)?;
        self.kept.as_ref().map_or(Ok(()), |kept| write!(out, "\nwhat was left lies in `{}`", kept.display()))
    }
}

/// What a cut has left, and what was promised before.
#[derive(Clone)]
struct Left {
    survivors: Survivors,
    known: Vec<Acknowledged>,
    cuts: String,
}

impl Explorer {
    /// Explores with this program as the session, and a disk that is deaf to some syncs.
    pub fn new(session: &str, deaf: Deaf, seed: u64) -> Self {
        let (session, random) = (session.into(), Random::new(seed));
        Self { session, deaf, random, cuts: BTreeMap::new(), synced_bytes_max: 0, failures: Vec::new() }
    }

    /// How many cuts there were.
    pub fn cut_count(&self) -> usize {
        self.cuts.values().sum()
    }

    /// Plays a scenario.
    ///
    /// # Panics
    ///
    /// If a session can't be run, or its trace is not whole.
    pub fn explore(&mut self, scenario: &Scenario) {
        let left = Left { survivors: Survivors::nothing(), known: Vec::new(), cuts: scenario.name.to_owned() };
        self.go_on(&left, &scenario.plans, &scenario.cuts);
    }

    /// Runs sessions on what is left, and cuts them so many times.
    fn go_on(&mut self, left: &Left, plans: &[Plan], cuts: &[usize]) {
        let dir = tempfile::Builder::new().prefix("erfa-power-cut-").tempdir_in(scratch()).expect("it can be made");
        let files = Files::below(dir.path());
        fs::create_dir(&files.root).expect("it can be made");
        left.survivors.write_to(&files.root).expect("what is left can be written");
        let before = Disk::load(&files.root, self.deaf).expect("it can be read again");
        let (mut disk, mut trace, mut known) = (before.clone(), Trace::new(), left.known.clone());
        for plan in plans {
            let plan = Plan { seed: self.random.next_number(), ..plan.clone() };
            let more = match self.run(&plan, &files, &known) {
                Ok(more) => more,
                Err(reason) => return self.failed(left, reason),
            };
            more.iter().for_each(|record| disk.apply(record));
            let seen = Survivors::read(&files.root).expect("it can be read");
            let difference = disk.now().difference(&seen).map(str::to_owned);
            assert_eq!(difference, None, "the trace does not say what happened to this file");
            self.synced_bytes_max = self.synced_bytes_max.max(disk.synced_bytes_max());
            acknowledged(&more, &mut known);
            trace.extend(more);
        }
        drop(dir);
        if let [count, further @ ..] = cuts {
            self.cut(left, before, &trace, *count, further);
        }
    }

    /// Cuts a trace so many times, and lets a session recover each time.
    fn cut(&mut self, left: &Left, mut disk: Disk, trace: &[Record], count: usize, further: &[usize]) {
        let places = Places::of(trace);
        let mut chosen: Vec<_> = (0..count).map(|_| places.choose(&mut self.random)).collect();
        chosen.sort_unstable_by_key(|(_, at)| *at);
        let (mut next, mut known) = (0, left.known.clone());
        for (place, at) in chosen {
            let records = &trace[next..at];
            records.iter().for_each(|record| disk.apply(record));
            acknowledged(records, &mut known);
            next = at;
            *self.cuts.entry(place).or_default() += 1;
            let survivors = disk.survivors(&mut self.random);
            let cuts = format!("{}, cut {place} at {at} of {}", left.cuts, trace.len());
            let plan = if self.random.once_in(3) { Plan::few().dying() } else { Plan::few() };
            self.go_on(&Left { survivors, known: known.clone(), cuts }, &[plan], further);
        }
    }

    fn run(&self, plan: &Plan, files: &Files, known: &[Acknowledged]) -> Result<Trace, String> {
        fs::write(&files.known, lines(known)).expect("what is known can be written");
        let json = |said: serde_json::Result<String>| said.expect("plans are plain data");
        let arguments = [json(serde_json::to_string(plan)), json(serde_json::to_string(files))];
        let output = Command::new(&self.session)
            .args(arguments)
            .env("RUST_BACKTRACE", "0")
            .output()
            .expect("a session can be started");
        if output.status.success() {
            return Ok(Record::read(&files.trace).expect("the session wrote its trace"));
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let shown = said.char_indices().rev().nth(SHOWN_BYTES_MAX).map_or(&*said, |(at, _)| &said[at..]);
        Err(format!("{}: {shown}", output.status))
    }

    fn failed(&mut self, left: &Left, reason: String) {
        // A disk that lies makes many, of which none is worth keeping.
        let kept = (self.deaf == Deaf::ToNothing).then(|| {
            let dir = tempfile::Builder::new().prefix("erfa-power-cut-kept-").tempdir().expect("a directory").keep();
            let files = Files::below(&dir);
            fs::create_dir(&files.root).expect("it can be made");
            left.survivors.write_to(&files.root).expect("what is left can be written");
            fs::write(&files.known, lines(&left.known)).expect("what is known can be written");
            dir
        });
        self.failures.push(Failure { cuts: left.cuts.clone(), reason, kept });
    }
}

/// Where sessions run: in memory, if there is enough.
fn scratch() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    let free = rustix::fs::statvfs(&memory).map_or(0, |free| free.f_bavail * free.f_frsize);
    if free >= MEMORY_BYTES { memory } else { std::env::temp_dir() }
}

fn lines(known: &[Acknowledged]) -> String {
    let line = |known| serde_json::to_string(known).expect("it has names and numbers only") + "\n";
    known.iter().map(line).collect()
}

/// Adds what these records say was acknowledged.
fn acknowledged(records: &[Record], known: &mut Vec<Acknowledged>) {
    for record in records {
        if let Record::Said { line } = record
            && let Said::Acknowledged(more) = Said::parse(line)
            && !known.contains(&more)
        {
            known.push(more);
        }
    }
}
