//! What two ends are called in the table: small, equal in both directions, and quick to compare.
//!
//! VLANs are part of it, since the same addresses may live in several. So a connection of which a mirror port tags one
//! direction only is read as two, each in one direction: nothing in its frames tells it from two that are.

use std::hash::{Hash, Hasher};
use std::net::{IpAddr, SocketAddr};

use crate::wire::{Network, Segment};

/// The two ends of a connection and the network they met on. The lower end comes first, whoever sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    low: End,
    high: End,
    network: Network,
}

/// An address as numbers: comparing these is cheaper than comparing [`SocketAddr`]s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct End {
    address: u128,
    /// The port, and above it whether the address is of IPv6: `::1` is not `0.0.0.1`.
    port_and_family: u32,
}

/// Which of a key's two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    Low,
    High,
}

impl Key {
    /// The key of a segment's connection, and which end sent it. A socket that is connected to itself is the low end.
    pub(super) fn of(segment: &Segment<'_>) -> (Self, Which) {
        Self::between(segment.source, segment.destination, segment.network)
    }

    /// The key of two ends, and which of them the first one is.
    pub(super) fn between(a: SocketAddr, b: SocketAddr, network: Network) -> (Self, Which) {
        let (a, b) = (End::of(a), End::of(b));
        let (low, high, which) = if a <= b {
            (a, b, Which::Low)
        } else {
            (b, a, Which::High)
        };
        (Self { low, high, network }, which)
    }
}

/// The network is left out: the same ends seldom meet in two.
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [low, high] = [self.low, self.high].map(|end| u64::from(end.port_and_family));
        state.write_u128(self.low.address);
        state.write_u128(self.high.address);
        state.write_u64(low | high << 32);
    }
}

impl Which {
    /// The other end.
    pub(super) fn other(self) -> Self {
        match self {
            Self::Low => Self::High,
            Self::High => Self::Low,
        }
    }
}

impl End {
    fn of(address: SocketAddr) -> Self {
        let port = u32::from(address.port());
        match address.ip() {
            IpAddr::V4(v4) => Self {
                address: u128::from(v4.to_bits()),
                port_and_family: port,
            },
            IpAddr::V6(v6) => Self {
                address: v6.to_bits(),
                port_and_family: port | 1 << 16,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(a: &str, b: &str) -> (Key, Which) {
        let [a, b] = [a, b].map(|address| address.parse().expect("an address"));
        Key::between(a, b, Network::default())
    }

    #[test]
    fn both_directions_have_the_same_key_and_other_senders() {
        let (there, from) = key("10.0.0.1:9", "10.0.0.2:1");
        let (back, reply_from) = key("10.0.0.2:1", "10.0.0.1:9");
        assert_eq!((there, from), (back, Which::Low));
        assert_eq!(reply_from, Which::High);
    }

    #[test]
    fn addresses_of_both_families_with_the_same_number_differ() {
        assert_ne!(key("0.0.0.1:1", "0.0.0.2:1").0, key("[::1]:1", "[::2]:1").0);
    }

    #[test]
    fn the_same_addresses_in_two_vlans_differ() {
        let [a, b] = ["10.0.0.1:9", "10.0.0.2:1"].map(|it| it.parse().expect("an address"));
        let in_vlan = Network::default().within_vlan(7);
        assert_ne!(
            Key::between(a, b, Network::default()),
            Key::between(a, b, in_vlan)
        );
    }
}
