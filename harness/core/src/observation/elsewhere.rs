//! A client that dialled, but not the server.

use std::net::SocketAddr;

use super::{Observation, ObservedConnection};
use crate::pcap::FrameNumber;
use crate::spec::{ClientNumber, ServerState};

/// A connection to another address than the server's that nobody took.
#[derive(Clone, Copy, Debug)]
pub struct Elsewhere<'a> {
    /// The connection.
    pub connection: &'a ObservedConnection,
    /// Who dialled.
    pub dialler: Dialler,
}

/// Who may have dialled: a socket that was refused is often gone before its owner can be looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialler {
    /// The client: its socket was found, or no server ran and no other client was at work.
    Client,
    /// The client, which alone was at work, or the server.
    ClientOrServer,
}

impl Elsewhere<'_> {
    /// Where it went.
    pub fn address(&self) -> SocketAddr {
        self.connection.wire.responder
    }
}

impl Observation {
    /// Where a client that has no connection to the server dialled instead; the first such connection.
    pub fn dialled_elsewhere(&self, client: ClientNumber) -> Option<Elsewhere<'_>> {
        if self.sessions_of(client).next().is_some() {
            return None;
        }
        let elsewhere = |connection: &&ObservedConnection| {
            !self.is_server(connection.wire.responder) && connection.wire.setup.syn_ack.is_none()
        };
        let dialled = self.connections.iter().filter(elsewhere);
        let owned = dialled.clone().find(|it| it.client == Some(client));
        if let Some(connection) = owned {
            let dialler = Dialler::Client;
            return Some(Elsewhere {
                connection,
                dialler,
            });
        }
        let mut nobodys = dialled.filter(|it| it.client.is_none());
        let connection = nobodys.find(|it| {
            let syn = it.wire.setup.syn;
            syn.is_some_and(|syn| self.is_alone_at_work(client, syn.frame))
        })?;
        let dialler = match self.setting.server {
            ServerState::Up => Dialler::ClientOrServer,
            ServerState::Down => Dialler::Client,
        };
        Some(Elsewhere {
            connection,
            dialler,
        })
    }

    /// Whether of all clients only this one was at one of its steps when the frame came.
    fn is_alone_at_work(&self, client: ClientNumber, frame: FrameNumber) -> bool {
        let is_at_work = |number: u32| {
            let records = self.steps_of(ClientNumber(number)).iter();
            let mut windows = records.filter_map(|record| self.window(record));
            windows.any(|window| window.after < frame && frame <= window.to)
        };
        (1..=self.setting.clients).all(|number| is_at_work(number) == (number == client.0))
    }
}
