//! A story that goes on: what a segment was, from the events that it caused.

use std::ops::{Range, RangeInclusive};

use super::excerpt::excerpt;
use super::oddities::Oddities;
use super::row::{Anomaly, Control, Phase, Row};
use super::rows::Rows;
use super::teller::{Scope, Story};
use crate::flow::{Connection, FlowEvent, Milestone, ResetEffect, Roles, SetupKind, Side};
use crate::time::Span;
use crate::wire::{Segment, SeqNumber};

#[derive(Debug)]
pub(super) struct Telling {
    frames: RangeInclusive<u64>,
    rows: Rows,
    oddities: Oddities,
    folded_acks: u64,
    phase: Option<Phase>,
    sides: [Sent; 2],
}

/// What a side has sent.
#[derive(Clone, Copy, Debug, Default)]
struct Sent {
    /// A sequence number whose place in the stream is known.
    anchor: Option<(SeqNumber, u64)>,
    /// The offset after its last payload byte.
    up_to: u64,
}

impl Sent {
    /// Counts offsets from an earlier begin.
    fn begin_earlier(&mut self, bytes: u64) {
        if let Some((_, offset)) = &mut self.anchor {
            *offset += bytes;
            self.up_to += bytes;
        }
    }
}

/// A segment, and what came of it.
struct Change<'a> {
    at: Milestone,
    segment: &'a Segment<'a>,
    from: Side,
    connection: &'a Connection,
    events: &'a [FlowEvent],
}

impl Telling {
    pub(super) fn new(scope: &Scope) -> Self {
        Self {
            frames: scope.frames.clone(),
            rows: Rows::at_most(scope.most_rows),
            oddities: Oddities::default(),
            folded_acks: 0,
            phase: None,
            sides: [Sent::default(); 2],
        }
    }

    pub(super) fn into_story(self, connection: Connection) -> Story {
        Story {
            connection,
            rows: self.rows.bounded(),
            oddities: self.oddities,
            folded_acks: self.folded_acks,
        }
    }

    /// Takes in a segment of the connection, with the events that it caused.
    pub(super) fn take(
        &mut self,
        at: Milestone,
        segment: &Segment<'_>,
        connection: &Connection,
        events: &[FlowEvent],
    ) {
        let Some(from) = sender(segment, connection, events) else {
            return;
        };
        let change = Change {
            at,
            segment,
            from,
            connection,
            events,
        };
        self.tell_earlier_syn(&change);
        self.mark_ignored_reset(&change);
        self.begin_earlier(&change);
        let anomalies = self.anomalies(&change);
        self.oddities.add(&anomalies, at.frame);
        let row = self.row(&change, anomalies);
        let is_silent = row.control == Control::Ack && row.offsets.is_empty();
        if is_silent && row.anomalies.is_empty() && !is_telling_ack(events) {
            self.folded_acks += 1;
        } else if self.frames.contains(&at.frame.0) {
            self.rows.push(row);
        }
    }

    /// A SYN that was in doubt belongs to the connection that its answer opened.
    fn tell_earlier_syn(&mut self, change: &Change<'_>) {
        let is_new = self.phase.is_none();
        let syn = change.connection.setup.syn;
        if let Some(syn) = syn.filter(|syn| is_new && syn.frame < change.at.frame) {
            self.rows.push(syn_row(syn));
        }
    }

    /// That an RST did nothing may show only when the connection goes on.
    fn mark_ignored_reset(&mut self, change: &Change<'_>) {
        let goes_on = !change.segment.flags.is_rst();
        for event in change.events.iter().filter(|_| goes_on) {
            if let FlowEvent::ResetIgnored { from, .. } = event {
                let frame = self.rows.mark_last_reset(*from, Anomaly::Ignored);
                let frame = frame.unwrap_or(change.at.frame);
                self.oddities.add(&[Anomaly::Ignored], frame);
                self.phase = Some(Phase::Established);
            }
        }
    }

    fn begin_earlier(&mut self, change: &Change<'_>) {
        for event in change.events {
            if let FlowEvent::BeginsEarlier { from, bytes, .. } = event {
                self.rows.begin_earlier(*from, *bytes);
                self.sides[slot(*from)].begin_earlier(*bytes);
            }
        }
    }

    /// The phase that a segment belongs to: one that ends a phase still belongs to it, one that begins the closing
    /// belongs to the closing.
    fn phase_of(&mut self, change: &Change<'_>) -> Phase {
        let current = self.phase.unwrap_or(match change.connection.roles {
            Roles::Guessed => Phase::Established,
            Roles::Syn | Roles::SynAck => Phase::Setup,
        });
        let (mut of_segment, mut next) = (current, current);
        for event in change.events {
            match event {
                FlowEvent::Established(_) if next == Phase::Setup => next = Phase::Established,
                FlowEvent::Reset {
                    effect: ResetEffect::Ignored,
                    ..
                } => {}
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

    fn row(&mut self, change: &Change<'_>, anomalies: Vec<Anomaly>) -> Row {
        let phase = self.phase_of(change);
        self.anchor(change);
        let offsets = if anomalies.contains(&Anomaly::KeepAlive) {
            0..0
        } else {
            self.offsets(change)
        };
        Row {
            at: change.at,
            since_start: change.at.at.since(change.connection.first.at),
            frames: 1,
            from: change.from,
            phase,
            control: control(change.segment),
            excerpt: excerpt(change.segment.payload).filter(|_| !offsets.is_empty()),
            offsets,
            anomalies,
        }
    }

    /// Remembers where new payload stands, so that the place of a repeated one can be told.
    fn anchor(&mut self, change: &Change<'_>) {
        for event in change.events {
            match event {
                FlowEvent::Payload {
                    from,
                    offsets,
                    index,
                    ..
                } => {
                    let skipped = u32::try_from(*index).unwrap_or(0);
                    let seq = change.segment.payload_seq().plus(skipped);
                    let sent = &mut self.sides[slot(*from)];
                    sent.anchor = Some((seq, offsets.start));
                    sent.up_to = sent.up_to.max(offsets.end);
                }
                FlowEvent::PlacedLate { from, offsets, .. } => {
                    let sent = &mut self.sides[slot(*from)];
                    sent.up_to = sent.up_to.max(offsets.end);
                }
                _ => {}
            }
        }
    }

    /// Where a segment's payload stands in its sender's stream. What an RST carries is no payload (RFC 9293, 3.5.3).
    fn offsets(&self, change: &Change<'_>) -> Range<u64> {
        let len = u64::from(change.segment.payload_len);
        match self.sides[slot(change.from)].anchor {
            Some((seq, offset)) if len > 0 && !change.segment.flags.is_rst() => {
                let ahead = change.segment.payload_seq().distance_from(seq);
                let start = offset.saturating_add_signed(ahead.into());
                start..start + len
            }
            Some(_) | None => 0..0,
        }
    }

    /// What is odd about a segment, in the order of its events.
    fn anomalies(&self, change: &Change<'_>) -> Vec<Anomaly> {
        let mut found = Vec::new();
        for event in change.events {
            let anomaly = self.anomaly(event, change);
            if let Some(anomaly) = anomaly.filter(|anomaly| !found.contains(anomaly)) {
                found.push(anomaly);
            }
        }
        found
    }

    fn anomaly(&self, event: &FlowEvent, change: &Change<'_>) -> Option<Anomaly> {
        match event {
            FlowEvent::Payload { offsets, .. } => self.of_payload(offsets, change),
            FlowEvent::Retransmitted { offsets, .. } => Some(change.again(offsets)),
            FlowEvent::OutOfOrder { .. } => Some(Anomaly::OutOfOrder),
            FlowEvent::Conflict { .. } => Some(Anomaly::Conflict),
            FlowEvent::AckedUnseen { .. } => Some(Anomaly::AckedUnseen),
            FlowEvent::KeepAlive { .. } => Some(Anomaly::KeepAlive),
            FlowEvent::ZeroWindow { .. } => Some(Anomaly::ZeroWindow),
            FlowEvent::ZeroWindowProbe { .. } => Some(Anomaly::ZeroWindowProbe),
            FlowEvent::WindowFull { .. } => Some(Anomaly::WindowFull),
            FlowEvent::CaptureDuplicate { .. } => Some(Anomaly::CaptureDuplicate),
            FlowEvent::Reset { effect, .. } => of_reset(*effect),
            FlowEvent::ResetIgnored { .. } if change.segment.flags.is_rst() => {
                Some(Anomaly::Ignored)
            }
            FlowEvent::Fin { from, .. } => change.crosses_fin(*from),
            FlowEvent::Opened(_) | FlowEvent::SynAcked(_) => change.crosses_syn(),
            FlowEvent::Established(_)
            | FlowEvent::PlacedLate { .. }
            | FlowEvent::BeginsEarlier { .. }
            | FlowEvent::Acknowledged { .. }
            | FlowEvent::FinAcknowledged { .. }
            | FlowEvent::Closed(_)
            | FlowEvent::ResetIgnored { .. } => None,
        }
    }

    fn of_payload(&self, offsets: &Range<u64>, change: &Change<'_>) -> Option<Anomaly> {
        if change.segment.flags.is_syn() {
            return Some(Anomaly::FastOpen);
        }
        let leaves_hole = offsets.start > self.sides[slot(change.from)].up_to;
        leaves_hole.then_some(Anomaly::GapBefore)
    }
}

impl Change<'_> {
    /// What was sent again: these bytes, or a SYN or FIN where there are none.
    fn again(&self, offsets: &Range<u64>) -> Anomaly {
        let is_payload = |event: &FlowEvent| matches!(event, FlowEvent::Payload { .. });
        if offsets.is_empty() {
            Anomaly::ControlAgain
        } else if self.events.iter().any(is_payload) {
            Anomaly::PartRetransmission
        } else {
            Anomaly::Retransmission
        }
    }

    /// A second FIN whose sender had not got the first (RFC 9293, figure 13).
    fn crosses_fin(&self, from: Side) -> Option<Anomaly> {
        let other = self.connection.sent_by(from.peer()).fin?;
        other
            .acknowledged
            .is_none()
            .then_some(Anomaly::SimultaneousClose)
    }

    /// A SYN whose sender had not got the other's (RFC 9293, figure 7).
    fn crosses_syn(&self) -> Option<Anomaly> {
        let is_simultaneous = match self.connection.setup.kind {
            SetupKind::Simultaneous => self.from == Side::Responder,
            SetupKind::Ordinary | SetupKind::Unseen => false,
        };
        is_simultaneous.then_some(Anomaly::SimultaneousOpen)
    }
}

/// Who sent a segment: between two equal addresses only the events tell.
fn sender(segment: &Segment<'_>, connection: &Connection, events: &[FlowEvent]) -> Option<Side> {
    if connection.initiator != connection.responder {
        return connection.side_of(segment.source);
    }
    events
        .iter()
        .find_map(event_sender)
        .or(Some(Side::Initiator))
}

/// Whose segment causes such an event, if that is told.
fn event_sender(event: &FlowEvent) -> Option<Side> {
    match event {
        FlowEvent::Opened(_) | FlowEvent::Established(_) => Some(Side::Initiator),
        FlowEvent::SynAcked(_) => Some(Side::Responder),
        FlowEvent::Payload { from, .. }
        | FlowEvent::BeginsEarlier { from, .. }
        | FlowEvent::Fin { from, .. }
        | FlowEvent::Reset { from, .. }
        | FlowEvent::Retransmitted { from, .. }
        | FlowEvent::OutOfOrder { from, .. }
        | FlowEvent::Conflict { from, .. }
        | FlowEvent::KeepAlive { from, .. }
        | FlowEvent::ZeroWindow { from, .. }
        | FlowEvent::ZeroWindowProbe { from, .. }
        | FlowEvent::WindowFull { from, .. }
        | FlowEvent::CaptureDuplicate { from, .. } => Some(*from),
        FlowEvent::Acknowledged { of, .. }
        | FlowEvent::FinAcknowledged { of, .. }
        | FlowEvent::AckedUnseen { of, .. } => Some(of.peer()),
        FlowEvent::PlacedLate { .. } | FlowEvent::Closed(_) | FlowEvent::ResetIgnored { .. } => {
            None
        }
    }
}

/// Whether a segment without payload and control bits is worth a row of its own.
fn is_telling_ack(events: &[FlowEvent]) -> bool {
    let tells = |event: &FlowEvent| {
        matches!(
            event,
            FlowEvent::Established(_) | FlowEvent::FinAcknowledged { .. }
        )
    };
    events.iter().any(tells)
}

fn of_reset(effect: ResetEffect) -> Option<Anomaly> {
    match effect {
        ResetEffect::Refused | ResetEffect::Aborted => None,
        ResetEffect::AfterClose => Some(Anomaly::AfterClose),
        ResetEffect::Ignored => Some(Anomaly::Ignored),
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
