//! The whole way from bytes to connections, on captures that were made and then damaged. What the fuzz targets search for
//! hours is looked for here in seconds, from fixed seeds.
#![expect(
    clippy::disallowed_methods,
    reason = "the fuzz targets' seeds are files"
)]

#[path = "pipeline/invariants.rs"]
mod invariants;
#[path = "pipeline/reading.rs"]
mod reading;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use synfin_bench::Traffic;
use synfin_core::flow::{Connection, ConnectionId, Milestone};
use synfin_core::pcap::{FrameNumber, LinkType};
use synfin_core::time::Timestamp;
use synfin_core::wire::{Packet, Segment, parse};

use reading::{Contents, Sips, connections, connections_of, contents};

const FILE_HEADER_BYTES: usize = 24;
const RECORD_HEADER_BYTES: usize = 16;
const CAPTURED_LEN_AT: usize = 8;

/// Reads a whole capture in both ways and checks all invariants on the way.
fn read(capture: &[u8]) -> (Contents, Vec<Connection>) {
    (contents(capture), connections(capture))
}

#[test]
fn every_kind_of_traffic_is_read_as_it_was_generated() {
    let read_of = |traffic: Traffic, frames| {
        let (contents, connections) = read(&traffic.capture(frames));
        let closed = connections.iter().filter(|c| c.is_closed()).count();
        let payload_bytes: u64 = connections
            .iter()
            .map(|c| c.by_initiator.payload_bytes() + c.by_responder.payload_bytes())
            .sum();
        (
            contents.frames.len(),
            connections.len(),
            closed,
            payload_bytes,
        )
    };
    assert_eq!(read_of(Traffic::Bulk64k, 16), (18 + 2, 1, 1, 7 * 65_483));
    assert_eq!(
        read_of(Traffic::Connections, 100),
        (100, 10, 10, 10 * (80 + 240))
    );
    assert_eq!(read_of(Traffic::SynFlood, 10), (10, 10, 0, 0));
}

/// The seeds that fuzzing begins with, and what it found.
#[test]
fn every_seed_of_the_fuzz_targets_is_read() {
    for capture in seeds("pipeline").chain(seeds("container")) {
        let (whole, _) = read(&capture);
        assert_eq!(contents(Sips::of(&capture, 61)), whole);
    }
}

fn seeds(target: &str) -> impl Iterator<Item = Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds");
    let files = fs::read_dir(folder.join(target)).expect("the fuzz targets have seeds");
    files.map(|file| {
        let path = file.expect("a folder can be listed").path();
        fs::read(path).expect("a seed can be read")
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        rng_seed: RngSeed::Fixed(0x0053_594E),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_damaged_capture_is_read_without_a_panic(capture in damaged_capture()) {
        read(&capture);
    }

    #[test]
    fn a_capture_that_comes_in_sips_is_the_same(
        capture in damaged_capture(),
        most_bytes in 1..5_000_usize,
    ) {
        let (whole, its_connections) = read(&capture);
        prop_assert_eq!(contents(Sips::of(&capture, most_bytes)), whole);
        prop_assert_eq!(connections(Sips::of(&capture, most_bytes)), its_connections);
    }

    /// Frames of others in between change nothing: each connection is what it is when read alone.
    #[test]
    fn connections_do_not_disturb_each_other(
        damages in prop::collection::vec(any_record_damage(), 0..30),
        picks in prop::collection::vec(any::<Index>(), 200),
        pauses in prop::collection::vec(pause_nanos(), 200),
    ) {
        let mut conversations = conversations();
        for damage in &damages {
            damage.do_to_one_of(&mut conversations);
        }
        let merged = merged(&conversations, &picks, &pauses);
        let together = connections_of(merged.iter().map(|(_, step)| step));
        let alone = (0..conversations.len()).flat_map(|index| {
            let steps = merged.iter().filter(|(of, _)| *of == index);
            connections_of(steps.map(|(_, step)| step))
        });
        prop_assert_eq!(without_ids(together), without_ids(alone));
    }
}

/// A generated capture with some records and then some bytes damaged.
fn damaged_capture() -> impl Strategy<Value = Vec<u8>> {
    let traffic = prop::sample::select(vec![
        Traffic::Connections.capture(60),
        Traffic::Mtu1500.capture(40),
    ]);
    let records = prop::collection::vec(any_record_damage(), 0..8);
    let bytes = prop::collection::vec(any_byte_damage(), 0..8);
    (traffic, records, bytes).prop_map(|(capture, records, bytes)| {
        let (header, mut parts) = split(&capture);
        for damage in records {
            damage.do_to(&mut parts);
        }
        let mut capture = [header, parts.concat()].concat();
        for damage in bytes {
            damage.do_to(&mut capture);
        }
        capture
    })
}

/// The file header and the records of a generated capture.
fn split(capture: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let (header, mut rest) = capture.split_at(FILE_HEADER_BYTES);
    let mut records = Vec::new();
    while let Some(len) = rest.get(CAPTURED_LEN_AT..).and_then(<[u8]>::first_chunk) {
        let record_bytes = RECORD_HEADER_BYTES + u32::from_le_bytes(*len) as usize;
        records.push(rest[..record_bytes].to_vec());
        rest = &rest[record_bytes..];
    }
    (header.to_vec(), records)
}

/// What can become of the items of a list: records of a file, or segments of a connection.
#[derive(Clone, Debug)]
enum RecordDamage {
    Lost(Index),
    Doubled(Index, Index),
    Swapped(Index, Index),
}

fn any_record_damage() -> impl Strategy<Value = RecordDamage> {
    use RecordDamage::{Doubled, Lost, Swapped};
    let index = any::<Index>;
    prop_oneof![
        index().prop_map(Lost),
        (index(), index()).prop_map(|(from, to)| Doubled(from, to)),
        (index(), index()).prop_map(|(a, b)| Swapped(a, b)),
    ]
}

impl RecordDamage {
    fn do_to<T: Clone>(&self, items: &mut Vec<T>) {
        let len = items.len();
        if len == 0 {
            return;
        }
        match self {
            Self::Lost(at) => drop(items.remove(at.index(len))),
            Self::Doubled(from, to) => {
                items.insert(to.index(len), items[from.index(len)].clone());
            }
            Self::Swapped(a, b) => items.swap(a.index(len), b.index(len)),
        }
    }

    /// To the list that its first place chooses.
    fn do_to_one_of<T: Clone>(&self, lists: &mut [Vec<T>]) {
        let (Self::Lost(at) | Self::Doubled(at, _) | Self::Swapped(at, _)) = self;
        self.do_to(&mut lists[at.index(lists.len())]);
    }
}

/// What can become of the bytes of a file.
#[derive(Clone, Debug)]
enum ByteDamage {
    BitFlipped(Index, u8),
    Overwritten(Index, u8),
    CutOff(Index),
    /// A piece of the file is put somewhere else once more.
    Spliced(Index, Index, usize),
}

fn any_byte_damage() -> impl Strategy<Value = ByteDamage> {
    use ByteDamage::{BitFlipped, CutOff, Overwritten, Spliced};
    let index = any::<Index>;
    prop_oneof![
        4 => (index(), 0..8_u8).prop_map(|(at, bit)| BitFlipped(at, bit)),
        4 => (index(), any::<u8>()).prop_map(|(at, byte)| Overwritten(at, byte)),
        1 => index().prop_map(CutOff),
        1 => (index(), index(), 1..200_usize).prop_map(|(from, to, len)| Spliced(from, to, len)),
    ]
}

impl ByteDamage {
    fn do_to(&self, bytes: &mut Vec<u8>) {
        let len = bytes.len();
        if len == 0 {
            return;
        }
        match self {
            Self::BitFlipped(at, bit) => bytes[at.index(len)] ^= 1 << bit,
            Self::Overwritten(at, byte) => bytes[at.index(len)] = *byte,
            Self::CutOff(at) => bytes.truncate(at.index(len)),
            Self::Spliced(from, to, piece_len) => {
                let from = from.index(len);
                let piece = bytes[from..len.min(from + piece_len)].to_vec();
                let to = to.index(len);
                bytes.splice(to..to, piece);
            }
        }
    }
}

/// The frames of some short connections, those of each by themselves.
fn conversations() -> Vec<Vec<Vec<u8>>> {
    let mut by_ports = BTreeMap::<u16, Vec<Vec<u8>>>::new();
    for (_, _, _, _, frame) in contents(&*Traffic::Connections.capture(60)).frames {
        let segment = segment(&frame);
        let port = segment.source.port().max(segment.destination.port());
        by_ports.entry(port).or_default().push(frame);
    }
    by_ports.into_values().collect()
}

fn segment(frame: &[u8]) -> Segment<'_> {
    let len = u32::try_from(frame.len()).expect("a frame is short");
    match parse(LinkType::Ethernet, len, frame) {
        Packet::Tcp(segment) => segment,
        other => panic!("all frames generated are segments, not {other:?}"),
    }
}

/// Nothing, or long enough for what waits to be given up.
fn pause_nanos() -> impl Strategy<Value = u64> {
    prop::sample::select(vec![
        1_000,
        1_000,
        1_000_000,
        3_000_000_000,
        400_000_000_000,
    ])
}

/// One capture of all conversations, the next frame always of the one picked; with whose each is.
fn merged<'a>(
    conversations: &'a [Vec<Vec<u8>>],
    picks: &[Index],
    pauses: &[u64],
) -> Vec<(usize, (Milestone, Segment<'a>))> {
    let mut rest: Vec<_> = conversations.iter().map(|frames| frames.iter()).collect();
    let mut nanos = 0;
    let mut merged = Vec::new();
    for (pick, pause) in picks.iter().zip(pauses) {
        let index = pick.index(rest.len());
        let Some(frame) = rest[index].next() else {
            continue;
        };
        nanos += pause;
        let at = Milestone {
            frame: FrameNumber(merged.len() as u64 + 1),
            at: Timestamp::from_nanos(nanos),
        };
        merged.push((index, (at, segment(frame))));
    }
    merged
}

/// Connections in the order of their first frames; ids are given in the order in which they are met.
fn without_ids(connections: impl IntoIterator<Item = Connection>) -> Vec<Connection> {
    let mut connections = Vec::from_iter(connections);
    for connection in &mut connections {
        connection.id = ConnectionId(0);
    }
    connections.sort_by_key(|connection| connection.first.frame);
    connections
}
