//! Raw clients: connections that the harness makes itself, over sockets from inside, to send what no program sends.
//!
//! They are clients of the scenario like all others: counted, paced by the wire, and attributed, by their own address, which
//! is known before their SYN.

mod act;
mod line;
mod log;

use std::net::SocketAddr;

use synfin_core::manifest::Role;

pub(super) use self::act::RawTurn;
use self::line::Line;
pub(crate) use self::log::{RawLog, RawTold};

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
