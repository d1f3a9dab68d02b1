//! What the socket table says about a connection: taken up by the server, or still in the kernel's hands.

use super::{Observation, ObservedConnection, is_same_address};
use crate::manifest::{SampleReason, SocketRow, SocketSample};
use crate::spec::ClientNumber;

/// What the server had done with a connection when the socket table was sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Nothing: the kernel completed the handshake, the program never called `accept`.
    NeverAccepted,
    /// Accepted, with bytes that it has not read.
    Unread {
        /// How many.
        bytes: u32,
    },
    /// Accepted, and everything read.
    Read,
}

impl Observation {
    /// The server's end of a connection in a sample.
    pub fn server_socket<'a>(
        &self,
        connection: &ObservedConnection,
        sample: &'a SocketSample,
    ) -> Option<&'a SocketRow> {
        sample.sockets.iter().find(|row| {
            is_same_address(row.local, connection.wire.responder)
                && is_same_address(row.remote, connection.wire.initiator)
        })
    }

    /// What the server had done with a connection, by a sample that has it.
    pub fn service(
        &self,
        connection: &ObservedConnection,
        sample: &SocketSample,
    ) -> Option<Service> {
        let row = self.server_socket(connection, sample)?;
        Some(match (row.inode, row.receive_queue) {
            (0, _) => Service::NeverAccepted,
            (_, 0) => Service::Read,
            (_, bytes) => Service::Unread { bytes },
        })
    }

    /// The sample taken when a client's step ended; failing that, the first later one.
    pub fn sample_after(&self, client: ClientNumber, entry: u32) -> Option<&SocketSample> {
        let samples = &self.recorded()?.socket_samples;
        let own = SampleReason::Step {
            client: client.0,
            entry,
        };
        let ended_at = self
            .steps_of(client)
            .iter()
            .find(|record| record.entry == entry)?
            .ended_at?;
        samples
            .iter()
            .find(|sample| sample.reason == own)
            .or_else(|| samples.iter().find(|sample| sample.at >= ended_at))
    }

    /// All samples of a connection's server end, in order.
    pub fn services<'a>(
        &'a self,
        connection: &'a ObservedConnection,
    ) -> impl Iterator<Item = (&'a SocketSample, Service)> {
        self.recorded()
            .into_iter()
            .flat_map(|recorded| &recorded.socket_samples)
            .filter_map(|sample| Some((sample, self.service(connection, sample)?)))
    }
}
