//! Where the server listened.

use std::net::SocketAddr;

use super::{Observation, is_same_address};
use crate::manifest::{Role, SocketRow, SocketState};
use crate::pcap::FrameNumber;
use crate::time::Timestamp;

/// Where the server was found listening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listening {
    /// Where it should: a socket in LISTEN.
    Socket {
        /// Its address: the exact one or a wildcard.
        at: SocketAddr,
        /// When it was first seen.
        since: Timestamp,
    },
    /// Where it should: a SYN was answered by SYN-ACK there.
    Answered {
        /// The SYN's frame.
        syn: FrameNumber,
        /// The SYN-ACK's.
        syn_ack: FrameNumber,
    },
    /// At other addresses only.
    Elsewhere(Vec<SocketAddr>),
    /// Nowhere, in every sample taken.
    Nowhere,
    /// Nobody looked.
    Unknown,
}

impl Observation {
    /// Where the server listened.
    pub fn listening(&self) -> Listening {
        let answered = self.first_answered_syn();
        if let Some((since, row)) = self.listeners().find(|(_, row)| self.takes(row, answered)) {
            return Listening::Socket {
                at: row.local,
                since,
            };
        }
        match answered {
            Some((syn, syn_ack)) => Listening::Answered { syn, syn_ack },
            None => self.listening_elsewhere(),
        }
    }

    /// The first SYN to the server's address that was answered, and its SYN-ACK.
    pub fn first_answered_syn(&self) -> Option<(FrameNumber, FrameNumber)> {
        self.connections
            .iter()
            .filter(|connection| is_same_address(connection.wire.responder, self.server))
            .find_map(|connection| {
                let setup = &connection.wire.setup;
                Some((setup.syn?.frame, setup.syn_ack?.frame))
            })
    }

    /// Whether a listener takes connections to the server's address: `::` takes IPv4 where the recorder found that it does, or an
    /// IPv4 SYN was answered.
    fn takes(&self, row: &SocketRow, answered: Option<(FrameNumber, FrameNumber)>) -> bool {
        let is_wildcard = row.local.ip().is_unspecified() && row.local.port() == self.server.port();
        let was_found = self.recorded().is_some_and(|it| it.listening_at.is_some());
        let takes_both = was_found || answered.is_some();
        let is_same_family = row.local.is_ipv4() == self.server.is_ipv4();
        is_same_address(row.local, self.server)
            || is_wildcard && (is_same_family || row.local.is_ipv6() && takes_both)
    }

    fn listening_elsewhere(&self) -> Listening {
        let mut addresses: Vec<_> = self.listeners().map(|(_, row)| row.local).collect();
        addresses.sort_unstable();
        addresses.dedup();
        let was_sampled = self
            .recorded()
            .is_some_and(|recorded| !recorded.socket_samples.is_empty());
        match (addresses.is_empty(), was_sampled) {
            (false, _) => Listening::Elsewhere(addresses),
            (true, true) => Listening::Nowhere,
            (true, false) => Listening::Unknown,
        }
    }

    /// The server's sockets in LISTEN, sample by sample.
    fn listeners(&self) -> impl Iterator<Item = (Timestamp, &SocketRow)> {
        self.recorded()
            .into_iter()
            .flat_map(|recorded| &recorded.socket_samples)
            .flat_map(|sample| {
                let at = Timestamp::from_nanos(sample.at);
                sample.sockets.iter().map(move |row| (at, row))
            })
            .filter(|(_, row)| row.state == SocketState::Listen)
            .filter(|(_, row)| row.owner.is_none_or(|owner| owner == Role::Server))
    }
}
