//! The handshake while it is read: which of several SYNs and SYN-ACKs count is told by what the other side acknowledges.

use smallvec::SmallVec;

use super::connection::{Connection, FastOpen, Milestone, Roles, Setup, SetupKind, Side};
use super::event::FlowEvent;
use super::tracker::{Arrival, Tracker};
use super::window::Scaling;
use crate::wire::{Segment, SeqNumber};

/// How many SYNs wait for the answer that tells which counts: what bounds a connection's memory. Linux sends one seven times
/// by default (tcp(7), `tcp_syn_retries`).
const MAX_DOUBTFUL_SYNS: usize = 16;
/// The same of SYN-ACKs with different numbers.
const MAX_OTHER_SYN_ACKS: usize = 4;

/// What of a handshake is not decided yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Handshake {
    /// SYNs that are old duplicates or open a new connection.
    doubtful_syns: DoubtfulSyns,
    /// SYN-ACKs with other numbers than the first.
    other_syn_acks: SmallVec<[OtherSynAck; 1]>,
    /// What both SYNs said of windows.
    pub(super) scaling: Scaling,
    /// Payload of the SYN that was counted while it was in doubt and not told of yet, bytes.
    untold_syn_bytes: u32,
    /// Whether the SYN was answered by an RST.
    pub(super) is_refused: bool,
}

/// A SYN-ACK that is not the first.
#[derive(Clone, Copy, Debug)]
struct OtherSynAck {
    at: Milestone,
    isn: SeqNumber,
    window_scale: Option<u8>,
}

/// A SYN that waits for its answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct DoubtfulSyn {
    pub(super) at: Milestone,
    pub(super) from: Side,
    pub(super) isn: SeqNumber,
    pub(super) window_scale: Option<u8>,
    pub(super) payload_len: u32,
}

impl DoubtfulSyn {
    /// Whether a number acknowledges it, with whatever part of its payload (RFC 7413, 4.1.3).
    fn is_acknowledged_by(&self, ack: SeqNumber) -> bool {
        let accepted = i64::from(ack.distance_from(self.isn.plus(1)));
        (0..=i64::from(self.payload_len)).contains(&accepted)
    }
}

/// SYNs that wait.
pub(super) type DoubtfulSyns = SmallVec<[DoubtfulSyn; 1]>;

impl Handshake {
    /// Keeps a SYN until its answer tells where it belongs. Gives the oldest back that there is no room for: nobody answered it.
    pub(super) fn keep_doubtful_syn(&mut self, syn: DoubtfulSyn) -> Option<DoubtfulSyn> {
        let is_full = self.doubtful_syns.len() == MAX_DOUBTFUL_SYNS;
        let unanswered = is_full.then(|| self.doubtful_syns.remove(0));
        self.doubtful_syns.push(syn);
        unanswered
    }

    /// The SYN kept that this segment, sent by `from`, accepts or refuses.
    pub(super) fn syn_answered_by(&self, from: Side, answer: &Segment<'_>) -> Option<DoubtfulSyn> {
        if !answer.is_syn_ack() && !answer.flags.is_rst() {
            return None;
        }
        let ack = answer.ack?;
        let is_answered = |syn: &&DoubtfulSyn| syn.from != from && syn.is_acknowledged_by(ack);
        self.doubtful_syns.iter().find(is_answered).copied()
    }

    /// A SYN's answer came: it, and what was sent of it again, is another connection's.
    pub(super) fn take_answered(&mut self, syn: DoubtfulSyn) -> DoubtfulSyns {
        let all = std::mem::take(&mut self.doubtful_syns);
        let is_answered = |other: &DoubtfulSyn| other.isn == syn.isn && other.from == syn.from;
        let (answered, others) = all.into_iter().partition(is_answered);
        self.doubtful_syns = others;
        answered
    }

    /// The SYNs that nobody answered.
    pub(super) fn take_doubtful_syns(&mut self) -> DoubtfulSyns {
        std::mem::take(&mut self.doubtful_syns)
    }

    fn keep_other_syn_ack(&mut self, syn_ack: OtherSynAck) {
        let mut others = self.other_syn_acks.iter();
        let is_known = others.any(|other| other.isn == syn_ack.isn);
        if !is_known && self.other_syn_acks.len() < MAX_OTHER_SYN_ACKS {
            self.other_syn_acks.push(syn_ack);
        }
    }

    /// The SYN-ACK, not the first, that this acknowledges.
    fn other_syn_ack_of(&self, ack: SeqNumber) -> Option<OtherSynAck> {
        let mut others = self.other_syn_acks.iter();
        others.find(|other| other.isn.plus(1) == ack).copied()
    }
}

impl Connection {
    /// Lists a SYN that was kept.
    pub(super) fn list_syn(&mut self, syn: &DoubtfulSyn, from: Side) {
        let half = self.half_mut(from);
        half.segments += 1;
        half.sent_payload_bytes += u64::from(syn.payload_len);
        half.syns.insert(syn.at.frame);
        self.frames += 1;
        self.last = self.last.max(syn.at);
    }
}

impl Tracker {
    /// Puts SYNs that were kept, all with one number, at the beginning of their own connection.
    pub(super) fn begin_with(&mut self, connection: &mut Connection, syns: &[DoubtfulSyn]) {
        let Some(first) = syns.first() else {
            return;
        };
        for syn in syns {
            connection.list_syn(syn, Side::Initiator);
        }
        connection.setup = Setup {
            kind: SetupKind::Ordinary,
            syn: Some(first.at),
            syn_retransmissions: u32::try_from(syns.len() - 1).unwrap_or(u32::MAX),
            fast_open: fast_open(first.payload_len),
            ..Setup::default()
        };
        let initiator = connection.half_mut(Side::Initiator);
        initiator.isn = Some(first.isn);
        connection.translate_opening_syn(first.isn);
        self.handshake
            .scaling
            .take_offer(Side::Initiator, first.window_scale);
        let half = self.half_mut(Side::Initiator);
        half.position.begin_at(first.isn.plus(1));
        half.begin_with_unread(connection.half_mut(Side::Initiator), first.payload_len);
        self.handshake.untold_syn_bytes = first.payload_len;
    }

    /// Tells of the payload that a SYN brought while it was in doubt.
    pub(super) fn tell_doubtful_syn(&mut self, connection: &Connection, arrival: &mut Arrival<'_>) {
        let untold_bytes = std::mem::take(&mut self.handshake.untold_syn_bytes);
        if untold_bytes > 0 {
            arrival.tell(FlowEvent::PlacedLate {
                connection: connection.id,
                from: Side::Initiator,
                offsets: 0..untold_bytes.into(),
            });
        }
    }

    /// Takes a segment with a SYN in; whether it belongs to this connection.
    pub(super) fn take_syn(
        &mut self,
        connection: &mut Connection,
        arrival: &mut Arrival<'_>,
    ) -> bool {
        let (from, segment) = (arrival.from, arrival.segment);
        if segment.is_syn_ack() && !self.answers(connection, arrival) {
            return false;
        }
        if from == Side::Initiator && segment.is_first_syn() {
            take_initiators_syn(connection, arrival);
        }
        tell_if_again(connection, arrival);
        // Connected to itself, a socket answers its own SYN.
        let is_answer = from == Side::Responder || from == arrival.to && segment.is_syn_ack();
        if is_answer && connection.setup.syn_ack.is_some() {
            self.keep_other_syn_ack(connection, arrival);
            return true;
        }
        if is_answer {
            take_answer(connection, arrival);
        }
        connection.half_mut(from).isn = Some(segment.seq);
        self.half_mut(from).position.begin_at(segment.seq.plus(1));
        self.handshake.scaling.take_syn(from, segment);
        self.bound_reach();
        true
    }

    /// Whether a SYN-ACK acknowledges the other side's SYN, as far as that was captured, and comes from who should send one.
    fn answers(&self, connection: &Connection, arrival: &Arrival<'_>) -> bool {
        let (sent, answered) = (
            self.half(arrival.from).position,
            self.half(arrival.to).position,
        );
        let acknowledges = |ack| {
            let offset = answered.stream_offset_of(ack);
            offset.is_some_and(|offset| offset <= answered.next())
        };
        let is_first = connection.setup.syn_ack.is_none();
        let is_of_this_side = match arrival.from {
            Side::Initiator => sent.begins_at(arrival.segment.seq.plus(1)),
            Side::Responder => true,
        };
        let is_acceptable = arrival.segment.ack.is_some_and(acknowledges);
        is_of_this_side && (!answered.is_known() || is_acceptable || !is_first)
    }

    fn keep_other_syn_ack(&mut self, connection: &Connection, arrival: &Arrival<'_>) {
        let isn = arrival.segment.seq;
        if connection.sent_by(arrival.from).isn != Some(isn) {
            self.handshake.keep_other_syn_ack(OtherSynAck {
                at: arrival.at,
                isn,
                window_scale: arrival.segment.window_scale(),
            });
        }
    }

    /// The receiver's largest window bounds how far its peer's numbers can lie ahead.
    fn bound_reach(&mut self) {
        for sender in [Side::Initiator, Side::Responder] {
            if let Some(bytes) = self.handshake.scaling.largest_window_of(sender.peer()) {
                self.half_mut(sender).position.bound_reach(bytes);
            }
        }
    }

    /// The initiator's acknowledgment of the SYN-ACK: the third step of the handshake.
    pub(super) fn take_handshake_ack(
        &mut self,
        connection: &mut Connection,
        arrival: &mut Arrival<'_>,
    ) {
        let setup = &connection.setup;
        let (Some(ack), Some(syn_ack), None) = (arrival.segment.ack, setup.syn_ack, setup.ack)
        else {
            return;
        };
        if arrival.from != Side::Initiator || syn_ack.frame == arrival.at.frame {
            return;
        }
        self.choose_syn_ack(connection, ack);
        if self.half(arrival.to).position.is_at_or_after_begin(ack) {
            connection.setup.ack = Some(arrival.at);
            arrival.tell(FlowEvent::Established(connection.id));
        }
    }

    fn choose_syn_ack(&mut self, connection: &mut Connection, ack: SeqNumber) {
        if let Some(syn_ack) = self.handshake.other_syn_ack_of(ack) {
            connection.setup.syn_ack = Some(syn_ack.at);
            connection.half_mut(Side::Responder).isn = Some(syn_ack.isn);
            self.half_mut(Side::Responder).position.begin_at(ack);
            self.handshake
                .scaling
                .take_offer(Side::Responder, syn_ack.window_scale);
            self.bound_reach();
        }
    }
}

fn take_initiators_syn(connection: &mut Connection, arrival: &Arrival<'_>) {
    let setup = &mut connection.setup;
    let fast_open = fast_open(arrival.segment.payload_len);
    setup.fast_open = setup.fast_open.or(fast_open);
    if setup.syn.is_some() {
        setup.syn_retransmissions += 1;
        return;
    }
    setup.syn = Some(arrival.at);
    setup.kind = SetupKind::Ordinary;
    connection.roles = Roles::Syn;
}

fn fast_open(sent_bytes: u32) -> Option<FastOpen> {
    (sent_bytes > 0).then_some(FastOpen {
        sent_bytes,
        accepted_bytes: 0,
    })
}

fn take_answer(connection: &mut Connection, arrival: &mut Arrival<'_>) {
    let isn = connection.sent_by(Side::Initiator).isn;
    let setup = &mut connection.setup;
    setup.syn_ack = Some(arrival.at);
    setup.kind = match arrival.segment.ack {
        Some(_) => SetupKind::Ordinary,
        None => SetupKind::Simultaneous,
    };
    if let (Some(fast_open), Some(ack), Some(isn)) =
        (&mut setup.fast_open, arrival.segment.ack, isn)
    {
        let accepted = ack.distance_from(isn.plus(1)).max(0).cast_unsigned();
        fast_open.accepted_bytes = accepted.min(fast_open.sent_bytes);
    }
    arrival.tell(FlowEvent::SynAcked(connection.id));
}

/// Says so if a side sends the same SYN or SYN-ACK again.
fn tell_if_again(connection: &Connection, arrival: &mut Arrival<'_>) {
    let sent = connection.sent_by(arrival.from);
    let alike = if arrival.segment.is_syn_ack() {
        &sent.syn_acks
    } else {
        &sent.syns
    };
    if sent.isn == Some(arrival.segment.seq) && alike.count() > 1 {
        arrival.tell(FlowEvent::Retransmitted {
            connection: connection.id,
            from: arrival.from,
            offsets: 0..0,
        });
    }
}
