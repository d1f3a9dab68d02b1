//! The server's port in a client's hands.

use super::Observation;
use crate::manifest::{Role, SocketRow};
use crate::spec::ClientNumber;

/// A socket on the server's port that a client holds and nobody is connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken<'a> {
    /// Whose it is.
    pub client: ClientNumber,
    /// The socket: in LISTEN, or only bound.
    pub socket: &'a SocketRow,
}

impl Observation {
    /// The socket by which a client held the server's port, as the latest sample has it that shows one.
    pub fn taken_port(&self) -> Option<Taken<'_>> {
        let samples = &self.recorded()?.socket_samples;
        let rows = samples.iter().flat_map(|sample| &sample.sockets);
        let mut taken = rows.filter_map(|socket| match socket.owner {
            Some(Role::Client(number)) if self.is_at_port(socket) => Some(Taken {
                client: ClientNumber(number),
                socket,
            }),
            Some(Role::Client(_) | Role::Server) | None => None,
        });
        taken.next_back()
    }

    fn is_at_port(&self, socket: &SocketRow) -> bool {
        socket.remote.port() == 0 && socket.local.port() == self.server.port()
    }
}
