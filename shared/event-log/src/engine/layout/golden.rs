//! The bytes of everything that is stored, as they were stored first. This file changes only by addition: a log that was
//! ever written stays readable.

use contracts::{Actor, Audience, Meta};
use types::{ArenaId, Category, CommitId, EventId, LogEpoch, StreamId, Timestamp};
use uuid::Uuid;

use super::{
    block::{self, Packer, Section},
    commits, part,
    places::{self, Place},
    root::{self, Indexed},
};
use crate::{
    Commit, Expected, NewEvent,
    check::check,
    engine::{
        hex::hex,
        mark::Mark,
        records::{self, Admitted},
        store::Block,
        stored::{Records, Want},
        tip::Tip,
    },
};

/// A block as it is written: `records`, which zstd does not make shorter.
const PLAIN: &str = "01000000000002000000000000010200000007cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc\
    cc7803c16a4d425fcd450bf3c8a4ed2915f7166111e5ec06352077d11d7f02d4957265636f726473";
/// The block after it: 20 times `many records, `, packed by zstd.
const PACKED: &str = "010100000000030000000000000104000001187803c16a4d425fcd450bf3c8a4ed2915f7166111e5ec06352077d11d7f02d4\
    95930371a8f9fd482b39e15b54d1dc5ab2c3de8fe8666daba9770c1ef4d249a39b28b52ffd601800ad0000706d616e792072\
    65636f7264732c20010007a14e25";
/// Both, merged.
const MERGED: &str = "02010000000005000000000000010200000124cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc\
    cc930371a8f9fd482b39e15b54d1dc5ab2c3de8fe8666daba9770c1ef4d249a39b28b52ffd602400ed00009802077265636f\
    7264730398026d616e79202c2002000731152eee5c02";
/// The records of [`commit`], with its meta as JSON.
const FIRST_RECORDS: &str = "0106746872656164abababababababababababababababab010f676f6c64656e2e6576656e742e76310c0c0c0c0c0c0c0c0c\
    0c0c0c0c0c0c0c00ac020000018bcfe56800020099017b226163746f72223a7b226b696e64223a2273797374656d222c2270\
    617274223a22676f6c64656e227d2c2261756469656e6365223a7b22636c617373223a226172656e61222c226964223a2230\
    613061306130612d306130612d306130612d306130612d306130613061306130613061227d2c226f636375727265645f6174\
    223a22313937302d30312d30315430303a30303a30305a227d020101010101010101010101010101010100027b7d02020202\
    0202020202020202020202020006227476c3a522";
/// The same, with its meta as it is written now.
const RECORDS: &str = "0106746872656164abababababababababababababababab010f676f6c64656e2e6576656e742e\
    76310c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c00ac020000018bcfe5680002002701000000000000000000000000000206676f\
    6c64656e030a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a020101010101010101010101010101010100027b7d0202020202020202\
    02020202020202020006227476c3a522";
const MARK: &str = "erfa-log-mark 1
epoch 0e0e0e0e-0e0e-0e0e-0e0e-0e0e0e0e0e0e
position 258
chain cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc
check ce638a381a3ef4c5228d731f129bf1c6ecef6e658145e815617b451e0cda4b1c
";
const TIP: &str = "erfa-log-tip 1
epoch 0e0e0e0e-0e0e-0e0e-0e0e-0e0e0e0e0e0e
position 00000000000000000258
opened at 00000000000000000017
chain cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc
check 658f8709ddceb3fcf7dbd57e3c4fa427367e34edb5dd7cc77ef8328398b1d527
";

fn uuid(byte: u8) -> Uuid {
    Uuid::from_bytes([byte; 16])
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn sections(value: &[u8]) -> Vec<Section> {
    let (header, packed) = block::header(value).unwrap();
    block::unpack(&header, packed).unwrap()
}

#[test]
fn keys() {
    let stream = StreamId::new(Category::declared("thread"), uuid(0xab));
    assert_eq!(hex(&block::key(258)), "010000000000000102");
    assert_eq!(hex(&places::key(&stream, 258)), "0274687265616400abababababababababababababababab0000000000000102");
    assert_eq!(hex(&commits::key(uuid(0x01))), "0401010101010101010101010101010101");
    assert_eq!(hex(&part::key(258, 1)), "05000000000000010201");
    assert_eq!([root::EPOCH, root::ORIGIN, root::INDEXED], [&b"\0epoch"[..], b"\0origin", b"\0indexed"]);
}

#[test]
fn the_index() {
    let places = [Place { block: 300, first: 258, count: 3 }, Place { block: 700, first: 261, count: 200 }];
    assert_eq!(hex(&places::encode(&places)), "ac02039003c801");
    let page = [(CommitId::from_uuid(uuid(1)), 7), (CommitId::from_uuid(uuid(2)), 1 << 40)];
    let page_bytes = "0101010101010101010101010101010100000000000000070202020202020202020202020202020200000100000000\
        00";
    assert_eq!(hex(&commits::encode(&page)), page_bytes);
    let indexed = Indexed { to: 300, streams: 5, greatest: uuid(0x77) };
    assert_eq!(hex(&indexed.encode()), "01ac020577777777777777777777777777777777");
}

#[test]
fn blocks_and_their_chain() {
    let genesis = block::genesis(LogEpoch::from_uuid(uuid(0x0e)));
    assert_eq!(hex(&genesis), "9535f04d73e3d53518307e80cdaf2c49b3c2bfb9b1eb1a18adf0d00dc841faca");
    let (plain, after) = Packer::default().pack(258, 2, b"records", [0xcc; 32]);
    assert_eq!(hex(&plain), PLAIN);
    let both = [sections(&bytes(PLAIN)), sections(&bytes(PACKED))].concat();
    let read: Vec<_> = both.iter().map(|section| (section.first, section.count, &section.records[..])).collect();
    assert_eq!(read, [(258, 2, &b"records"[..]), (260, 3, &b"many records, ".repeat(20))]);
    assert_eq!((both[0].after, both[1].before), (after, after));
    assert_eq!(sections(&bytes(MERGED)), both);
}

fn commit() -> Commit {
    let audience = Audience::Arena(ArenaId::from_uuid(uuid(0x0a)));
    let meta = Meta::new(Actor::System { part: "golden".into() }, audience, Timestamp::UNIX_EPOCH);
    let event = |number: u8, data: &'static str| NewEvent {
        id: EventId::from_uuid(uuid(number)),
        kind: "golden.event.v1".into(),
        data: data.into(),
    };
    Commit {
        id: CommitId::from_uuid(uuid(0x0c)),
        stream: StreamId::new(Category::declared("thread"), uuid(0xab)),
        expected: Expected::Any,
        meta,
        events: vec![event(1, "{}"), event(2, "\"två\"")],
    }
}

#[test]
fn records_of_a_block() {
    let group = [Admitted { checked: check(commit()).unwrap(), first: 300 }];
    let recorded_at = Timestamp::from_millisecond(1_700_000_000_000).unwrap();
    let (written, count) = records::encode(&group, &records::plan(&group)[0], recorded_at);
    assert_eq!((hex(&written).as_str(), count), (RECORDS, 2));
    for records in [FIRST_RECORDS, RECORDS] {
        read_as_commit(&bytes(records), recorded_at);
    }
}

fn read_as_commit(records: &[u8], recorded_at: Timestamp) {
    let (value, _) = Packer::default().pack(1_000, 2, records, [0; 32]);
    let block = Block { header: block::header(&value).unwrap().0, sections: sections(&value) };
    let read = Records::of(&block).unwrap().events(|_| Want::Take).unwrap();
    let written = commit();
    for (number, (read, event)) in read.iter().zip(&written.events).enumerate() {
        assert_eq!((read.position.get(), read.revision.get()), (1_000 + number as u64, 300 + number as u64));
        assert_eq!((read.commit, &read.stream, read.recorded_at), (written.id, &written.stream, recorded_at));
        assert_eq!(
            (read.id, &*read.kind, &read.data, &*read.meta),
            (event.id, &*event.kind, &event.data, &written.meta)
        );
    }
    assert_eq!(read.len(), 2);
}

#[test]
fn mark_and_tip() {
    let mark = Mark { epoch: LogEpoch::from_uuid(uuid(0x0e)), position: 258, chain: [0xcc; 32] };
    assert_eq!((mark.encode().as_str(), Mark::decode(MARK)), (MARK, Some(mark)));
    let tip = Tip { end: mark, opened_at: 17 };
    assert_eq!((tip.encode().as_str(), Tip::decode(TIP)), (TIP, Some(tip)));
}
