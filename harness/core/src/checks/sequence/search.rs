//! Finds events on one connection, each after the one before.

use regex::bytes::Regex;

use super::script::{Event, What};
use crate::checks::close;
use crate::flow::Side;
use crate::observation::{Excerpt, FrameWindow, Observation, ObservedConnection, OwnClose};
use crate::pcap::FrameNumber;
use crate::text::Foreign;

/// Characters of a text that a finding shows.
const SHOWN_CHARS: usize = 40;

/// A search along one connection.
pub(super) struct Search<'a> {
    observation: &'a Observation,
    connection: &'a ObservedConnection,
    by_initiator: Stream,
    by_responder: Stream,
    /// The event before: its frame, and whose it was.
    before: Option<(FrameNumber, Side)>,
}

/// A side's payload, and how much of it lies behind the event before.
struct Stream {
    payload: Excerpt,
    done_bytes: usize,
}

/// Why an event was not found.
pub(super) enum Miss {
    /// Something came that must not.
    Forbidden {
        /// The frame that completed it.
        frame: FrameNumber,
        /// It.
        text: Foreign,
    },
    /// It is not there.
    Absent {
        /// First and last frame searched.
        searched: (FrameNumber, FrameNumber),
        /// The nearest miss.
        nearest: Option<FrameNumber>,
        /// What that is, behind a colon; or nothing.
        why: String,
    },
    /// It is not there, but not all payload was kept.
    Unkept,
}

impl<'a> Search<'a> {
    pub(super) fn new(observation: &'a Observation, connection: &'a ObservedConnection) -> Self {
        let all = FrameWindow {
            after: FrameNumber(0),
            to: observation.last_frame(),
        };
        let stream = |side| Stream {
            payload: connection.sent_by(side).within(all),
            done_bytes: 0,
        };
        Self {
            observation,
            connection,
            by_initiator: stream(Side::Initiator),
            by_responder: stream(Side::Responder),
            before: None,
        }
    }

    /// The frame that completes the next event.
    pub(super) fn next(&mut self, event: &Event) -> Result<FrameNumber, Miss> {
        self.pass_earlier_bytes(event.by);
        let from = self.stream(event.by).done_bytes;
        let (frame, begin, end) = match &event.what {
            What::Payload(regex) => self.payload(event.by, regex)?,
            What::Fin => {
                let frame = self.fin(event.by)?;
                self.until_close(event.by, from, frame)
            }
            What::Rst => {
                let frame = self.rst(event.by)?;
                self.until_close(event.by, from, frame)
            }
        };
        let between = from..begin;
        let stream = self.stream(event.by);
        let forbidden = event
            .not
            .as_ref()
            .and_then(|not| not.find(&stream.payload.bytes[between]));
        if let Some(found) = forbidden {
            return Err(Miss::Forbidden {
                frame: stream.frame_of(from + found.end()).unwrap_or(frame),
                text: Foreign::from_bytes(found.as_bytes(), SHOWN_CHARS),
            });
        }
        self.stream_mut(event.by).done_bytes = end;
        self.before = Some((frame, event.by));
        Ok(frame)
    }

    /// What the side had sent when the other side's event came does not count any more.
    fn pass_earlier_bytes(&mut self, by: Side) {
        if let Some((frame, side)) = self.before
            && side != by
        {
            let stream = self.stream_mut(by);
            stream.done_bytes = stream.done_bytes.max(stream.bytes_up_to(frame));
        }
    }

    fn payload(&self, by: Side, regex: &Regex) -> Result<(FrameNumber, usize, usize), Miss> {
        let stream = self.stream(by);
        let from = stream.done_bytes;
        let Some(found) = regex.find(&stream.payload.bytes[from..]) else {
            return Err(self.no_payload(by, regex));
        };
        let (begin, end) = (from + found.start(), from + found.end());
        let frame = stream.frame_of(end).unwrap_or(self.earliest(by));
        Ok((frame, begin, end))
    }

    fn no_payload(&self, by: Side, regex: &Regex) -> Miss {
        let stream = self.stream(by);
        if stream.payload.left_out_bytes > 0 {
            return Miss::Unkept;
        }
        let (earlier, later) = stream.payload.bytes.split_at(stream.done_bytes);
        let too_early = regex
            .find(earlier)
            .and_then(|found| stream.frame_of(found.end()));
        let next = stream
            .frame_of(stream.done_bytes + 1)
            .filter(|_| !later.is_empty());
        let why = match (too_early, next) {
            (Some(frame), _) => format!(": it came too early (frame {frame})"),
            (None, Some(frame)) => {
                let text = Foreign::from_bytes(later, SHOWN_CHARS);
                format!(": “{text}” came instead (frame {frame})")
            }
            (None, None) => ": that side sent nothing more".to_owned(),
        };
        self.absent(by, too_early.or(next), why)
    }

    fn fin(&self, by: Side) -> Result<FrameNumber, Miss> {
        let fin = self.connection.wire.sent_by(by).fin;
        let Some(fin) = fin else {
            return Err(self.no_fin(by));
        };
        let frame = fin.sent.frame;
        match self
            .observation
            .own_close(self.connection.role(by), fin.sent)
        {
            OwnClose::Own if frame >= self.earliest(by) => Ok(frame),
            OwnClose::Own => Err(self.too_early(by, frame)),
            OwnClose::AfterStop | OwnClose::AfterFaultStep | OwnClose::Crash => {
                let why = format!(": that of frame {frame} is not the program's own");
                Err(self.absent(by, Some(frame), why))
            }
        }
    }

    fn no_fin(&self, by: Side) -> Miss {
        match close::harmful_reset(self.connection) {
            Some((side, reset)) => {
                let frame = reset.sent.frame;
                let why = format!(": the {side} reset the connection (frame {frame})");
                self.absent(by, Some(frame), why)
            }
            None => self.absent(by, None, String::new()),
        }
    }

    fn rst(&self, by: Side) -> Result<FrameNumber, Miss> {
        let mut resets = self.connection.wire.sent_by(by).heeded_resets();
        let frames: Vec<_> = resets.by_ref().map(|reset| reset.sent.frame).collect();
        let earliest = self.earliest(by);
        let found = frames
            .iter()
            .copied()
            .find(|&frame| frame >= earliest && self.observation.is_before_stop(frame));
        found.ok_or_else(|| match frames.first() {
            Some(&frame) if frame < earliest => self.too_early(by, frame),
            Some(&frame) => {
                let why = format!(": that of frame {frame} came after we stopped the programs");
                self.absent(by, Some(frame), why)
            }
            None => self.absent(by, None, String::new()),
        })
    }

    /// What the side sent until it closed.
    fn until_close(
        &self,
        by: Side,
        from: usize,
        frame: FrameNumber,
    ) -> (FrameNumber, usize, usize) {
        let end = self.stream(by).bytes_up_to(frame).max(from);
        (frame, end, end)
    }

    fn too_early(&self, by: Side, frame: FrameNumber) -> Miss {
        self.absent(
            by,
            Some(frame),
            format!(": it came too early (frame {frame})"),
        )
    }

    fn absent(&self, by: Side, nearest: Option<FrameNumber>, why: String) -> Miss {
        let last = self.connection.wire.last.frame;
        let first = self.earliest(by).min(last);
        Miss::Absent {
            searched: (first, last),
            nearest,
            why,
        }
    }

    /// The first frame in which a side's next event can be: that of the event before if it was its own too.
    fn earliest(&self, by: Side) -> FrameNumber {
        match self.before {
            None => self.connection.wire.first.frame,
            Some((frame, side)) if side == by => frame,
            Some((frame, _)) => FrameNumber(frame.0 + 1),
        }
    }

    fn stream(&self, side: Side) -> &Stream {
        match side {
            Side::Initiator => &self.by_initiator,
            Side::Responder => &self.by_responder,
        }
    }

    fn stream_mut(&mut self, side: Side) -> &mut Stream {
        match side {
            Side::Initiator => &mut self.by_initiator,
            Side::Responder => &mut self.by_responder,
        }
    }
}

impl Stream {
    /// The frame that completed the first `length` bytes.
    fn frame_of(&self, length: usize) -> Option<FrameNumber> {
        self.payload.complete_at(length).map(|at| at.frame)
    }

    /// How many of its first bytes were complete with this frame.
    fn bytes_up_to(&self, frame: FrameNumber) -> usize {
        self.payload.bytes_complete_at(frame)
    }
}
