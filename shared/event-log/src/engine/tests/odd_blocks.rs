//! Blocks that are not what they should be, read with no more memory than an honest one takes.

use std::process::Command;

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use rustix::process::{Resource, Rlimit, setrlimit};

use super::super::{
    layout::{
        BadValue,
        block::{self, BLOCK_EVENTS_MAX, Packer},
        put_varint,
    },
    records::{self, Admitted},
    store::Block,
    stored::{Records, Want},
};
use super::*;
use crate::{Recorded, check::check};

/// In its environment another process finds that it shall read odd blocks.
const ELSEWHERE: &str = "ERFA_TEST_ODD_BLOCKS";
/// What a process may take for all blocks it reads, one after the other. The largest block unpacks to 2 MiB.
const BYTES_MAX: u64 = 32 * 1024 * 1024;
const CASES: u32 = 10_000;

/// The records of an honest block.
fn honest(commits: u128, events: usize) -> (Vec<u8>, u32) {
    let admitted: Vec<_> = (0..commits)
        .map(|number| {
            let mut commit = commit(number, Expected::Any);
            commit.stream = StreamId::new(Category::declared("apple"), Uuid::from_u128(number % 3));
            commit.events = (0..events)
                .map(|ordinal| NewEvent {
                    id: EventId::derived(commit.id.uuid(), &ordinal.to_string()),
                    kind: format!("test.{}.v1", ordinal % 4).into(),
                    data: format!("{{\"ordinal\":{ordinal}}}").into(),
                })
                .collect();
            Admitted { checked: check(commit).unwrap(), first: 0 }
        })
        .collect();
    let plan = records::plan(&admitted);
    assert_eq!(plan.len(), 1);
    records::encode(&admitted, &plan[0], Timestamp::UNIX_EPOCH)
}

/// The events of a block, read as the engine does.
fn read(value: &[u8]) -> Result<(u32, Vec<Arc<Recorded>>), BadValue> {
    let (header, packed) = block::header(value)?;
    let sections = block::unpack(&header, packed)?;
    let block = Block { header, sections };
    let records = Records::of(&block)?;
    assert_eq!(records.runs().map(|run| run.count).sum::<u64>(), u64::from(block.header.count));
    Ok((block.header.count, records.events(|_| Want::Take)?))
}

/// A byte that was changed, bytes that were left out, or a number that was made large, at some place.
#[derive(Clone, Copy, Debug)]
enum Change {
    Byte(prop::sample::Index, u8),
    Cut(prop::sample::Index, u8),
    Number(prop::sample::Index, u64),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![
        any::<(prop::sample::Index, u8)>().prop_map(|(at, to)| Change::Byte(at, to)),
        any::<(prop::sample::Index, u8)>().prop_map(|(at, count)| Change::Cut(at, count)),
        (any::<prop::sample::Index>(), prop_oneof![0..5_000_u64, any::<u64>(), Just(u64::MAX)])
            .prop_map(|(at, number)| Change::Number(at, number)),
    ];
    prop::collection::vec(change, 1..4)
}

fn change(bytes: &mut Vec<u8>, changes: &[Change]) {
    for change in changes {
        if bytes.is_empty() {
            return;
        }
        match change {
            Change::Byte(at, to) => {
                let at = at.index(bytes.len());
                bytes[at] = *to;
            }
            Change::Cut(at, count) => {
                let at = at.index(bytes.len());
                let end = bytes.len().min(at + usize::from(*count));
                bytes.drain(at..end);
            }
            Change::Number(at, number) => {
                let (at, mut varint) = (at.index(bytes.len()), Vec::new());
                put_varint(&mut varint, *number);
                bytes.splice(at..at + 1, varint);
            }
        }
    }
}

/// Small values that claim, or unpack to, far more than they are.
fn claims() -> Vec<Vec<u8>> {
    let repeated = |head: &[u64], bytes: &[u8]| {
        let mut records = Vec::new();
        head.iter().for_each(|number| put_varint(&mut records, *number));
        records.extend(bytes.iter().cycle().take(2 * 1024 * 1024 - records.len()));
        records
    };
    let million = 1_000_000;
    let mut all = vec![
        // A million streams of no name; a million event types of no name, and as many of one letter.
        repeated(&[million], &[0]),
        repeated(&[0, million], &[0]),
        repeated(&[0, million], &[1, b'a']),
        repeated(&[u64::MAX], &[0xff]),
        repeated(&[0, 0], &[0]),
        repeated(&[0, 0], &[1]),
    ];
    // Half a million event types, each another one: to look each up among those before would take hours.
    let mut types = Vec::new();
    [0, 500_000].into_iter().for_each(|number| put_varint(&mut types, number));
    (0..500_000_u32).for_each(|n| types.extend([3, (n >> 14) as u8, (n >> 7) as u8 & 0x7f, n as u8 & 0x7f]));
    all.push(types);
    // A commit with more events than its block claims, each of which is there.
    let (mut many, _) = honest(1, BLOCK_EVENTS_MAX);
    many.extend_from_within(..);
    all.push(many);
    let mut values: Vec<_> = all.iter().map(|records| Packer::default().pack(1, 1, records, [0; 32]).0).collect();
    // The same as merged sections, and a million sections of nothing.
    all.push(repeated(&[], &[1, 0]));
    for records in &all {
        let (mut value, _) = Packer::default().pack(1, 256, records, [0; 32]);
        value[0] = 2;
        values.push(value);
    }
    let claimed = [1_u32, 2 * 1024 * 1024, 2 * 1024 * 1024 + 1, u32::MAX].into_iter().flat_map(|claimed| {
        values.iter().map(move |value| [&value[..15], &claimed.to_be_bytes(), &value[19..]].concat())
    });
    claimed.chain(values.clone()).collect()
}

fn odd_blocks_are_read() {
    for value in claims() {
        assert!(read(&value).is_err(), "a block that is none was taken for one");
    }
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(CASES) });
    let (few, many) = (honest(3, 2), honest(4, BLOCK_EVENTS_MAX / 4));
    let values = [&few, &many].map(|(records, count)| Packer::default().pack(7, *count, records, [9; 32]).0);
    let merged = {
        let (header, packed) = block::header(&values[0]).unwrap();
        Packer::default().merge(&block::unpack(&header, packed).unwrap())
    };
    for value in [&values[0], &values[1], &merged] {
        let (count, events) = read(value).unwrap();
        assert_eq!(count as usize, events.len());
    }
    let outcome = runner.run(&(changes(), 0..4), |(changes, which)| {
        let value = match which {
            0 => {
                let mut value = values[1].clone();
                change(&mut value, &changes);
                value
            }
            1 => {
                let mut value = merged.clone();
                change(&mut value, &changes);
                value
            }
            // Also with a chain that fits, as from a program that writes nonsense.
            _ => {
                let (mut records, count) = if which == 2 { few.clone() } else { many.clone() };
                change(&mut records, &changes);
                Packer::default().pack(7, count, &records, [9; 32]).0
            }
        };
        if let Ok((count, events)) = read(&value) {
            prop_assert_eq!(count as usize, events.len());
        }
        Ok(())
    });
    outcome.unwrap();
}

/// In a process of its own, which may not take more memory than that: where a claim is believed, it is stopped.
#[test]
fn odd_blocks_are_refused_within_bounded_memory() {
    if std::env::var_os(ELSEWHERE).is_some() {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let size = status.lines().find_map(|line| line.strip_prefix("VmSize:")).unwrap();
        let kilobytes: u64 = size.trim().trim_end_matches(" kB").parse().unwrap();
        let limit = Some(kilobytes * 1024 + BYTES_MAX);
        setrlimit(Resource::As, Rlimit { current: limit, maximum: limit }).unwrap();
        odd_blocks_are_read();
        return;
    }
    let test = "engine::tests::odd_blocks::odd_blocks_are_refused_within_bounded_memory";
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args([test, "--exact", "--nocapture"]).env(ELSEWHERE, "1").output().unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}
