//! Raw clients: connections that the harness makes itself, over sockets from inside, to send what no program sends.
//!
//! They are clients of the scenario like all others: counted, paced by the wire, and attributed, by their own address, which
//! is known before their SYN.

mod act;
mod line;
mod log;

use std::net::SocketAddr;
use std::sync::MutexGuard;

use synfin_core::manifest::Role;
use synfin_core::spec::{ClientNumber, Fault};

pub(super) use self::act::RawTurn;
use self::line::{Line, Reading};
pub(crate) use self::log::{RawLog, RawTold};
use super::stage::Stage;

/// One raw client: its connection, those that it holds besides, and what it said and heard.
#[derive(Debug, Default)]
pub(crate) struct RawClient {
    /// The connection by which it does its steps.
    line: Option<Line>,
    /// Connections that it only holds.
    held: Vec<Line>,
    /// What it sent and received.
    pub(crate) log: RawLog,
}

impl RawClient {
    /// Closes all connections, as a program does that ends.
    pub(crate) fn hang_up(&mut self) {
        self.line = None;
        self.held.clear();
    }
}

/// A connection's initiator that is a raw client's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RawAddress {
    pub(super) address: SocketAddr,
    pub(super) role: Role,
}

impl Stage {
    /// The raw client of this number, to be acted for by one at a time.
    pub(super) fn raw_client(&self, client: ClientNumber) -> &tokio::sync::Mutex<RawClient> {
        let first = self.play.scenario.clients.get() + 1;
        &self.raw[(client.0 - first) as usize]
    }

    /// How a raw client reads: one that will leave something unread has little room for it from the beginning.
    fn reading_of(&self, client: ClientNumber) -> Reading {
        let mut faults = self
            .board
            .entries_of(client)
            .filter_map(|(_, entry)| entry.step.fault());
        if faults.any(Fault::leaves_unread) {
            Reading::Never
        } else {
            Reading::Always
        }
    }

    /// A raw client is about to connect from this address.
    pub(super) fn expect_raw(&self, address: RawAddress) {
        self.dialled().push(address);
    }

    /// Whose raw connection this is, if it is one; each address is asked for once.
    pub(super) fn take_raw(&self, initiator: SocketAddr) -> Option<Role> {
        let mut dialled = self.dialled();
        let found = dialled.iter().position(|raw| raw.address == initiator)?;
        Some(dialled.swap_remove(found).role)
    }

    fn dialled(&self) -> MutexGuard<'_, Vec<RawAddress>> {
        self.dialled
            .lock()
            .expect("no holder of the addresses' lock panics")
    }

    /// Closes every connection of the raw clients.
    pub(crate) async fn hang_up(&self) {
        for raw in &self.raw {
            raw.lock().await.hang_up();
        }
    }

    /// The raw clients with what they said and heard.
    pub(crate) async fn raw_logs(&self) -> Vec<(ClientNumber, RawTold)> {
        let mut logs = Vec::new();
        for client in self.play.scenario.raw_clients() {
            logs.push((client, self.raw_client(client).lock().await.log.told()));
        }
        logs
    }
}
