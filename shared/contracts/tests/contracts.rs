//! What is published and what is stored stays as it is.

use std::{collections::BTreeSet, fs, path::Path};

use contracts::{
    DecodeError, EventSet,
    directory::{AgencyEvent, IdentityEvent, PersonEvent, SecurityEvent, SessionEvent, TokenEvent},
    forum::{ArenaEvent, ThreadEvent},
    log::LogEvent,
};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Stored<'a> {
    r#type: &'a str,
    #[serde(borrow)]
    data: &'a RawValue,
}

fn reencode<E: EventSet>(event_type: &str, data: &[u8]) -> Result<Option<Vec<u8>>, DecodeError> {
    Ok(E::decode(event_type, data)?.map(|event| {
        assert_eq!(event.event_type(), event_type, "so far no version has a successor");
        event.encode().to_vec()
    }))
}

#[test]
fn every_stored_byte_is_read_and_written_as_before() {
    let sets = [
        reencode::<AgencyEvent>,
        reencode::<PersonEvent>,
        reencode::<IdentityEvent>,
        reencode::<SessionEvent>,
        reencode::<TokenEvent>,
        reencode::<SecurityEvent>,
        reencode::<ArenaEvent>,
        reencode::<ThreadEvent>,
        reencode::<LogEvent>,
    ];
    let golden = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/golden/events.jsonl")).unwrap();
    let mut seen = BTreeSet::new();
    for line in golden.lines() {
        let stored: Stored<'_> = serde_json::from_str(line).unwrap();
        let read: Vec<_> =
            sets.iter().filter_map(|reencode| reencode(stored.r#type, stored.data.get().as_bytes()).unwrap()).collect();
        let [written] = &read[..] else { panic!("{} sets know {}", read.len(), stored.r#type) };
        assert_eq!(std::str::from_utf8(written).unwrap(), stored.data.get(), "{}", stored.r#type);
        seen.insert(stored.r#type);
    }
    let declared: BTreeSet<_> = contracts::descriptors().map(|descriptor| descriptor.event_type).collect();
    assert_eq!(seen, declared, "each event type has a line in the golden file, and no other has");
}

#[test]
fn every_event_type_is_declared_once() {
    let all: Vec<_> = contracts::descriptors().map(|descriptor| descriptor.event_type).collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
}

/// `cargo xtask contracts` runs this with `UPDATE_CONTRACTS=1`, which writes the files instead of comparing them.
#[test]
fn contracts_event_schemas_are_current() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto/events");
    let update = std::env::var_os("UPDATE_CONTRACTS").is_some();
    fs::create_dir_all(&dir).unwrap();
    let mut expected = BTreeSet::new();
    for descriptor in contracts::descriptors() {
        let file = format!("{}.json", descriptor.event_type);
        let mut schema = (descriptor.schema)();
        schema.insert("$id".into(), format!("/schemas/events/{file}").into());
        let json = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if update {
            fs::write(dir.join(&file), &json).unwrap();
        }
        let stands = fs::read_to_string(dir.join(&file)).unwrap_or_default();
        assert_eq!(stands, json, "proto/events/{file} is stale: run `cargo xtask contracts`");
        expected.insert(file);
    }
    let files: BTreeSet<_> =
        fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(files, expected, "proto/events holds the schema of every event type and nothing else");
}
