//! A connection of the capture, and whose it is.

use std::net::{Ipv6Addr, SocketAddr};

use super::{Observation, Transcript, is_same_address};
use crate::flow::{Connection, Side};
use crate::manifest::Role;
use crate::pcap::FrameNumber;
use crate::spec::{ClientNumber, Clients, Connections, Selection, Step, Victim};

/// A connection with its payload and its client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedConnection {
    /// What the wire showed.
    pub wire: Connection,
    /// The client it belongs to, if the recording says so.
    pub client: Option<ClientNumber>,
    /// Who owned the initiator's socket, where that is not the client: the attribution is contradicted.
    pub contradicted_by: Option<Role>,
    /// What the initiator sent.
    pub by_initiator: Transcript,
    /// What the responder sent.
    pub by_responder: Transcript,
}

impl ObservedConnection {
    /// What one side sent.
    pub fn sent_by(&self, side: Side) -> &Transcript {
        match side {
            Side::Initiator => &self.by_initiator,
            Side::Responder => &self.by_responder,
        }
    }

    /// The first frame in which either side began to end it: its FIN or an RST.
    pub fn first_ending_frame(&self) -> Option<FrameNumber> {
        [Side::Initiator, Side::Responder]
            .into_iter()
            .flat_map(|side| {
                let half = self.wire.sent_by(side);
                let fin = half.fin.map(|fin| fin.sent.frame);
                fin.into_iter()
                    .chain(half.heeded_resets().next().map(|reset| reset.sent.frame))
            })
            .min()
    }

    /// Whose program is on this side.
    pub fn role(&self, side: Side) -> Option<Role> {
        match side {
            Side::Initiator => self.client.map(|client| Role::Client(client.0)),
            Side::Responder => Some(Role::Server),
        }
    }
}

impl Observation {
    /// The connections that a check looks at, in the order of their numbers.
    pub fn selected(&self, selection: &Selection) -> Vec<&ObservedConnection> {
        let Some(clients) = self.selected_clients(&selection.clients) else {
            return self.of_client(None, selection.connections);
        };
        let mut chosen: Vec<_> = clients
            .iter()
            .flat_map(|&client| self.of_client(Some(client), selection.connections))
            .filter(|connection| self.is_during(connection, selection.during.as_deref()))
            .collect();
        if self.takes_unattributed(selection) {
            chosen.extend(self.of_client(None, Connections::All));
        }
        chosen.sort_by_key(|connection| connection.wire.id);
        chosen
    }

    /// Connections to the server that are nobody's may be left out only where a fault step may have made them.
    fn takes_unattributed(&self, selection: &Selection) -> bool {
        *selection == Selection::default() && self.faulted_clients().is_empty()
    }

    fn of_client(
        &self,
        client: Option<ClientNumber>,
        which: Connections,
    ) -> Vec<&ObservedConnection> {
        let all: Vec<_> = self
            .connections
            .iter()
            .filter(|connection| connection.client == client)
            .filter(|connection| {
                client.is_some() || is_same_address(connection.wire.responder, self.server)
            })
            .collect();
        match which {
            Connections::All => all,
            Connections::First => all.into_iter().take(1).collect(),
            Connections::Last => all.into_iter().next_back().into_iter().collect(),
        }
    }

    /// A client's connections to the server. What it is told on another, by a listener of its own, is no service.
    pub fn sessions_of(&self, client: ClientNumber) -> impl Iterator<Item = &ObservedConnection> {
        self.connections
            .iter()
            .filter(move |connection| connection.client == Some(client))
            .filter(|connection| self.is_server(connection.wire.responder))
    }

    /// Whether this is the server's address; `localhost` is `::1` too.
    pub(super) fn is_server(&self, address: SocketAddr) -> bool {
        let is_localhost = self.server.ip().is_loopback() && address.ip() == Ipv6Addr::LOCALHOST;
        is_same_address(address, self.server)
            || is_localhost && address.port() == self.server.port()
    }

    /// The clients that a check looks at; `None` for a capture made elsewhere, whose clients have no numbers.
    pub fn selected_clients(&self, clients: &Clients) -> Option<Vec<ClientNumber>> {
        let all = (1..=self.recorded()?.clients).map(ClientNumber);
        Some(match *clients {
            Clients::Untouched => {
                let faulted = self.faulted_clients();
                all.filter(|client| !faulted.contains(client)).collect()
            }
            Clients::Numbered { from, to } => all
                .filter(|&client| from <= client && to.is_none_or(|to| client <= to))
                .collect(),
        })
    }

    /// The clients that a fault step was done to; `restart` was done to all that had connected before.
    pub fn faulted_clients(&self) -> Vec<ClientNumber> {
        let everybody = self.recorded().map_or(0, |recorded| recorded.clients);
        let everybody = (1..=everybody).map(ClientNumber);
        everybody
            .filter(|client| self.is_faulted(*client))
            .collect()
    }

    /// Whether the client is a raw one.
    pub fn is_raw(&self, client: ClientNumber) -> bool {
        let programs = self.setting.clients.saturating_sub(self.setting.raw);
        self.setting.raw > 0 && client.0 > programs
    }

    fn is_faulted(&self, client: ClientNumber) -> bool {
        let mut has_connected = false;
        let mut is_faulted = false;
        for entry in &self.setting.steps {
            let is_its = entry.only.is_none_or(|only| only == client);
            match &entry.step {
                Step::Fault(fault) if fault.victim() == Victim::Server => {
                    is_faulted |= has_connected;
                }
                Step::Fault(_) => is_faulted |= is_its,
                Step::Connect => has_connected |= is_its,
                Step::List
                | Step::Upload { .. }
                | Step::Download { .. }
                | Step::Quit
                | Step::Hold => {}
            }
        }
        is_faulted
    }

    fn is_during(&self, connection: &ObservedConnection, step: Option<&str>) -> bool {
        let (Some(step), Some(client)) = (step, connection.client) else {
            return true;
        };
        self.windows_of(client, step).any(|window| {
            connection.wire.first.frame <= window.to && window.after < connection.wire.last.frame
        })
    }
}
