//! What is needed to read on in a connection, and the order in which a segment is read.

use super::connection::{Connection, Milestone, Side};
use super::event::FlowEvent;
use super::half::{Acknowledgment, Half};
use super::half_connection::{Reset, ResetEffect};
use super::handshake::Handshake;
use super::purpose::Purpose;
use super::received::Received;
use super::reset::{self, Doubt};
use crate::wire::Segment;

/// Where both sides of a connection stand.
#[derive(Clone, Debug, Default)]
pub(super) struct Tracker {
    initiator: Half,
    responder: Half,
    pub(super) handshake: Handshake,
    /// An RST of which it is not yet sure that it was believed.
    pub(super) doubt: Option<Doubt>,
    is_closed: bool,
}

/// A segment on its way into a connection.
pub(super) struct Arrival<'a> {
    pub(super) at: Milestone,
    pub(super) segment: &'a Segment<'a>,
    pub(super) from: Side,
    /// Whose stream it acknowledges: the other side's, but a socket connected to itself has only one.
    pub(super) to: Side,
    pub(super) events: &'a mut Vec<FlowEvent>,
}

impl Tracker {
    /// What one side sends.
    pub(super) fn half(&self, side: Side) -> &Half {
        match side {
            Side::Initiator => &self.initiator,
            Side::Responder => &self.responder,
        }
    }

    pub(super) fn half_mut(&mut self, side: Side) -> &mut Half {
        match side {
            Side::Initiator => &mut self.initiator,
            Side::Responder => &mut self.responder,
        }
    }

    /// Whether the connection is over, so that nothing but stragglers should come.
    pub(super) fn is_over(&self) -> bool {
        self.is_closed || self.doubt.is_some() || self.handshake.is_refused
    }

    /// Gives back the memory that only a connection needs that goes on: the payload kept to compare with.
    pub(super) fn forget(&mut self) {
        self.initiator.forget();
        self.responder.forget();
    }

    /// Reads one segment of the connection.
    pub(super) fn receive(&mut self, connection: &mut Connection, arrival: &mut Arrival<'_>) {
        let (at, segment, from) = (arrival.at, arrival.segment, arrival.from);
        self.tell_doubtful_syn(connection, arrival);
        connection.translate(from, segment);
        connection.frames += 1;
        connection.last = at;
        connection.half_mut(from).list(at, segment);
        let is_copy = self.half_mut(from).is_copy(at, segment);
        if is_copy {
            count_copy(connection, arrival);
        }
        if segment.flags.is_rst() {
            self.take_reset(connection, arrival);
        } else if !is_copy {
            self.take_segment(connection, arrival);
        }
    }

    fn take_segment(&mut self, connection: &mut Connection, arrival: &mut Arrival<'_>) {
        self.judge_earlier_reset(connection, arrival);
        let belongs_here = if arrival.segment.flags.is_syn() {
            self.take_syn(connection, arrival)
        } else {
            !self.is_of_older_connection(connection, arrival)
        };
        if !belongs_here {
            return;
        }
        self.locate(connection, arrival);
        self.take_handshake_ack(connection, arrival);
        self.take_ack(connection, arrival);
        self.take_payload(connection, arrival);
        self.take_fin(connection, arrival);
        self.tell_if_closed(connection, arrival);
    }

    /// Whether this is of a connection that the same ends had before: it stands before its sender's SYN, or answers
    /// something that was before the other side's, as a challenge ACK does.
    fn is_of_older_connection(&self, connection: &Connection, arrival: &Arrival<'_>) -> bool {
        let (from, segment) = (arrival.from, arrival.segment);
        if connection.sent_by(from).isn.is_some() {
            return self.half(from).is_before_syn(segment);
        }
        let awaits_answer = connection.setup.syn.is_some() && connection.setup.syn_ack.is_none();
        awaits_answer && from == Side::Responder && !self.responder.position.is_known()
    }

    /// Learns where the sides' streams begin in a capture that began later than they.
    fn locate(&mut self, connection: &mut Connection, arrival: &mut Arrival<'_>) {
        let (from, segment) = (arrival.from, arrival.segment);
        let half = self.half_mut(from);
        let bytes = half.locate(connection.half_mut(from), segment);
        if bytes > 0 {
            arrival.tell(FlowEvent::BeginsEarlier {
                connection: connection.id,
                from,
                bytes,
            });
        }
        if let Some(ack) = segment.ack {
            self.half_mut(arrival.to).position.begin_at_if_unknown(ack);
        }
    }

    fn take_ack(&mut self, connection: &mut Connection, arrival: &mut Arrival<'_>) {
        let Some(ack) = arrival.segment.ack else {
            return;
        };
        let of = arrival.to;
        let half = self.half_mut(of);
        let acknowledgment = half.take_ack(connection.half_mut(of), arrival.at, ack);
        arrival.tell_acknowledgment(connection, acknowledgment);
        self.take_window(connection, arrival);
    }

    /// An acknowledgment that is older than another says nothing of the window now.
    fn take_window(&mut self, connection: &mut Connection, arrival: &mut Arrival<'_>) {
        let (segment, from) = (arrival.segment, arrival.from);
        let scaling = self.handshake.scaling;
        let half = self.half_mut(arrival.to);
        let acknowledged = half.position.acknowledged();
        let is_latest = segment
            .ack
            .and_then(|ack| half.position.stream_offset_of(ack))
            == Some(acknowledged);
        if is_latest {
            half.allowance = scaling.allowance(from, segment, acknowledged);
        }
        if segment.window == 0 && !segment.flags.is_syn() {
            connection.half_mut(from).zero_windows += 1;
            arrival.tell(FlowEvent::ZeroWindow {
                connection: connection.id,
                from,
            });
        }
    }

    fn take_payload(&mut self, connection: &mut Connection, arrival: &mut Arrival<'_>) {
        let (id, from, segment) = (connection.id, arrival.from, arrival.segment);
        let has_peer_closed = connection.sent_by(arrival.to).fin.is_some();
        let told = connection.half_mut(from);
        let purpose = self.half(from).purpose(segment);
        match purpose {
            Purpose::Transfer => {}
            Purpose::KeepAlive => {
                told.keep_alives += 1;
                arrival.tell(FlowEvent::KeepAlive {
                    connection: id,
                    from,
                });
                return;
            }
            Purpose::ZeroWindowProbe => {
                told.zero_window_probes += 1;
                arrival.tell(FlowEvent::ZeroWindowProbe {
                    connection: id,
                    from,
                });
                return;
            }
            Purpose::ZeroWindowProbeWithByte => {
                told.zero_window_probes += 1;
                arrival.tell(FlowEvent::ZeroWindowProbe {
                    connection: id,
                    from,
                });
            }
        }
        if segment.payload_len == 0 {
            return;
        }
        let half = self.half_mut(from);
        let received = half.take_payload(told, arrival.at, segment, purpose);
        if has_peer_closed {
            told.bytes_after_peers_fin += super::ranges::total(&received.fresh);
        }
        told.window_full += u64::from(received.fills_window);
        arrival.tell_received(connection, received);
    }

    /// A FIN beside a SYN, or without an acknowledgment, means nothing (RFC 9293, 3.10.7.2 and 3.10.7.4).
    fn take_fin(&mut self, connection: &mut Connection, arrival: &mut Arrival<'_>) {
        let (segment, from) = (arrival.segment, arrival.from);
        let flags = segment.flags;
        if !flags.is_fin() || flags.is_syn() || !flags.is_ack() {
            return;
        }
        let id = connection.id;
        let told = connection.half_mut(from);
        let half = self.half_mut(from);
        if half.take_fin(told, arrival.at, segment) {
            arrival.tell(FlowEvent::Fin {
                connection: id,
                from,
            });
        } else if let (Some(fin), 0) = (told.fin, segment.payload_len) {
            arrival.tell(FlowEvent::Retransmitted {
                connection: id,
                from,
                offsets: fin.offset..fin.offset,
            });
        }
    }

    fn tell_if_closed(&mut self, connection: &Connection, arrival: &mut Arrival<'_>) {
        if !self.is_closed && connection.is_closed() {
            self.is_closed = true;
            self.forget();
            arrival.tell(FlowEvent::Closed(connection.id));
        }
    }

    fn take_reset(&mut self, connection: &mut Connection, arrival: &mut Arrival<'_>) {
        let (id, from) = (connection.id, arrival.from);
        let is_exact = reset::is_exact(self, arrival);
        if is_exact {
            self.judge_challenged_reset(connection, arrival);
        }
        let effect = reset::judge(connection, self, arrival);
        let unacknowledged_bytes = connection.sent_by(arrival.to).unacknowledged_bytes();
        connection.half_mut(from).resets.push(Reset {
            sent: arrival.at,
            effect,
            unacknowledged_bytes: u32::try_from(unacknowledged_bytes).unwrap_or(u32::MAX),
        });
        match effect {
            ResetEffect::Aborted => self.doubt = Some(Doubt::new(from, is_exact)),
            ResetEffect::Refused => self.handshake.is_refused = true,
            ResetEffect::AfterClose | ResetEffect::Ignored => {}
        }
        arrival.tell(match effect {
            ResetEffect::Ignored => FlowEvent::ResetIgnored {
                connection: id,
                from,
            },
            ResetEffect::Refused | ResetEffect::Aborted | ResetEffect::AfterClose => {
                FlowEvent::Reset {
                    connection: id,
                    from,
                    effect,
                }
            }
        });
    }

    /// A connection that goes on both ways did not end with that RST: it was forged or too late (RFC 5961, 3).
    fn judge_earlier_reset(&mut self, connection: &mut Connection, arrival: &mut Arrival<'_>) {
        let Some(doubt) = &mut self.doubt else {
            return;
        };
        if !doubt.is_refuted_by(arrival.from) {
            return;
        }
        let from = doubt.reset_by;
        self.unbelieve_reset(connection, arrival, from);
    }

    /// An RST that is not where the other side expects it is answered by a challenge ACK; the RST that answers that is the
    /// one that ends the connection (RFC 5961, 3.2).
    fn judge_challenged_reset(&mut self, connection: &mut Connection, arrival: &mut Arrival<'_>) {
        let from = arrival.from;
        if self.doubt.is_some_and(|doubt| doubt.was_challenged(from)) {
            self.unbelieve_reset(connection, arrival, from);
        }
    }

    fn unbelieve_reset(
        &mut self,
        connection: &mut Connection,
        arrival: &mut Arrival<'_>,
        from: Side,
    ) {
        self.doubt = None;
        reset::unbelieve(connection);
        arrival.tell(FlowEvent::ResetIgnored {
            connection: connection.id,
            from,
        });
    }
}

/// A frame that was captured twice is counted and read once.
fn count_copy(connection: &mut Connection, arrival: &mut Arrival<'_>) {
    let (id, from) = (connection.id, arrival.from);
    let copies = &mut connection.half_mut(from).capture_duplicates;
    copies.frames += 1;
    if !arrival.segment.flags.is_rst() {
        copies.bytes += u64::from(arrival.segment.payload_len);
    }
    arrival.tell(FlowEvent::CaptureDuplicate {
        connection: id,
        from,
    });
}

impl Arrival<'_> {
    pub(super) fn tell(&mut self, event: FlowEvent) {
        self.events.push(event);
    }

    fn tell_acknowledgment(&mut self, connection: &Connection, brought: Acknowledgment) {
        let (connection, of) = (connection.id, self.to);
        for offsets in brought.placed {
            self.tell(FlowEvent::PlacedLate {
                connection,
                from: of,
                offsets,
            });
        }
        if let Some(offset) = brought.payload {
            self.tell(FlowEvent::Acknowledged {
                connection,
                of,
                offset,
            });
        }
        if let Some(offsets) = brought.unseen {
            self.tell(FlowEvent::AckedUnseen {
                connection,
                of,
                offsets,
            });
        }
        if brought.acknowledges_fin {
            self.tell(FlowEvent::FinAcknowledged { connection, of });
        }
    }

    fn tell_received(&mut self, connection: &Connection, received: Received) {
        let (connection, from) = (connection.id, self.from);
        if let Some(offsets) = received.again {
            self.tell(FlowEvent::Retransmitted {
                connection,
                from,
                offsets,
            });
        }
        if let Some(offsets) = received.conflict {
            self.tell(FlowEvent::Conflict {
                connection,
                from,
                offsets,
            });
        }
        if let Some(offsets) = received.filled {
            self.tell(FlowEvent::OutOfOrder {
                connection,
                from,
                offsets,
            });
        }
        for offsets in received.fresh {
            let index = offsets.start - received.range.start;
            self.tell(FlowEvent::Payload {
                connection,
                from,
                index: received.skipped + usize::try_from(index).unwrap_or(usize::MAX),
                offsets,
            });
        }
        if received.fills_window {
            self.tell(FlowEvent::WindowFull { connection, from });
        }
    }
}
