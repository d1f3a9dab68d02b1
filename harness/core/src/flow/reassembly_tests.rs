//! Payload against a stupid twin: a map from each byte of the stream to the copy that brought it first, under loss,
//! duplication, reordering, overlap and wraparound.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use proptest::prelude::*;

use super::script::{CLIENT, SERVER};
use super::{FlowEvent, FlowTable, Milestone, Side};
use crate::pcap::FrameNumber;
use crate::time::Timestamp;
use crate::wire::{Flags, Network, Segment, SeqNumber};

/// The number of bytes in the stream.
const STREAM: u32 = 200;

/// A segment of the stream: where it begins and how long it is.
#[derive(Clone, Copy, Debug)]
struct Piece {
    start: u32,
    len: u32,
}

fn piece() -> impl Strategy<Value = Piece> {
    (0..STREAM, 1..40_u32).prop_map(|(start, len)| Piece { start, len })
}

/// Initial sequence numbers, half of them so near to the end that the stream wraps.
fn isn() -> impl Strategy<Value = u32> {
    prop_oneof![any::<u32>(), u32::MAX - STREAM..=u32::MAX]
}

proptest! {
    #[test]
    fn the_first_copy_of_every_byte_counts_once(isn in isn(), pieces in prop::collection::vec(piece(), 0..60)) {
        let mut table = FlowTable::default();
        let (mut read, mut twin) = (BTreeMap::new(), BTreeMap::new());
        push(&mut table, 1, &segment(isn, "S", b""));
        let mut sent_again = 0;
        for (copy, piece) in (0_u8..).zip(&pieces) {
            let payload = vec![copy; piece.len as usize];
            let segment = segment(isn.wrapping_add(1 + piece.start), "P", &payload);
            let events = push(&mut table, 2 + u64::from(copy), &segment);
            take(&mut read, &events, &payload);
            sent_again += take_stupidly(&mut twin, *piece, copy);
        }
        let connection = table.connections().next().expect("it is open");
        let half = connection.sent_by(Side::Initiator);
        let held: Vec<u64> = half.ranges().iter().cloned().flatten().collect();
        prop_assert_eq!(held, twin.keys().copied().collect::<Vec<_>>());
        prop_assert_eq!(half.retransmitted_bytes, sent_again);
        prop_assert_eq!(half.conflicts.bytes, sent_again, "no two copies are alike");
        prop_assert_eq!(read, twin);
    }
}

/// Numbers near to each other, near to the end of the circle, and any.
fn seq() -> impl Strategy<Value = u32> {
    prop_oneof![0..50_u32, u32::MAX - 50..=u32::MAX, any::<u32>()]
}

fn any_segment() -> impl Strategy<Value = (bool, String, u32, u32, u32)> {
    (
        any::<bool>(),
        "[FSRP.]{0,3}",
        seq(),
        seq(),
        prop_oneof![0..9_u32, any::<u32>()],
    )
}

proptest! {
    /// Nothing captured can panic, and what is told of it does not contradict itself.
    #[test]
    fn any_segments_make_connections(segments in prop::collection::vec(any_segment(), 0..40)) {
        let mut table = FlowTable::default();
        let mut sent = 0;
        for (frame, (is_reply, flags, seq, ack, payload_len)) in (1..).zip(segments) {
            let mut segment = Segment { payload_len, ..segment(seq, &flags, b"") };
            segment.ack = segment.flags.is_ack().then_some(SeqNumber(ack));
            if is_reply {
                std::mem::swap(&mut segment.source, &mut segment.destination);
            }
            push(&mut table, frame, &segment);
            sent += u64::from(payload_len);
        }
        let mut received = 0;
        for connection in table.finish() {
            prop_assert!(connection.first <= connection.last);
            for half in [&connection.by_initiator, &connection.by_responder] {
                prop_assert!(half.ranges().is_sorted_by(|a, b| a.end < b.start));
                received += half.payload_bytes() + half.retransmitted_bytes + half.unplaced_bytes;
            }
            let _ = (connection.ending(), connection.conn_state(), connection.completeness());
        }
        prop_assert!(received <= sent);
    }
}

fn push(table: &mut FlowTable, frame: u64, segment: &Segment<'_>) -> Vec<FlowEvent> {
    let at = Milestone {
        frame: FrameNumber(frame),
        at: Timestamp::from_nanos(frame * 1_000_000),
    };
    table.push(at, segment);
    table.events().to_vec()
}

fn segment<'a>(seq: u32, flags: &str, payload: &'a [u8]) -> Segment<'a> {
    Segment {
        network: Network::default(),
        ip_id: None,
        source: CLIENT.parse().expect("an address"),
        destination: SERVER.parse().expect("an address"),
        seq: SeqNumber(seq),
        ack: None,
        flags: Flags::from_letters(flags),
        window: 1000,
        options: &[],
        payload_len: u32::try_from(payload.len()).expect("a segment is short"),
        payload,
    }
}

/// Puts the bytes together that the events tell of; a byte told twice is a fault.
fn take(read: &mut BTreeMap<u64, u8>, events: &[FlowEvent], payload: &[u8]) {
    for event in events {
        if let FlowEvent::Payload { offsets, index, .. } = event {
            for (offset, byte) in offsets.clone().zip(&payload[*index..]) {
                assert_eq!(
                    read.insert(offset, *byte),
                    None,
                    "byte {offset} was told twice"
                );
            }
        }
    }
}

/// The number of bytes that were there before.
fn take_stupidly(twin: &mut BTreeMap<u64, u8>, piece: Piece, copy: u8) -> u64 {
    let mut sent_again = 0;
    for offset in piece.start..piece.start + piece.len {
        match twin.entry(u64::from(offset)) {
            Entry::Occupied(_) => sent_again += 1,
            Entry::Vacant(place) => {
                place.insert(copy);
            }
        }
    }
    sent_again
}
