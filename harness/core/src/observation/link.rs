//! Whether the wire shows what the scenario's network should have done to the packets.

use super::{Observation, ObservedConnection, Transcript};
use crate::spec::Link;

/// The shortest headers of IP and TCP, bytes: what a packet has beside its payload.
const LEAST_HEADER_BYTES: u64 = 40;

impl Observation {
    /// What the wire does not show, though the scenario asks for it; `None` if it shows all.
    pub fn unproven_link(&self) -> Option<String> {
        let Link {
            mtu_bytes,
            loses_one_of,
            delay,
        } = self.setting.link;
        let exceeding = || self.exceeding(u64::from(mtu_bytes?));
        let unlost = || {
            let one_of = loses_one_of?;
            let is_seen = self.connections.iter().any(has_sent_again);
            (!is_seen).then(|| {
                format!("no segment was seen to be sent again, of which one of {one_of} should be lost: more must cross")
            })
        };
        let undelayed = || self.sooner_than(u64::try_from(delay?.as_nanos()).ok()?);
        exceeding().or_else(unlost).or_else(undelayed)
    }

    /// A packet that is longer than the MTU.
    fn exceeding(&self, mtu_bytes: u64) -> Option<String> {
        let pieces = self.connections.iter().flat_map(|connection| {
            let halves = [&connection.by_initiator, &connection.by_responder];
            halves.into_iter().flat_map(Transcript::pieces)
        });
        let longest = pieces.max_by_key(|piece| piece.len_bytes())?;
        (longest.len_bytes() + LEAST_HEADER_BYTES > mtu_bytes).then(|| {
            format!(
                "frame {} carries {} bytes, which an MTU of {mtu_bytes} does not let through",
                longest.at.frame,
                longest.len_bytes()
            )
        })
    }

    /// A SYN-ACK that came sooner than the delay lets it. The capture sees a packet when it arrives.
    fn sooner_than(&self, delay_ns: u64) -> Option<String> {
        self.connections.iter().find_map(|connection| {
            let setup = &connection.wire.setup;
            let (syn, syn_ack) = (setup.syn?, setup.syn_ack?);
            let took = syn_ack.at.since(syn.at);
            (took.as_nanos() < delay_ns).then(|| {
                format!(
                    "the SYN-ACK of frame {} came after {took}, sooner than the delay",
                    syn_ack.frame
                )
            })
        })
    }
}

fn has_sent_again(connection: &ObservedConnection) -> bool {
    let wire = &connection.wire;
    let halves = [&wire.by_initiator, &wire.by_responder];
    wire.setup.syn_retransmissions > 0 || halves.iter().any(|half| half.retransmitted_bytes > 0)
}
