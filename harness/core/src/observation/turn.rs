//! How long the server took to begin its replies.

use super::Observation;
use crate::flow::{ConnectionId, Milestone};
use crate::manifest::StepRecord;
use crate::spec::ClientNumber;
use crate::time::Span;

/// A request's end and its reply's beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// On this connection.
    pub connection: ConnectionId,
    /// The last payload of the client before the reply.
    pub request: Milestone,
    /// The first payload of the server after it.
    pub reply: Milestone,
}

impl Turn {
    /// From the request's last byte to the reply's first.
    pub fn took(&self) -> Span {
        self.reply.at.since(self.request.at)
    }
}

impl Observation {
    /// The turns of a client's step, in order; one each time the server speaks after the client.
    pub fn turns(&self, client: ClientNumber, record: &StepRecord) -> Vec<Turn> {
        let Some(exchange) = self.exchange(client, record) else {
            return Vec::new();
        };
        let (step, connection) = (exchange.step, exchange.connection);
        let asked = connection.by_initiator.pieces_within(step);
        let said = connection.by_responder.pieces_within(step);
        let mut pieces: Vec<(Milestone, bool)> = asked
            .map(|piece| (piece.at, true))
            .chain(said.map(|piece| (piece.at, false)))
            .collect();
        pieces.sort_by_key(|(at, _)| at.frame);
        pieces
            .windows(2)
            .filter_map(|pair| match *pair {
                [(request, true), (reply, false)] => Some(Turn {
                    connection: connection.wire.id,
                    request,
                    reply,
                }),
                _ => None,
            })
            .collect()
    }
}
