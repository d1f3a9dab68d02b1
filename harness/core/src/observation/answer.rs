//! Whether the server answered a client's step: connected is not served.

use regex::bytes::Regex;

use super::replies::Transferred;
use super::{FrameWindow, Observation, ObservedConnection, Piece, Shape};
use crate::content::file_bytes;
use crate::flow::{ConnectionId, Milestone};
use crate::manifest::{FileRecord, StepRecord};
use crate::pcap::FrameNumber;
use crate::spec::ClientNumber;
use crate::text::Foreign;

/// Bytes by which a file's contents are found: incompressible, so that a chance match is out of the question.
const CONTENT_HEAD_BYTES: usize = 16;
/// Characters of a strange reply that evidence shows.
const SHOWN_CHARS: usize = 40;

/// What came back for one step of one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The reply.
    Given {
        /// On this connection.
        connection: ConnectionId,
        /// The frame that completed it.
        at: Milestone,
    },
    /// Other bytes than the reply: a banner, a refusal.
    Other {
        /// On this connection.
        connection: ConnectionId,
        /// The frame that brought the first of them.
        at: Milestone,
        /// Their beginning.
        beginning: Foreign,
    },
    /// Nothing.
    Missing {
        /// On this connection.
        connection: ConnectionId,
        /// The frame of the request's last byte.
        request: Milestone,
        /// Whether the server's kernel acknowledged the whole request.
        is_request_acknowledged: bool,
    },
    /// Something, but neither the target nor a lone client's recording says what a reply looks like.
    Unrecognisable {
        /// On this connection.
        connection: ConnectionId,
        /// The frame of the request's last byte.
        request: Milestone,
    },
    /// The client sent no request byte during the step.
    NotAsked,
}

/// The server's bytes around one request.
pub(super) struct Exchange<'a> {
    pub(super) connection: &'a ObservedConnection,
    request: &'a Piece,
    /// From the step's beginning to the client's next request.
    pub(super) step: FrameWindow,
    /// From the request's last byte to the client's next request.
    reply: FrameWindow,
}

impl Observation {
    /// What came back for a client's step. The reply may come after the step's deadline: then its frame tells.
    pub fn answer(&self, client: ClientNumber, record: &StepRecord) -> Answer {
        let (Some(step), Some(exchange)) = (self.step(record), self.exchange(client, record))
        else {
            return Answer::NotAsked;
        };
        let reply = exchange.connection.by_responder.within(exchange.reply);
        let connection = exchange.connection.wire.id;
        let Some(first) = reply.complete_at(1) else {
            return exchange.missing();
        };
        let patterns = self.setting.replies.patterns(step);
        let shapes = self.setting.replies.shapes(step);
        if patterns.is_empty() && shapes.is_empty() {
            let request = exchange.request.at;
            return Answer::Unrecognisable {
                connection,
                request,
            };
        }
        let covered = if patterns.is_empty() {
            self.covered_by(client, record, &reply.bytes, shapes)
        } else {
            exchange.covered_by(patterns, &reply.bytes)
        };
        match covered.map(|length| reply.complete_at(length).unwrap_or(first)) {
            Some(at) => Answer::Given { connection, at },
            None => Answer::Other {
                connection,
                at: first,
                beginning: Foreign::from_bytes(&reply.bytes, SHOWN_CHARS),
            },
        }
    }

    /// The shape of the reply to a client's step, if there was one.
    pub(super) fn reply_shape(&self, client: ClientNumber, record: &StepRecord) -> Option<Shape> {
        let exchange = self.exchange(client, record)?;
        let reply = exchange.connection.by_responder.within(exchange.reply);
        let file = self.transferred(client, record);
        (!reply.bytes.is_empty()).then(|| Shape::of(&reply.bytes, file.as_ref()).0)
    }

    /// How many of the reply's first bytes make it one of the shapes.
    fn covered_by(
        &self,
        client: ClientNumber,
        record: &StepRecord,
        reply: &[u8],
        shapes: &[Shape],
    ) -> Option<usize> {
        let file = self.transferred(client, record);
        let (shape, covered) = Shape::of(reply, file.as_ref());
        shapes.contains(&shape).then_some(covered)
    }

    pub(super) fn exchange(
        &self,
        client: ClientNumber,
        record: &StepRecord,
    ) -> Option<Exchange<'_>> {
        let window = self.window(record)?;
        let (connection, request) = self
            .sessions_of(client)
            .filter_map(|connection| {
                let last = connection.by_initiator.pieces_within(window).last()?;
                Some((connection, last))
            })
            .max_by_key(|(_, request)| request.at.frame)?;
        let until = end_of_reply(connection, request.at.frame, self.last_frame());
        Some(Exchange {
            connection,
            request,
            step: FrameWindow {
                after: window.after,
                to: until,
            },
            reply: FrameWindow {
                after: request.at.frame,
                to: until,
            },
        })
    }

    /// The record of the file that a step transferred.
    pub fn file(&self, client: ClientNumber, entry: u32) -> Option<&FileRecord> {
        self.recorded()?
            .files
            .iter()
            .find(|file| file.client == client.0 && file.entry == entry)
    }

    /// The file that a step transfers; its beginning too, if the recording knows the contents.
    fn transferred(&self, client: ClientNumber, record: &StepRecord) -> Option<Transferred> {
        let name = self.step(record)?.file_name(client)?;
        let head = || {
            let file = self.file(client, record.entry)?;
            let size = usize::try_from(file.size).unwrap_or(CONTENT_HEAD_BYTES);
            let seed = self.recorded()?.seed;
            Some(file_bytes(seed, &file.name, size.min(CONTENT_HEAD_BYTES)))
        };
        let head = head().unwrap_or_default();
        Some(Transferred { name, head })
    }
}

/// The last frame before the client's next payload: what the server sends later replies to that.
fn end_of_reply(
    connection: &ObservedConnection,
    request: FrameNumber,
    last: FrameNumber,
) -> FrameNumber {
    connection
        .by_initiator
        .pieces()
        .iter()
        .map(|piece| piece.at.frame)
        .find(|&frame| frame > request)
        .map_or(last, |next| FrameNumber(next.0 - 1))
}

impl Exchange<'_> {
    /// How many of the reply's first bytes are needed for the last pattern; the earlier ones must be met, in order, by what
    /// the server sent before.
    fn covered_by(&self, patterns: &[Regex], reply: &[u8]) -> Option<usize> {
        let (last, earlier) = patterns.split_last()?;
        let sent = self.connection.by_responder.within(self.step).bytes;
        let mut from = 0;
        for pattern in earlier {
            from += pattern.find(&sent[from..])?.end();
        }
        last.find(reply).map(|found| found.end())
    }

    fn missing(&self) -> Answer {
        let acknowledged = self.connection.wire.by_initiator.acknowledged;
        Answer::Missing {
            connection: self.connection.wire.id,
            request: self.request.at,
            is_request_acknowledged: acknowledged >= self.request.offsets.end,
        }
    }
}
