//! Wireshark display filters: by address and frame range, never by `tcp.stream`, which Wireshark numbers by its own rules.

use crate::flow::Connection;
use crate::observation::{Observation, ObservedConnection};

/// A filter that shows one connection: `tcp.port==51702 && frame.number>=31`. The initiator's port tells connections
/// apart; `reused_later` bounds the range where a later connection has the same one.
fn display_filter(connection: &Connection, reused_later: Option<&Connection>) -> String {
    let initiator = connection.initiator;
    let mut terms = Vec::new();
    if !initiator.ip().is_loopback() {
        let protocol = if initiator.is_ipv4() { "ip" } else { "ipv6" };
        terms.push(format!("{protocol}.addr=={}", initiator.ip()));
    }
    terms.push(format!("tcp.port=={}", initiator.port()));
    terms.push(format!("frame.number>={}", connection.first.frame));
    if reused_later.is_some() {
        terms.push(format!("frame.number<={}", connection.last.frame));
    }
    terms.join(" && ")
}

impl Observation {
    /// The filter that shows one of its connections.
    pub fn display_filter(&self, connection: &ObservedConnection) -> String {
        let own = &connection.wire;
        let later = self
            .connections
            .iter()
            .map(|other| &other.wire)
            .find(|other| other.id > own.id && other.initiator.port() == own.initiator.port());
        display_filter(own, later)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{FlowTable, Milestone};
    use crate::pcap::FrameNumber;
    use crate::time::Timestamp;
    use crate::wire::{Flags, Network, Segment, SeqNumber};

    fn connection(initiator: &str, frame: u64) -> Connection {
        let mut flows = FlowTable::default();
        let at = Milestone {
            frame: FrameNumber(frame),
            at: Timestamp::from_nanos(0),
        };
        let syn = Segment {
            network: Network::default(),
            ip_id: None,
            source: initiator.parse().unwrap(),
            destination: "127.0.0.1:5001".parse().unwrap(),
            seq: SeqNumber(1),
            ack: None,
            flags: Flags::from_letters("S"),
            window: 1,
            options: &[],
            payload_len: 0,
            payload: &[],
        };
        flows.push(at, &syn);
        flows.finish().remove(0)
    }

    #[test]
    fn on_loopback_the_initiators_port_is_enough() {
        assert_eq!(
            display_filter(&connection("127.0.0.1:51702", 31), None),
            "tcp.port==51702 && frame.number>=31"
        );
    }

    #[test]
    fn other_hosts_may_use_the_same_port() {
        assert_eq!(
            display_filter(&connection("192.0.2.7:51702", 31), None),
            "ip.addr==192.0.2.7 && tcp.port==51702 && frame.number>=31"
        );
        assert_eq!(
            display_filter(&connection("[2001:db8::7]:51702", 31), None),
            "ipv6.addr==2001:db8::7 && tcp.port==51702 && frame.number>=31"
        );
    }

    #[test]
    fn a_port_used_again_bounds_the_frames() {
        let (first, second) = (
            connection("127.0.0.1:51702", 31),
            connection("127.0.0.1:51702", 60),
        );
        assert_eq!(
            display_filter(&first, Some(&second)),
            "tcp.port==51702 && frame.number>=31 && frame.number<=31"
        );
    }
}
