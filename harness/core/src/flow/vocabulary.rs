//! A connection in the words that people know from other tools, so that they can cross-check us. Each is computed as the
//! tool computes it, weak points included; nothing is judged by it.

mod wireshark;
mod zeek;

pub use zeek::{ConnState, History};

use super::connection::{Connection, Side};
use crate::wire::{Segment, SeqNumber};
use wireshark::Completeness;
use zeek::Zeek;

/// What the other tools make of a connection's segments so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Vocabulary {
    completeness: Completeness,
    zeek: Zeek,
}

impl Connection {
    /// Wireshark's `tcp.completeness`, as tshark computes it in two passes.
    pub fn completeness(&self) -> u8 {
        self.vocabulary.completeness.value()
    }

    /// Zeek's `conn_state`.
    pub fn conn_state(&self) -> ConnState {
        self.vocabulary.zeek.conn_state()
    }

    /// Zeek's `history`.
    pub fn history(&self) -> &History {
        self.vocabulary.zeek.history()
    }

    /// Takes in the SYN that opened the connection, of which only this was kept.
    pub(super) fn translate_opening_syn(&mut self, isn: SeqNumber) {
        self.vocabulary.completeness.observe_opening_syn(0);
        self.vocabulary.zeek.observe_opening_syn(isn);
    }

    /// Takes in a segment that one side sent, before the connection itself does.
    pub(super) fn translate(&mut self, from: Side, segment: &Segment<'_>) {
        let is_first = self.frames == 0;
        let acknowledged = match from {
            Side::Initiator => &self.by_responder.ranges,
            Side::Responder => &self.by_initiator.ranges,
        };
        self.vocabulary.completeness.observe(segment, is_first);
        self.vocabulary.zeek.observe(from, segment, acknowledged);
    }
}

#[cfg(test)]
mod tests;
