//! Whether the server answered a client's step: connected is not served.

use regex::bytes::Regex;

use super::replies::{LoneReply, Shape, Transferred, continued_at, find};
use super::{Excerpt, FrameWindow, Observation, ObservedConnection, Piece};
use crate::content::file_bytes;
use crate::flow::{ConnectionId, Milestone};
use crate::manifest::{FileRecord, StepOutcome, StepRecord};
use crate::pcap::FrameNumber;
use crate::spec::{ClientNumber, Step};
use crate::text::Foreign;

/// Bytes by which a file's contents are found: incompressible, so that a chance match is out of the question.
const CONTENT_HEAD_BYTES: usize = 16;
/// A shorter name may stand in any text.
const TELLING_NAME_BYTES: usize = 4;
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
    /// From the request's first byte to the client's next request: some servers need not read to the end to answer.
    asked: FrameWindow,
    /// From the request's last byte to the client's next request.
    reply: FrameWindow,
}

/// How a step's reply is known.
struct Likeness<'a> {
    /// The target's patterns, one an exchange.
    patterns: &'a [Regex],
    /// What a lone client got, where the target has no patterns.
    known: &'a [LoneReply],
    file: Option<Transferred>,
    /// Names of which a list may tell: a lone client's list was of other files.
    listed: Vec<String>,
}

impl Observation {
    /// What came back for a client's step. The reply may come after the step's deadline: then its frame tells.
    pub fn answer(&self, client: ClientNumber, record: &StepRecord) -> Answer {
        let (Some(step), Some(exchange)) = (self.step(record), self.exchange(client, record))
        else {
            return Answer::NotAsked;
        };
        let is_done = record.outcome == StepOutcome::Done;
        let replied_to = || self.exchange_replied_to(client, record);
        let likeness = Likeness {
            patterns: self.setting.replies.patterns(step),
            known: self.setting.replies.known(step),
            file: self.transferred(client, record),
            listed: self.listed(record),
        };
        let connection = exchange.connection.wire.id;
        if let Some(at) = exchange.answered_at(&likeness) {
            return Answer::Given { connection, at };
        }
        let reply = exchange.sent(exchange.reply);
        let Some(at) = reply.complete_at(1) else {
            let earlier = is_done.then(replied_to).flatten();
            let at = earlier.and_then(|earlier| earlier.answered_at(&likeness));
            return at.map_or_else(|| exchange.missing(), |at| Answer::Given { connection, at });
        };
        if likeness.patterns.is_empty() && likeness.known.is_empty() {
            let request = exchange.request.at;
            return Answer::Unrecognisable {
                connection,
                request,
            };
        }
        Answer::Other {
            connection,
            at,
            beginning: Foreign::from_bytes(&reply.bytes, SHOWN_CHARS),
        }
    }

    /// What the reply to a client's step looks like, if there was one. A server that says nothing after the request is
    /// taken at its word only if the client was content with it.
    pub(super) fn lone_reply(
        &self,
        client: ClientNumber,
        record: &StepRecord,
    ) -> Option<LoneReply> {
        let exchange = self.exchange(client, record)?;
        let file = self.transferred(client, record);
        let shape = |window| {
            let sent = exchange.sent(window).bytes;
            (!sent.is_empty()).then(|| Shape::of(&sent, file.as_ref()).0)
        };
        let after_request = shape(exchange.reply);
        let is_content = record.outcome == StepOutcome::Done;
        (after_request.is_some() || is_content).then_some(())?;
        Some(LoneReply {
            whole: shape(exchange.asked)?,
            after_request,
        })
    }

    pub(super) fn exchange(
        &self,
        client: ClientNumber,
        record: &StepRecord,
    ) -> Option<Exchange<'_>> {
        self.exchange_within(client, self.window(record)?)
    }

    /// The exchange up to the last thing that the server said in the step: a client that speaks by itself may have asked for
    /// more by the time at which the step was done.
    fn exchange_replied_to(
        &self,
        client: ClientNumber,
        record: &StepRecord,
    ) -> Option<Exchange<'_>> {
        let window = self.window(record)?;
        let connection = self.exchange_within(client, window)?.connection;
        let said = connection.by_responder.pieces_within(window).last()?;
        let to = said.at.frame;
        self.exchange_within(client, FrameWindow { to, ..window })
    }

    fn exchange_within(&self, client: ClientNumber, window: FrameWindow) -> Option<Exchange<'_>> {
        let (connection, request) = self
            .sessions_of(client)
            .filter_map(|connection| {
                let last = connection.by_initiator.pieces_within(window).last()?;
                Some((connection, last))
            })
            .max_by_key(|(_, request)| request.at.frame)?;
        let first = connection.by_initiator.pieces_within(window).next()?;
        let until = end_of_reply(connection, request.at.frame, self.last_frame());
        Some(Exchange {
            connection,
            request,
            step: FrameWindow {
                after: window.after,
                to: until,
            },
            asked: FrameWindow {
                after: first.at.frame,
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

    /// The names of the files that a list can show: those that anybody's step before it sent or fetched.
    fn listed(&self, record: &StepRecord) -> Vec<String> {
        if self.step(record) != Some(&Step::List) {
            return Vec::new();
        }
        let everybody = (1..=self.setting.clients).map(ClientNumber);
        let names = everybody.flat_map(|client| {
            let before = self.steps_of(client).iter();
            before
                .filter(|other| other.entry < record.entry)
                .filter_map(move |other| self.step(other)?.file_name(client))
        });
        names
            .filter(|name| name.len() >= TELLING_NAME_BYTES)
            .collect()
    }
}

/// Where the first of these names ends in a reply, whatever stands around it.
fn end_of_name(reply: &[u8], names: &[String]) -> Option<usize> {
    let end = |name: &String| Some(find(reply, name.as_bytes())? + name.len());
    names.iter().filter_map(end).min()
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
    fn sent(&self, window: FrameWindow) -> Excerpt {
        self.connection.by_responder.within(window)
    }

    /// The frame that completed the reply.
    fn answered_at(&self, likeness: &Likeness<'_>) -> Option<Milestone> {
        let length = self.covered_by(likeness)?;
        let sent = self.sent(self.asked);
        sent.complete_at(length).or_else(|| sent.complete_at(1))
    }

    /// How many of the bytes sent since the request began are needed for the reply to be complete.
    fn covered_by(&self, likeness: &Likeness<'_>) -> Option<usize> {
        if likeness.patterns.is_empty() {
            self.covered_by_likeness(likeness)
        } else {
            self.covered_by_patterns(likeness.patterns)
        }
    }

    /// By the last pattern; the earlier ones must be met, in order, by what the server sent before. What came before the
    /// request's end counts as the reply only if nothing came after it.
    fn covered_by_patterns(&self, patterns: &[Regex]) -> Option<usize> {
        let (last, earlier) = patterns.split_last()?;
        let sent = self.sent(self.step).bytes;
        let mut from = 0;
        for pattern in earlier {
            from += pattern.find(&sent[from..])?.end();
        }
        let reply = self.sent(self.reply).bytes;
        if !reply.is_empty() {
            return last
                .find(&reply)
                .map(|found| self.early_bytes() + found.end());
        }
        let before_request = sent.len() - self.sent(self.asked).bytes.len();
        let from = from.max(before_request);
        last.find(&sent[from..])
            .map(|found| from - before_request + found.end())
    }

    /// By what a lone client got after its request or, where the two overlap, altogether; a longer one by where it goes on, and a
    /// list by a file that it names: the lone client may have asked when there was none.
    fn covered_by_likeness(&self, likeness: &Likeness<'_>) -> Option<usize> {
        let file = likeness.file.as_ref();
        let known = likeness.known;
        let reply = self.sent(self.reply).bytes;
        let (after_request, covered) = Shape::of(&reply, file);
        let known_after = || known.iter().filter_map(|it| it.after_request.as_ref());
        if known_after().any(|it| *it == after_request) {
            return Some(self.early_bytes() + covered);
        }
        let (whole, covered_by_whole) = Shape::of(&self.sent(self.asked).bytes, file);
        if known.iter().any(|it| it.whole == whole) {
            return Some(covered_by_whole);
        }
        let continued = known_after().find_map(|it| continued_at(&reply, file, it));
        let told = continued.or_else(|| end_of_name(&reply, &likeness.listed))?;
        Some(self.early_bytes() + told)
    }

    /// What was sent after the request's first byte and before its last.
    fn early_bytes(&self) -> usize {
        let all = self.sent(self.asked).bytes.len();
        all - self.sent(self.reply).bytes.len()
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
