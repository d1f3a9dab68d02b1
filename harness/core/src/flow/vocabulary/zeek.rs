//! Zeek's reading of a connection: its endpoints' states, and from them `conn_state` and `history`.
//!
//! Written after Zeek's documentation of `conn.log` and the behaviour of `TCPSessionAdapter`, `TCP_Endpoint` and
//! `base/protocols/conn/main.zeek` of August 2026: every RST and FIN is believed, whatever its number. Two things are ours:
//! where a connection begins and ends, and which side is the originator. Zeek forgets a connection some seconds after its
//! last sign of life, and takes a list of well-known ports to tell the sides of one that it did not see begin.

mod conn_state;
mod endpoint;
mod history;

use crate::flow::Side;
use crate::flow::ranges::Ranges;
use crate::wire::{Segment, SeqNumber};
use endpoint::{Endpoint, Seen, State};

pub use conn_state::ConnState;
pub use history::History;

/// Both endpoints as Zeek sees them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Zeek {
    history: History,
    originator: Endpoint,
    responder: Endpoint,
}

impl Zeek {
    /// The letters so far.
    pub(super) fn history(&self) -> &History {
        &self.history
    }

    /// Takes in a SYN of the originator of which only the number was kept.
    pub(super) fn observe_opening_syn(&mut self, isn: SeqNumber) {
        let syn = Seen {
            seq: isn,
            ack: None,
            is_syn: true,
            is_fin: false,
            is_rst: false,
            window: u16::MAX,
            payload_len: 0,
        };
        self.receive(Side::Initiator, syn, &Ranges::default());
    }

    /// Takes in a segment. `acknowledged` are the ranges captured of what its receiver sent.
    pub(super) fn observe(&mut self, from: Side, segment: &Segment<'_>, acknowledged: &Ranges) {
        let flags = segment.flags;
        let seen = Seen {
            seq: segment.seq,
            ack: segment.ack,
            is_syn: flags.is_syn(),
            is_fin: flags.is_fin(),
            is_rst: flags.is_rst(),
            window: segment.window,
            payload_len: segment.payload_len.into(),
        };
        self.receive(from, seen, acknowledged);
    }

    fn receive(&mut self, from: Side, seen: Seen, acknowledged: &Ranges) {
        if from == Side::Responder && self.history == History::default() {
            self.history.push_flip();
        }
        self.endpoint_mut(from).locate(seen);
        self.note_kind(from, seen);
        self.note_zero_window(from, seen);
        self.take_ack(from, seen);
        self.take_sequence(from, seen);
        self.change_state(from, seen);
        self.note_gaps(from.peer(), seen, acknowledged);
    }

    fn endpoint(&self, side: Side) -> &Endpoint {
        match side {
            Side::Initiator => &self.originator,
            Side::Responder => &self.responder,
        }
    }

    fn endpoint_mut(&mut self, side: Side) -> &mut Endpoint {
        match side {
            Side::Initiator => &mut self.originator,
            Side::Responder => &mut self.responder,
        }
    }

    fn note_kind(&mut self, from: Side, seen: Seen) {
        let endpoint = match from {
            Side::Initiator => &mut self.originator,
            Side::Responder => &mut self.responder,
        };
        if let Some(letter) = endpoint.letter(seen) {
            self.history.push(from, letter);
        }
    }

    /// A window of zero matters unless an RST came before or the other has closed: then nothing more will come.
    fn note_zero_window(&mut self, from: Side, seen: Seen) {
        let is_idle = self.endpoint(from.peer()).state == State::Closed;
        let endpoint = self.endpoint_mut(from);
        if seen.window == 0 && !seen.is_rst && !is_idle && endpoint.state != State::Reset {
            endpoint.zero_windows = endpoint.zero_windows.saturating_add(1);
            if is_told(endpoint.zero_windows) {
                self.history.push(from, b'W');
            }
        }
    }

    fn take_ack(&mut self, from: Side, seen: Seen) {
        let Some(ack) = seen.ack else {
            return;
        };
        let peer = self.endpoint_mut(from.peer());
        if peer.state == State::Inactive {
            peer.begin(SeqNumber(ack.0.wrapping_sub(1)));
        } else if !seen.is_rst {
            peer.take_ack(ack);
        }
    }

    fn take_sequence(&mut self, from: Side, seen: Seen) {
        let endpoint = self.endpoint_mut(from);
        if !endpoint.takes_as_resent(seen) {
            return;
        }
        endpoint.resent_segments = endpoint.resent_segments.saturating_add(1);
        if is_told(endpoint.resent_segments) {
            self.history.push(from, b'T');
        }
    }

    fn change_state(&mut self, from: Side, seen: Seen) {
        let peer = self.endpoint(from.peer());
        match self.endpoint(from).state {
            State::Inactive => self.change_inactive(from, seen),
            State::SynSent | State::SynAckSent => self.change_opening(from, seen),
            State::Established | State::Partial => self.change_established(from, seen),
            State::Closed if seen.is_rst && peer.state != State::Closed => {
                self.endpoint_mut(from).enter(State::Reset);
            }
            State::Closed | State::Reset => {}
        }
    }

    fn change_inactive(&mut self, from: Side, seen: Seen) {
        if seen.is_syn {
            self.take_first_syn(from, seen);
        }
        self.change_opening(from, seen);
        if self.endpoint(from).state == State::Inactive {
            self.change_without_syn(from, seen);
        }
    }

    fn take_first_syn(&mut self, from: Side, seen: Seen) {
        match from {
            Side::Initiator if seen.ack.is_some() => self.originator.enter(State::SynAckSent),
            Side::Initiator => self.originator.enter(State::SynSent),
            Side::Responder => {
                if self.originator.state == State::SynSent {
                    self.originator.enter(State::Established);
                }
                self.responder.enter(State::Established);
            }
        }
    }

    /// The first segment of an endpoint that sent no SYN. A bare acknowledgment before the SYN-ACK is overlooked.
    fn change_without_syn(&mut self, from: Side, seen: Seen) {
        let is_early_ack = from == Side::Responder
            && seen.payload_len == 0
            && self.originator.state == State::SynSent;
        let is_after_syn_ack =
            seen.ack.is_some() && self.endpoint(from.peer()).state == State::Established;
        if is_after_syn_ack {
            self.endpoint_mut(from).enter(State::Established);
        } else if !is_early_ack {
            self.endpoint_mut(from).enter(State::Partial);
        }
    }

    fn change_opening(&mut self, from: Side, seen: Seen) {
        let endpoint = self.endpoint_mut(from);
        if seen.is_fin {
            endpoint.enter(State::Closed);
        }
        if seen.is_rst {
            endpoint.enter(State::Reset);
        }
    }

    fn change_established(&mut self, from: Side, seen: Seen) {
        let is_peer_inactive = self.endpoint(from.peer()).state == State::Inactive;
        let endpoint = self.endpoint_mut(from);
        let is_partial = endpoint.state == State::Partial;
        if seen.is_syn && seen.ack.is_none() && is_partial && is_peer_inactive {
            endpoint.enter(State::SynSent);
        }
        if seen.is_rst {
            endpoint.enter(State::Reset);
        } else if seen.is_fin {
            endpoint.enter(State::Closed);
            self.endpoint_mut(from.peer()).restore_closed();
        }
    }

    /// Tells of the holes in what `of` sent that this acknowledgment passes.
    fn note_gaps(&mut self, of: Side, seen: Seen, captured: &Ranges) {
        let Some(ack) = seen.ack else {
            return;
        };
        let is_clean = self.originator.is_clean() && self.responder.is_clean();
        let endpoint = self.endpoint_mut(of);
        let passed = endpoint.look_up_to(ack);
        if !is_clean {
            return;
        }
        for _ in captured.gaps_within(passed) {
            let gaps = &mut self.endpoint_mut(of).gaps;
            *gaps = gaps.saturating_add(1);
            if is_told(self.endpoint(of).gaps) {
                self.history.push(of, b'G');
            }
        }
    }
}

/// Whether something that happens often is told this time: the first, the tenth, the hundredth, and so on.
fn is_told(times: u32) -> bool {
    times > 0 && 10_u32.pow(times.ilog10()) == times
}
