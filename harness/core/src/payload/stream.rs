//! Ranges in any order to pieces in stream order.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use crate::pcap::FrameNumber;

/// Bytes that may wait behind a hole, their bookkeeping counted.
const MAX_WAITING_BYTES: usize = 8 << 20;

/// What one waiting range costs beside its bytes.
const RANGE_COST_BYTES: usize = 96;

/// One side's payload on its way into order. Offsets count from the sender's first payload byte, 64-bit.
#[derive(Debug, Default)]
pub struct Stream {
    /// All before this offset was given out.
    next: u64,
    /// What came early, by its first offset.
    waiting: BTreeMap<u64, Waiting>,
    waiting_bytes: usize,
    /// The highest offset that the other side acknowledged.
    acknowledged: u64,
    /// Where what was given out first begins: not at 0 if the stream turned out to begin earlier.
    first_given: u64,
}

/// A stretch of a stream, or what there is instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Payload.
    Bytes {
        /// The frame that brought it first.
        frame: FrameNumber,
        /// The offset of its first byte.
        offset: u64,
        /// The bytes.
        bytes: Cow<'a, [u8]>,
    },
    /// Payload that stands here and is not given.
    Missing {
        /// Where it stands.
        offsets: Range<u64>,
        /// Why it is not given.
        why: Absence,
    },
}

/// Why bytes are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// The other side acknowledged them; no frame of the capture holds them.
    NotCaptured,
    /// No frame of the capture holds them, and nobody acknowledged them.
    NeverArrived,
    /// Their frame was cut by the snap length.
    Cut,
    /// They were captured before their place was known, and not kept.
    NotKept,
    /// So much came before them that they were not waited for.
    TooLate,
    /// They stand before what was given out first: the capture begins in mid-stream, and they came late.
    BeforeFirst,
    /// They came after all, when what follows had been given out.
    OutOfTurn,
}

/// What a range holds.
#[derive(Debug)]
struct Content<'a> {
    frame: FrameNumber,
    bytes: Cow<'a, [u8]>,
    /// Why the others are absent, where there are fewer bytes than the range says.
    why_fewer: Absence,
}

#[derive(Debug)]
struct Waiting {
    end: u64,
    content: Content<'static>,
}

impl Stream {
    /// Takes a range that was not seen before and gives what is now in order. `bytes` may be fewer than the range says
    /// (snap length).
    pub fn push<'a>(
        &mut self,
        frame: FrameNumber,
        offsets: Range<u64>,
        bytes: &'a [u8],
    ) -> Vec<Piece<'a>> {
        let content = Content {
            frame,
            bytes: Cow::Borrowed(bytes),
            why_fewer: Absence::Cut,
        };
        self.take(offsets, content)
    }

    /// The same for a range of which the bytes are gone, since its place shows only at this frame.
    pub fn push_placed_late(
        &mut self,
        frame: FrameNumber,
        offsets: Range<u64>,
    ) -> Vec<Piece<'static>> {
        let content = Content {
            frame,
            bytes: Cow::Borrowed(&[]),
            why_fewer: Absence::NotKept,
        };
        self.take(offsets, content)
    }

    fn take<'a>(&mut self, offsets: Range<u64>, content: Content<'a>) -> Vec<Piece<'a>> {
        let mut pieces = Vec::new();
        match offsets.start.cmp(&self.next) {
            Ordering::Less => {
                let why = if offsets.start < self.first_given {
                    Absence::BeforeFirst
                } else {
                    Absence::OutOfTurn
                };
                pieces.push(Piece::Missing { offsets, why });
            }
            Ordering::Equal => {
                self.give(&mut pieces, offsets.end, content);
                self.give_waiting(&mut pieces);
            }
            Ordering::Greater => {
                self.keep(offsets, content);
                self.pass_acknowledged_holes(&mut pieces);
                while self.waiting_bytes > MAX_WAITING_BYTES {
                    self.pass_hole(&mut pieces, Absence::TooLate);
                }
            }
        }
        pieces
    }

    /// Takes in that the other side acknowledged all before `offset`, and gives what needs to wait no longer.
    pub fn acknowledge(&mut self, offset: u64) -> Vec<Piece<'static>> {
        let mut pieces = Vec::new();
        self.acknowledged = self.acknowledged.max(offset);
        self.pass_acknowledged_holes(&mut pieces);
        pieces
    }

    /// Takes in that the stream begins earlier than was supposed: offsets count from its new begin.
    pub fn begin_earlier(&mut self, bytes: u64) {
        let waiting = std::mem::take(&mut self.waiting).into_iter();
        self.waiting = waiting
            .map(|(start, it)| {
                let end = it.end + bytes;
                (start + bytes, Waiting { end, ..it })
            })
            .collect();
        if self.next > 0 {
            self.next += bytes;
            self.first_given += bytes;
        }
        if self.acknowledged > 0 {
            self.acknowledged += bytes;
        }
    }

    /// Gives what is left when nothing more can come.
    pub fn finish(mut self) -> Vec<Piece<'static>> {
        let mut pieces = Vec::new();
        while !self.waiting.is_empty() {
            let why = self.why_missing(self.next);
            self.pass_hole(&mut pieces, why);
        }
        if self.acknowledged > self.next {
            pieces.push(Piece::Missing {
                offsets: self.next..self.acknowledged,
                why: Absence::NotCaptured,
            });
        }
        pieces
    }

    fn why_missing(&self, offset: u64) -> Absence {
        if self.acknowledged > offset {
            Absence::NotCaptured
        } else {
            Absence::NeverArrived
        }
    }

    fn keep(&mut self, offsets: Range<u64>, content: Content<'_>) {
        self.waiting_bytes += content.bytes.len() + RANGE_COST_BYTES;
        let waiting = Waiting {
            end: offsets.end,
            content: Content {
                bytes: Cow::Owned(content.bytes.into_owned()),
                ..content
            },
        };
        self.waiting.insert(offsets.start, waiting);
    }

    fn pass_acknowledged_holes(&mut self, pieces: &mut Vec<Piece<'_>>) {
        while self
            .waiting
            .first_key_value()
            .is_some_and(|(&start, _)| start <= self.acknowledged)
        {
            self.pass_hole(pieces, Absence::NotCaptured);
        }
    }

    /// Waits no longer for what stands before the first range that waits.
    fn pass_hole(&mut self, pieces: &mut Vec<Piece<'_>>, why: Absence) {
        let Some((&start, _)) = self.waiting.first_key_value() else {
            return;
        };
        pieces.push(Piece::Missing {
            offsets: self.next..start,
            why,
        });
        self.next = start;
        self.give_waiting(pieces);
    }

    /// Gives what waits and is next.
    fn give_waiting(&mut self, pieces: &mut Vec<Piece<'_>>) {
        while let Some(waiting) = self.waiting.remove(&self.next) {
            self.waiting_bytes -= waiting.content.bytes.len() + RANGE_COST_BYTES;
            self.give(pieces, waiting.end, waiting.content);
        }
    }

    /// Gives what begins at `next` and ends at `end`.
    fn give<'a>(&mut self, pieces: &mut Vec<Piece<'a>>, end: u64, content: Content<'a>) {
        let offset = self.next;
        let captured_end = offset.saturating_add(content.bytes.len() as u64).min(end);
        if !content.bytes.is_empty() {
            pieces.push(Piece::Bytes {
                frame: content.frame,
                offset,
                bytes: content.bytes,
            });
        }
        if captured_end < end {
            pieces.push(Piece::Missing {
                offsets: captured_end..end,
                why: content.why_fewer,
            });
        }
        self.next = end;
    }
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCaptured => f.write_str("acknowledged, and in no frame of the capture"),
            Self::NeverArrived => f.write_str("in no frame of the capture, and not acknowledged"),
            Self::Cut => f.write_str("cut off by the snap length"),
            Self::NotKept => f.write_str("captured before their place was known, and not kept"),
            Self::TooLate => {
                let mebibytes = MAX_WAITING_BYTES >> 20;
                write!(f, "not waited for: {mebibytes} MiB came before them")
            }
            Self::BeforeFirst => f.write_str("they stand before what was given out first"),
            Self::OutOfTurn => f.write_str("they came when what follows had been given out"),
        }
    }
}
