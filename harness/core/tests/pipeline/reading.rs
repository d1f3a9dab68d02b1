//! A capture read from beginning to end, as whoever uses the crate does it. The fuzz targets use this too.

use std::io::Read;

use synfin_core::flow::{Connection, FlowTable, Milestone};
use synfin_core::pcap::{Frame, Reader, Skipped, Tail};
use synfin_core::wire::{Dissector, Packet, Segment};

use super::invariants;
use super::invariants::Payloads;

/// All that a container tells, frames in its order.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Contents {
    /// Number, time, length on the wire, link type by number, bytes.
    pub(crate) frames: Vec<(u64, u64, u32, u16, Vec<u8>)>,
    /// How it ended; `None` if it is no capture.
    pub(crate) tail: Option<Tail>,
    /// What was skipped.
    pub(crate) skipped: Vec<Skipped>,
}

/// Reads a container, and checks what holds of every one.
pub(crate) fn contents(source: impl Read) -> Contents {
    let Ok(mut reader) = Reader::new(source) else {
        return Contents::default();
    };
    let mut contents = Contents::default();
    while let Some(frame) = reader.next_frame() {
        contents.frames.push((
            frame.number.0,
            frame.timestamp.as_nanos(),
            frame.original_len,
            frame.link_type.number(),
            frame.data.to_vec(),
        ));
    }
    assert!(
        reader.next_frame().is_none(),
        "there is nothing after the end"
    );
    contents.tail = Some(reader.tail().clone());
    contents.skipped = reader.skipped().to_vec();
    invariants::check_contents(&contents, reader.skipped_count());
    contents
}

/// The connections of a capture, and checks what holds of every one and on the way.
pub(crate) fn connections(source: impl Read) -> Vec<Connection> {
    let Ok(mut reader) = Reader::new(source) else {
        return Vec::new();
    };
    let mut dissector = Dissector::default();
    let mut flows = Flows::default();
    while let Some(frame) = reader.next_frame() {
        let packet = dissector.dissect(&frame);
        invariants::check_packet(&packet);
        if let Packet::Tcp(segment) = packet {
            flows.push(milestone(&frame), &segment);
        }
    }
    flows.finish()
}

/// The same, of segments.
pub(crate) fn connections_of<'a>(
    segments: impl IntoIterator<Item = &'a (Milestone, Segment<'a>)>,
) -> Vec<Connection> {
    let mut flows = Flows::default();
    for (at, segment) in segments {
        flows.push(*at, segment);
    }
    flows.finish()
}

/// A frame as a step of its connection.
pub(crate) fn milestone(frame: &Frame<'_>) -> Milestone {
    Milestone {
        frame: frame.number,
        at: frame.timestamp,
    }
}

/// A table with what it told so far.
#[derive(Default)]
struct Flows {
    table: FlowTable,
    payloads: Payloads,
    taken: Vec<Connection>,
}

impl Flows {
    fn push(&mut self, at: Milestone, segment: &Segment<'_>) {
        let id = self.table.push(at, segment);
        invariants::check_push(&self.table, id, at);
        self.payloads.add_all(self.table.events());
        while let Some(connection) = self.table.take_finished() {
            self.taken.push(connection);
        }
    }

    fn finish(mut self) -> Vec<Connection> {
        let mut connections = self.taken;
        connections.extend(self.table.finish());
        connections.sort_by_key(|connection| connection.id);
        for connection in &connections {
            invariants::check_connection(connection, &mut self.payloads);
        }
        let ids: Vec<u32> = connections.iter().map(|c| c.id.0).collect();
        let expected: Vec<u32> = (0..).take(ids.len()).collect();
        assert_eq!(ids, expected, "every connection comes out once");
        connections
    }
}

/// A source that gives a few bytes at a time, as a pipe may.
pub(crate) struct Sips<'a> {
    rest: &'a [u8],
    most_bytes: usize,
}

impl<'a> Sips<'a> {
    /// Gives at most this many bytes at a time.
    pub(crate) fn of(bytes: &'a [u8], most_bytes: usize) -> Self {
        Self {
            rest: bytes,
            most_bytes,
        }
    }
}

impl Read for Sips<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let len = self.most_bytes.min(into.len()).min(self.rest.len());
        let (sip, rest) = self.rest.split_at(len);
        into[..len].copy_from_slice(sip);
        self.rest = rest;
        Ok(len)
    }
}
