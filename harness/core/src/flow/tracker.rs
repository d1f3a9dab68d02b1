//! What is needed to read on in a connection, beside what the connection itself tells.

use super::connection::{Connection, Milestone, Roles, Side};
use super::event::FlowEvent;
use super::half::Position;
use super::half_connection::{HalfConnection, Reset, ResetEffect};
use crate::wire::{Segment, SeqNumber};

/// How many SYN-ACKs with different numbers are kept: what bounds a connection's memory.
const MAX_SYN_ACKS: usize = 4;

/// Where both sides of a connection stand.
#[derive(Clone, Debug, Default)]
pub(super) struct Tracker {
    initiator: Position,
    responder: Position,
    /// A SYN that belongs here or opens a new connection.
    pending_syn: Option<PendingSyn>,
    /// SYN-ACKs with other numbers than the first: the initiator's acknowledgment tells which one counts.
    other_syn_acks: Vec<(SeqNumber, Milestone)>,
    /// An RST of which it is not yet sure that it was believed.
    doubt: Option<Doubt>,
    is_closed: bool,
}

/// A SYN that waits for its answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct PendingSyn {
    pub(super) at: Milestone,
    source: std::net::SocketAddr,
    isn: SeqNumber,
}

/// An RST after which nothing should come.
#[derive(Clone, Copy, Debug)]
struct Doubt {
    reset_by: Side,
    /// Whether the other side has sent anything since.
    peer_went_on: bool,
}

/// A segment on its way into a connection.
struct Arrival<'a> {
    at: Milestone,
    segment: &'a Segment<'a>,
    from: Side,
    events: &'a mut Vec<FlowEvent>,
}

impl Tracker {
    /// Where one side stands.
    pub(super) fn position(&self, side: Side) -> &Position {
        match side {
            Side::Initiator => &self.initiator,
            Side::Responder => &self.responder,
        }
    }

    fn position_mut(&mut self, side: Side) -> &mut Position {
        match side {
            Side::Initiator => &mut self.initiator,
            Side::Responder => &mut self.responder,
        }
    }

    /// Keeps a SYN until its answer tells where it belongs.
    pub(super) fn remember_syn(&mut self, at: Milestone, syn: &Segment<'_>) {
        self.pending_syn = Some(PendingSyn {
            at,
            source: syn.source,
            isn: syn.seq,
        });
    }

    /// The SYN kept, if this segment accepts or refuses it.
    pub(super) fn syn_answered_by(&self, answer: &Segment<'_>) -> Option<PendingSyn> {
        if !answer.is_syn_ack() && !answer.flags.is_rst() {
            return None;
        }
        self.pending_syn
            .filter(|syn| syn.source == answer.destination && answer.ack == Some(syn.isn.plus(1)))
    }

    /// Puts a SYN that was kept at the beginning of its own connection.
    pub(super) fn take_remembered_syn(&mut self, connection: &mut Connection, syn: PendingSyn) {
        connection.frames = 1;
        connection.setup.syn = Some(syn.at);
        connection.by_initiator.isn = Some(syn.isn);
        connection.by_initiator.segments = 1;
        connection.by_initiator.syns.push(syn.at.frame);
        connection.translate_opening_syn(syn.isn);
        self.initiator.begin_at(syn.isn.plus(1));
    }

    /// Reads one segment of the connection.
    pub(super) fn receive(
        &mut self,
        connection: &mut Connection,
        at: Milestone,
        segment: &Segment<'_>,
        events: &mut Vec<FlowEvent>,
    ) {
        let Some(from) = connection.side_of(segment.source) else {
            return;
        };
        connection.translate(from, segment);
        connection.frames += 1;
        connection.last = at;
        half_mut(connection, from).list(at, segment);
        let mut arrival = Arrival {
            at,
            segment,
            from,
            events,
        };
        if segment.flags.is_rst() {
            self.take_reset(connection, &mut arrival);
        } else {
            self.take_segment(connection, &mut arrival);
        }
    }

    fn take_segment(&mut self, connection: &mut Connection, arrival: &mut Arrival<'_>) {
        self.judge_earlier_reset(connection, arrival.from);
        if arrival.segment.flags.is_syn() {
            self.take_syn(connection, arrival);
        } else if self.is_of_older_connection(connection, arrival.from) {
            return;
        }
        self.locate(arrival);
        self.take_handshake_ack(connection, arrival);
        self.take_ack(connection, arrival);
        self.take_window(connection, arrival);
        self.take_payload(connection, arrival);
        self.take_fin(connection, arrival);
        self.tell_if_closed(connection, arrival);
    }

    /// A connection that goes on both ways did not end with that RST: it was forged or too late (RFC 5961, 3).
    fn judge_earlier_reset(&mut self, connection: &mut Connection, from: Side) {
        let Some(doubt) = &mut self.doubt else {
            return;
        };
        if from != doubt.reset_by {
            doubt.peer_went_on = true;
        } else if doubt.peer_went_on {
            for reset in half_mut(connection, from).resets.kept_mut() {
                if reset.effect == ResetEffect::Aborted {
                    reset.effect = ResetEffect::Ignored;
                }
            }
            self.doubt = None;
        }
    }

    /// Whether this answers something that was before our SYN: a challenge ACK of a forgotten connection.
    fn is_of_older_connection(&self, connection: &Connection, from: Side) -> bool {
        let is_setup_seen = connection.roles == Roles::Syn && connection.setup.syn_ack.is_none();
        is_setup_seen && from == Side::Responder && !self.responder.is_known()
    }

    fn take_syn(&mut self, connection: &mut Connection, arrival: &mut Arrival<'_>) {
        let answers = match arrival.from {
            Side::Initiator => {
                take_initiators_syn(connection, arrival);
                // Connected to itself, a socket answers its own SYN.
                arrival.segment.is_syn_ack() && connection.initiator == connection.responder
            }
            Side::Responder => true,
        };
        if answers && connection.setup.syn_ack.is_some() {
            self.keep_other_syn_ack(connection, arrival);
            return;
        }
        if answers {
            connection.setup.syn_ack = Some(arrival.at);
            arrival.events.push(FlowEvent::SynAcked(connection.id));
        }
        half_mut(connection, arrival.from).isn = Some(arrival.segment.seq);
        self.position_mut(arrival.from)
            .begin_at(arrival.segment.seq.plus(1));
    }

    /// A second SYN-ACK with another number: two answers to one SYN. The initiator will choose.
    fn keep_other_syn_ack(&mut self, connection: &Connection, arrival: &Arrival<'_>) {
        let seq = arrival.segment.seq;
        let is_other = connection.by_responder.isn != Some(seq);
        if is_other && self.other_syn_acks.len() < MAX_SYN_ACKS {
            self.other_syn_acks.push((seq, arrival.at));
        }
    }

    /// Learns where the sides' streams begin in a capture that began later than they.
    fn locate(&mut self, arrival: &Arrival<'_>) {
        let segment = arrival.segment;
        self.position_mut(arrival.from)
            .begin_at_if_unknown(segment.payload_seq());
        if let Some(ack) = segment.ack {
            self.position_mut(arrival.from.peer())
                .begin_at_if_unknown(ack);
        }
    }

    /// The initiator's acknowledgment of the SYN-ACK: the third step of the handshake.
    fn take_handshake_ack(&mut self, connection: &mut Connection, arrival: &mut Arrival<'_>) {
        let (Some(ack), Side::Initiator) = (arrival.segment.ack, arrival.from) else {
            return;
        };
        if connection.setup.syn_ack.is_none() || connection.setup.ack.is_some() {
            return;
        }
        self.choose_syn_ack(connection, ack);
        if self.responder.is_at_or_after_begin(ack) {
            connection.setup.ack = Some(arrival.at);
            arrival.events.push(FlowEvent::Established(connection.id));
        }
    }

    fn choose_syn_ack(&mut self, connection: &mut Connection, ack: SeqNumber) {
        let chosen = self
            .other_syn_acks
            .iter()
            .find(|(isn, _)| isn.plus(1) == ack);
        if let Some(&(isn, at)) = chosen {
            connection.setup.syn_ack = Some(at);
            connection.by_responder.isn = Some(isn);
            self.responder.begin_at(ack);
        }
    }

    fn take_ack(&mut self, connection: &mut Connection, arrival: &mut Arrival<'_>) {
        let Some(ack) = arrival.segment.ack else {
            return;
        };
        let of = arrival.from.peer();
        let half = half_mut(connection, of);
        if let Some(offset) = self.position_mut(of).take_ack(half, arrival.at, ack) {
            let connection = connection.id;
            arrival.events.push(FlowEvent::Acknowledged {
                connection,
                of,
                offset,
            });
        }
    }

    fn take_window(&mut self, connection: &mut Connection, arrival: &Arrival<'_>) {
        let segment = arrival.segment;
        self.position_mut(arrival.from).window = segment.window;
        if segment.window == 0 && !segment.flags.is_syn() {
            half_mut(connection, arrival.from).zero_windows += 1;
        }
    }

    fn take_payload(&mut self, connection: &mut Connection, arrival: &mut Arrival<'_>) {
        let (id, from) = (connection.id, arrival.from);
        let peer_window = self.position(from.peer()).window;
        let position = self.position_mut(from);
        let half = half_mut(connection, from);
        if position.is_keep_alive(arrival.segment, peer_window) {
            half.keep_alives += 1;
        } else if arrival.segment.payload_len > 0 {
            let fresh = position.take_payload(half, arrival.at, arrival.segment);
            arrival
                .events
                .extend(fresh.into_iter().map(|fresh| FlowEvent::Payload {
                    connection: id,
                    from,
                    offsets: fresh.offsets,
                    index: fresh.index,
                }));
        }
    }

    /// A FIN beside a SYN means nothing (RFC 9293, 3.10.7.2).
    fn take_fin(&mut self, connection: &mut Connection, arrival: &mut Arrival<'_>) {
        let flags = arrival.segment.flags;
        if !flags.is_fin() || flags.is_syn() {
            return;
        }
        let (id, from) = (connection.id, arrival.from);
        let half = half_mut(connection, from);
        if self
            .position_mut(from)
            .take_fin(half, arrival.at, arrival.segment)
        {
            arrival.events.push(FlowEvent::Fin {
                connection: id,
                from,
            });
        }
    }

    fn tell_if_closed(&mut self, connection: &Connection, arrival: &mut Arrival<'_>) {
        if !self.is_closed && connection.is_closed() {
            self.is_closed = true;
            arrival.events.push(FlowEvent::Closed(connection.id));
        }
    }

    fn take_reset(&mut self, connection: &mut Connection, arrival: &mut Arrival<'_>) {
        let (id, from) = (connection.id, arrival.from);
        let effect = self.effect_of_reset(connection, arrival);
        half_mut(connection, from).resets.push(Reset {
            sent: arrival.at,
            effect,
        });
        if effect == ResetEffect::Aborted {
            self.doubt = Some(Doubt {
                reset_by: from,
                peer_went_on: false,
            });
        }
        arrival.events.push(match effect {
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

    fn effect_of_reset(&self, connection: &Connection, arrival: &Arrival<'_>) -> ResetEffect {
        let is_attempt = connection.setup.syn.is_some() && connection.setup.syn_ack.is_none();
        if !self.is_believable(connection, arrival) {
            ResetEffect::Ignored
        } else if connection.is_closed() {
            ResetEffect::AfterClose
        } else if is_attempt && arrival.from == Side::Responder {
            ResetEffect::Refused
        } else {
            ResetEffect::Aborted
        }
    }

    /// Whether the other side would believe an RST: as the answer to its SYN by the acknowledgment number, later by
    /// the sequence number (RFC 9293, 3.5.3).
    fn is_believable(&self, connection: &Connection, arrival: &Arrival<'_>) -> bool {
        let segment = arrival.segment;
        if !self.position(arrival.from).is_known() {
            let answered = self.position(arrival.from.peer());
            return !answered.is_known()
                || segment
                    .ack
                    .is_some_and(|ack| answered.is_at_or_after_begin(ack));
        }
        if connection.setup.syn.is_some() && connection.setup.syn_ack.is_none() {
            return self.position(arrival.from).begins_at(segment.seq);
        }
        self.position(arrival.from).is_in_window(segment.seq)
    }
}

fn take_initiators_syn(connection: &mut Connection, arrival: &Arrival<'_>) {
    if !arrival.segment.is_first_syn() {
        return;
    }
    match connection.setup.syn {
        None => {
            connection.setup.syn = Some(arrival.at);
            connection.roles = Roles::Syn;
        }
        Some(_) => connection.setup.syn_retransmissions += 1,
    }
}

fn half_mut(connection: &mut Connection, side: Side) -> &mut HalfConnection {
    match side {
        Side::Initiator => &mut connection.by_initiator,
        Side::Responder => &mut connection.by_responder,
    }
}
