//! What a connection looked like before a segment, to tell what the segment was.

use super::row::Anomaly;
use crate::flow::{Connection, FlowEvent, HalfConnection, ResetEffect, Side};
use crate::wire::Segment;

/// The figures that a segment may change.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Before {
    keep_alives: u64,
    zero_windows: u64,
    out_of_order_bytes: u64,
    syn_acked: bool,
    fin_acked: bool,
    /// Up to which offset the sender had sent.
    sent_up_to: u64,
}

/// What a segment was, seen from the changes it made.
pub(super) struct Change<'a> {
    pub(super) before: Before,
    pub(super) after: &'a Connection,
    pub(super) from: Side,
    pub(super) segment: &'a Segment<'a>,
    /// Those of this connection.
    pub(super) events: &'a [FlowEvent],
}

impl Before {
    pub(super) fn of(connection: &Connection, from: Side) -> Self {
        let half = connection.sent_by(from);
        Self {
            keep_alives: half.keep_alives,
            zero_windows: half.zero_windows,
            out_of_order_bytes: half.out_of_order_bytes,
            syn_acked: connection.setup.syn_ack.is_some(),
            fin_acked: is_fin_acked(connection, from.peer()),
            sent_up_to: half.ranges().last().map_or(0, |range| range.end),
        }
    }
}

fn is_fin_acked(connection: &Connection, by: Side) -> bool {
    let fin = connection.sent_by(by).fin;
    fin.is_some_and(|fin| fin.acknowledged.is_some())
}

impl Change<'_> {
    /// Whether a segment without payload and control bits is worth a row of its own.
    pub(super) fn is_telling_ack(&self) -> bool {
        let establishes = |event: &FlowEvent| matches!(event, FlowEvent::Established(_));
        self.events.iter().any(establishes) || self.acknowledges_fin()
    }

    fn acknowledges_fin(&self) -> bool {
        !self.before.fin_acked && is_fin_acked(self.after, self.from.peer())
    }

    /// What is odd about the segment.
    pub(super) fn anomalies(&self) -> Vec<Anomaly> {
        let half = self.half();
        let is_keep_alive = half.keep_alives > self.before.keep_alives;
        let found = [
            (is_keep_alive, Anomaly::KeepAlive),
            (self.is_sent_again(is_keep_alive), Anomaly::Retransmission),
            (self.is_partly_sent_again(), Anomaly::PartRetransmission),
            (self.fills_hole(), Anomaly::OutOfOrder),
            (self.leaves_hole(), Anomaly::GapBefore),
            (
                half.zero_windows > self.before.zero_windows,
                Anomaly::ZeroWindow,
            ),
            (self.is_late_reset(), Anomaly::AfterClose),
            (self.is_ignored_reset(), Anomaly::Ignored),
        ];
        found
            .into_iter()
            .filter_map(|(is_so, anomaly)| is_so.then_some(anomaly))
            .collect()
    }

    fn half(&self) -> &HalfConnection {
        self.after.sent_by(self.from)
    }

    fn new_bytes(&self) -> u64 {
        self.events
            .iter()
            .map(|event| match event {
                FlowEvent::Payload { offsets, .. } => offsets.end - offsets.start,
                _ => 0,
            })
            .sum()
    }

    /// A SYN, FIN or payload of which nothing is new.
    fn is_sent_again(&self, is_keep_alive: bool) -> bool {
        let flags = self.segment.flags;
        let is_repeated_syn = flags.is_syn() && !self.opens();
        let has_new_fin = self
            .events
            .iter()
            .any(|event| matches!(event, FlowEvent::Fin { .. }));
        let is_repeated_fin = flags.is_fin() && !has_new_fin && self.new_bytes() == 0;
        let is_repeated_payload =
            self.segment.payload_len > 0 && self.new_bytes() == 0 && !has_new_fin;
        let is_repeated = is_repeated_syn || is_repeated_fin || is_repeated_payload;
        is_repeated && !is_keep_alive && !flags.is_rst()
    }

    /// Whether its SYN is the first of its kind.
    fn opens(&self) -> bool {
        let is_answer = self.segment.is_syn_ack() && !self.before.syn_acked;
        let is_first = |event: &FlowEvent| matches!(event, FlowEvent::Opened(_));
        is_answer || self.events.iter().any(is_first)
    }

    fn is_partly_sent_again(&self) -> bool {
        let new = self.new_bytes();
        new > 0 && new < u64::from(self.segment.payload_len)
    }

    fn fills_hole(&self) -> bool {
        self.half().out_of_order_bytes > self.before.out_of_order_bytes
    }

    fn leaves_hole(&self) -> bool {
        self.events.iter().any(|event| match event {
            FlowEvent::Payload { offsets, .. } => offsets.start > self.before.sent_up_to,
            _ => false,
        })
    }

    fn has_reset(&self) -> bool {
        let is_reset = |event: &FlowEvent| matches!(event, FlowEvent::Reset { .. });
        self.events.iter().any(is_reset)
    }

    fn is_late_reset(&self) -> bool {
        self.has_reset()
            && self
                .half()
                .resets
                .last()
                .is_some_and(|reset| reset.effect == ResetEffect::AfterClose)
    }

    fn is_ignored_reset(&self) -> bool {
        self.segment.flags.is_rst() && !self.has_reset()
    }
}
