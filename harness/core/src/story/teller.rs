//! Frames in, stories out.

use std::collections::HashMap;
use std::io::Read;
use std::net::SocketAddr;
use std::ops::Range;

use super::before::{Before, Change};
use super::excerpt::excerpt;
use super::fold;
use super::row::{Anomaly, Control, Phase, Row};
use crate::flow::{Connection, ConnectionId, FlowEvent, FlowTable, Milestone, Roles, Side};
use crate::pcap::{Frame, Reader};
use crate::time::Span;
use crate::wire::{Dissector, Packet, Segment, SeqNumber};

/// A connection and its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// What flow says of it.
    pub connection: Connection,
    /// Its ladder, in the order of frames.
    pub rows: Vec<Row>,
    /// Pure acknowledgments that have no row.
    pub folded_acks: u64,
}

/// The stories of all connections of a capture, by number.
pub fn stories<R: Read>(capture: &mut Reader<R>) -> Vec<Story> {
    let mut teller = Teller::default();
    let mut dissector = Dissector::default();
    while let Some(frame) = capture.next_frame() {
        teller.push(&frame, dissector.dissect(&frame));
    }
    teller.finish()
}

/// Reads frames in order and tells the story of each connection.
#[derive(Debug, Default)]
pub struct Teller {
    flows: FlowTable,
    tellings: Vec<Telling>,
    latest: HashMap<Key, ConnectionId>,
}

/// A story that goes on.
#[derive(Debug, Default)]
struct Telling {
    rows: Vec<Row>,
    folded_acks: u64,
    phase: Option<Phase>,
    anchors: [Option<Anchor>; 2],
}

/// A sequence number whose place in the stream is known.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    seq: SeqNumber,
    offset: u64,
}

impl Teller {
    /// Takes one frame and what it carried.
    pub fn push(&mut self, frame: &Frame<'_>, packet: Packet<'_>) {
        let at = Milestone {
            frame: frame.number,
            at: frame.timestamp,
        };
        match packet {
            Packet::Tcp(segment) => self.push_segment(at, &segment),
            Packet::Udp { .. } | Packet::Other | Packet::Malformed(_) => {}
        }
    }

    /// The stories, once the capture has been read.
    pub fn finish(self) -> Vec<Story> {
        let connections = self.flows.finish().into_iter();
        connections
            .zip(self.tellings)
            .map(|(connection, telling)| Story {
                connection,
                rows: telling.rows,
                folded_acks: telling.folded_acks,
            })
            .collect()
    }

    /// Reads one segment.
    pub fn push_segment(&mut self, at: Milestone, segment: &Segment<'_>) {
        let key = key_of(segment);
        let before = self.before(key, segment.source);
        self.flows.push(at, segment);
        let events = self.flows.events();
        let opened = events.iter().find_map(opened_by);
        if let Some(id) = opened {
            self.latest.insert(key, id);
            self.tellings.push(Telling::default());
        }
        let Some(connection) = connection(&self.flows, &self.latest, key) else {
            return;
        };
        let is_in_doubt = connection.last.frame != at.frame;
        let Some(from) = connection.side_of(segment.source).filter(|_| !is_in_doubt) else {
            return;
        };
        let change = Change {
            before: if opened.is_some() {
                Before::default()
            } else {
                before
            },
            after: connection,
            from,
            segment,
            events,
        };
        let index = connection.id.0 as usize;
        self.tellings[index].take(at, &change);
    }

    fn before(&self, key: Key, source: SocketAddr) -> Before {
        let before = connection(&self.flows, &self.latest, key)
            .and_then(|connection| Some(Before::of(connection, connection.side_of(source)?)));
        before.unwrap_or_default()
    }
}

/// Two addresses.
type Key = (SocketAddr, SocketAddr);

/// The latest connection between two addresses.
fn connection<'a>(
    flows: &'a FlowTable,
    latest: &HashMap<Key, ConnectionId>,
    key: Key,
) -> Option<&'a Connection> {
    flows.connection(*latest.get(&key)?)
}

/// The two addresses of a segment, the same for both directions.
fn key_of(segment: &Segment<'_>) -> Key {
    let (source, destination) = (segment.source, segment.destination);
    (source.min(destination), source.max(destination))
}

fn opened_by(event: &FlowEvent) -> Option<ConnectionId> {
    match event {
        FlowEvent::Opened(id) => Some(*id),
        _ => None,
    }
}

impl Telling {
    fn take(&mut self, at: Milestone, change: &Change<'_>) {
        self.tell_earlier_syn(at, change.after);
        let phase = self.phase_of(change);
        self.anchor(change);
        let row = self.row(at, phase, change);
        let is_silent = row.control == Control::Ack && row.offsets.is_empty();
        if is_silent && row.anomalies.is_empty() && !change.is_telling_ack() {
            self.folded_acks += 1;
        } else {
            fold::push(&mut self.rows, row);
        }
    }

    /// A SYN that was in doubt belongs to the connection that its answer opened.
    fn tell_earlier_syn(&mut self, at: Milestone, connection: &Connection) {
        let syn = connection.setup.syn.filter(|syn| syn.frame < at.frame);
        if let (Some(syn), true) = (syn, self.rows.is_empty()) {
            self.rows.push(syn_row(syn));
        }
    }

    /// The phase that a segment belongs to: one that ends a phase still belongs to it, one that begins the closing
    /// belongs to the closing.
    fn phase_of(&mut self, change: &Change<'_>) -> Phase {
        let current = self.phase.unwrap_or(match change.after.roles {
            Roles::Guessed => Phase::Established,
            Roles::Syn | Roles::SynAck => Phase::Setup,
        });
        let (mut of_segment, mut next) = (current, current);
        for event in change.events {
            match event {
                FlowEvent::Established(_) if next == Phase::Setup => next = Phase::Established,
                FlowEvent::Fin { .. } | FlowEvent::Reset { .. } => {
                    (of_segment, next) = (Phase::Closing, Phase::Closing);
                }
                FlowEvent::Payload { .. } if next == Phase::Established => {
                    of_segment = Phase::Established;
                }
                _ => {}
            }
        }
        self.phase = Some(next);
        of_segment
    }

    /// Remembers where new payload stands, so that the place of a repeated one can be told.
    fn anchor(&mut self, change: &Change<'_>) {
        for event in change.events {
            if let FlowEvent::Payload { offsets, index, .. } = event {
                let skipped = u32::try_from(*index).unwrap_or(0);
                self.anchors[slot(change.from)] = Some(Anchor {
                    seq: change.segment.payload_seq().plus(skipped),
                    offset: offsets.start,
                });
            }
        }
    }

    fn row(&self, at: Milestone, phase: Phase, change: &Change<'_>) -> Row {
        let anomalies = change.anomalies();
        let offsets = if anomalies.contains(&Anomaly::KeepAlive) {
            0..0
        } else {
            self.offsets(change)
        };
        Row {
            at,
            since_start: at.at.since(change.after.first.at),
            frames: 1,
            from: change.from,
            phase,
            control: control(change.segment),
            excerpt: excerpt(change.segment.payload).filter(|_| !offsets.is_empty()),
            offsets,
            anomalies,
        }
    }

    /// Where a segment's payload stands in its sender's stream. What an RST carries is no payload (RFC 9293, 3.5.3).
    fn offsets(&self, change: &Change<'_>) -> Range<u64> {
        let len = u64::from(change.segment.payload_len);
        match self.anchors[slot(change.from)] {
            Some(anchor) if len > 0 && !change.segment.flags.is_rst() => {
                let ahead = change.segment.payload_seq().distance_from(anchor.seq);
                let start = anchor.offset.saturating_add_signed(ahead.into());
                start..start + len
            }
            Some(_) | None => 0..0,
        }
    }
}

fn slot(side: Side) -> usize {
    match side {
        Side::Initiator => 0,
        Side::Responder => 1,
    }
}

fn control(segment: &Segment<'_>) -> Control {
    let flags = segment.flags;
    match (flags.is_rst(), flags.is_syn(), flags.is_fin()) {
        (true, _, _) => Control::Rst,
        (false, true, _) if segment.ack.is_some() => Control::SynAck,
        (false, true, _) => Control::Syn,
        (false, false, true) => Control::Fin,
        (false, false, false) => Control::Ack,
    }
}

fn syn_row(at: Milestone) -> Row {
    Row {
        at,
        since_start: Span::default(),
        frames: 1,
        from: Side::Initiator,
        phase: Phase::Setup,
        control: Control::Syn,
        offsets: 0..0,
        excerpt: None,
        anomalies: Vec::new(),
    }
}
