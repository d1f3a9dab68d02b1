//! What holds of whatever was captured. The fuzz targets use this too.

use std::collections::BTreeMap;
use std::ops::Range;

use synfin_core::flow::{
    Connection, ConnectionId, Ending, FlowEvent, FlowTable, HalfConnection, Milestone, Side,
};
use synfin_core::pcap::Tail;
use synfin_core::wire::Packet;

use super::reading::Contents;

/// The most places skipped that a reader keeps, and the most items of a connection's lists.
const MOST_KEPT: usize = 64;

/// Frames are numbered upward and not longer than their networks carried; what is skipped is counted.
pub(crate) fn check_contents(contents: &Contents, skipped_count: u64) {
    let frames = &contents.frames;
    assert!(frames.is_sorted_by(|a, b| a.0 < b.0), "numbers ascend");
    for (number, _, original_len, _, data) in frames {
        assert!(
            data.len() as u64 <= u64::from(*original_len),
            "frame {number}"
        );
    }
    let kept = contents.skipped.len();
    assert_eq!(kept as u64, skipped_count.min(MOST_KEPT as u64));
    if let Some(Tail::Truncated { frames: before, .. }) = contents.tail {
        assert_eq!(before, frames.len() as u64);
    }
}

/// No payload is made up.
pub(crate) fn check_packet(packet: &Packet<'_>) {
    if let Packet::Tcp(segment) = packet {
        assert!(segment.payload.len() as u64 <= u64::from(segment.payload_len));
        assert!(segment.options.len() <= 40);
        assert_eq!(segment.ack.is_some(), segment.flags.is_ack());
    }
}

/// A segment's connection is there, and it is the one that its events tell of.
pub(crate) fn check_push(table: &FlowTable, id: Option<ConnectionId>, at: Milestone) {
    let Some(id) = id else {
        assert_eq!(
            table.events(),
            [],
            "a segment without connection tells nothing"
        );
        return;
    };
    let connection = table
        .connection(id)
        .expect("a connection just met is there");
    assert_eq!((connection.id, connection.last), (id, at));
    for event in table.events() {
        assert_eq!(connection_of(event), id, "{event:?}");
    }
}

/// The payload that events told of.
#[derive(Debug, Default)]
pub(crate) struct Payloads {
    /// By connection, and whether its initiator sent it.
    told: BTreeMap<(ConnectionId, bool), Vec<Range<u64>>>,
}

impl Payloads {
    /// Takes in the payload that these events tell of.
    pub(crate) fn add_all(&mut self, events: &[FlowEvent]) {
        for event in events {
            match event {
                FlowEvent::Payload {
                    connection,
                    from,
                    offsets,
                    ..
                }
                | FlowEvent::PlacedLate {
                    connection,
                    from,
                    offsets,
                } => self.told_of(*connection, *from).push(offsets.clone()),
                FlowEvent::BeginsEarlier {
                    connection,
                    from,
                    bytes,
                } => {
                    for range in self.told_of(*connection, *from) {
                        *range = range.start + bytes..range.end + bytes;
                    }
                }
                _ => {}
            }
        }
    }

    fn told_of(&mut self, connection: ConnectionId, from: Side) -> &mut Vec<Range<u64>> {
        let key = (connection, from == Side::Initiator);
        self.told.entry(key).or_default()
    }

    /// The ranges told of a half-connection, ascending and joined. None may overlap.
    fn take_joined(&mut self, id: ConnectionId, side: Side) -> Vec<Range<u64>> {
        let key = (id, side == Side::Initiator);
        let mut told = self.told.remove(&key).unwrap_or_default();
        told.sort_by_key(|range| range.start);
        let mut joined: Vec<Range<u64>> = Vec::new();
        for range in told {
            match joined.last_mut() {
                Some(last) if last.end == range.start => last.end = range.end,
                Some(last) => {
                    assert!(last.end < range.start, "{range:?} was told twice");
                    joined.push(range);
                }
                None => joined.push(range),
            }
        }
        joined
    }
}

/// A connection's counters and milestones agree with each other, and with the payload that its events told of.
pub(crate) fn check_connection(connection: &Connection, payloads: &mut Payloads) {
    let halves = [&connection.by_initiator, &connection.by_responder];
    let segments: u64 = halves.iter().map(|half| half.segments).sum();
    assert_eq!(connection.frames, segments, "{connection:#?}");
    for side in [Side::Initiator, Side::Responder] {
        let half = connection.sent_by(side);
        check_half(half);
        assert_eq!(half.ranges(), payloads.take_joined(connection.id, side));
        check_milestones(connection, half);
    }
    check_words(connection);
}

/// Ranges are ascending and apart, and every byte sent is counted in one place.
fn check_half(half: &HalfConnection) {
    let ranges = half.ranges();
    assert!(ranges.iter().all(|range| range.start < range.end));
    assert!(ranges.is_sorted_by(|a, b| a.end < b.start), "{ranges:?}");
    assert_eq!(half.payload_bytes(), total(ranges));
    let accounted = half.payload_bytes()
        + half.retransmitted_bytes
        + half.unplaced_bytes
        + half.capture_duplicates.bytes;
    assert!(accounted <= half.sent_payload_bytes, "{half:#?}");
    assert!(half.out_of_order_bytes <= half.payload_bytes());
    assert!(half.conflicts.bytes <= half.retransmitted_bytes);
    assert_eq!(half.conflicts.bytes == 0, half.conflicts.first.is_none());
    for hole in half.missing() {
        assert!(hole.start < hole.end && hole.end <= half.acknowledged);
        assert!(
            ranges
                .iter()
                .all(|range| range.end <= hole.start || hole.end <= range.start)
        );
    }
}

/// Whatever a connection names lies between its first frame and its last.
fn check_milestones(connection: &Connection, half: &HalfConnection) {
    let setup = connection.setup;
    let fin = half.fin;
    let named = [
        setup.syn,
        setup.syn_ack,
        setup.ack,
        half.first_ack,
        half.first_payload,
        half.last_payload,
        fin.map(|fin| fin.sent),
        fin.and_then(|fin| fin.acknowledged),
    ];
    let mut frames: Vec<_> = named
        .into_iter()
        .flatten()
        .map(|named| named.frame)
        .collect();
    for list in [&half.syns, &half.syn_acks, &half.fins] {
        assert!(list.is_sorted_by(|a, b| a < b) && list.len() <= MOST_KEPT);
        assert_eq!(list.len() as u64, list.count().min(MOST_KEPT as u64));
        frames.extend(list.iter());
    }
    frames.extend(half.resets.iter().map(|reset| reset.sent.frame));
    let all = connection.first.frame..=connection.last.frame;
    assert!(
        frames.iter().all(|frame| all.contains(frame)),
        "{connection:#?}"
    );
}

/// The words for it do not contradict it.
fn check_words(connection: &Connection) {
    assert!(connection.completeness() < 64);
    let is_cut_short = [&connection.by_initiator, &connection.by_responder]
        .iter()
        .any(|half| half.resets.iter().any(|reset| reset.effect.is_an_end()));
    match connection.ending() {
        Ending::Orderly { .. } => assert!(connection.is_closed() && !is_cut_short),
        Ending::Reset { .. } | Ending::Refused => assert!(is_cut_short),
        Ending::HalfClosed { by } => assert!(connection.sent_by(by).fin.is_some()),
        Ending::Unanswered => assert!(connection.setup.syn_ack.is_none()),
        Ending::StillOpen => assert!(!connection.is_closed()),
    }
}

fn total(ranges: &[Range<u64>]) -> u64 {
    ranges.iter().map(|range| range.end - range.start).sum()
}

fn connection_of(event: &FlowEvent) -> ConnectionId {
    match event {
        FlowEvent::Opened(connection)
        | FlowEvent::SynAcked(connection)
        | FlowEvent::Established(connection)
        | FlowEvent::Closed(connection)
        | FlowEvent::Payload { connection, .. }
        | FlowEvent::PlacedLate { connection, .. }
        | FlowEvent::BeginsEarlier { connection, .. }
        | FlowEvent::Acknowledged { connection, .. }
        | FlowEvent::Fin { connection, .. }
        | FlowEvent::FinAcknowledged { connection, .. }
        | FlowEvent::Reset { connection, .. }
        | FlowEvent::ResetIgnored { connection, .. }
        | FlowEvent::Retransmitted { connection, .. }
        | FlowEvent::OutOfOrder { connection, .. }
        | FlowEvent::Conflict { connection, .. }
        | FlowEvent::AckedUnseen { connection, .. }
        | FlowEvent::KeepAlive { connection, .. }
        | FlowEvent::ZeroWindow { connection, .. }
        | FlowEvent::ZeroWindowProbe { connection, .. }
        | FlowEvent::WindowFull { connection, .. }
        | FlowEvent::CaptureDuplicate { connection, .. } => *connection,
    }
}
