//! The payload of one half-connection, piece by piece as it was captured.

use std::ops::Range;

use crate::flow::Milestone;
use crate::pcap::FrameNumber;

/// Payload bytes kept of one half-connection; what comes later is counted, not kept.
const KEPT_OF_HALF_BYTES: usize = 16 << 20;
/// Payload bytes kept of one capture.
const KEPT_OF_CAPTURE_BYTES: usize = 256 << 20;

/// How many payload bytes a capture's transcripts may still keep.
#[derive(Debug)]
pub(super) struct Budget {
    left_bytes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            left_bytes: KEPT_OF_CAPTURE_BYTES,
        }
    }
}

/// What one side sent: each payload byte once, in the order of frames.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    pieces: Vec<Piece>,
    kept: Vec<u8>,
}

/// A run of payload bytes that one frame brought first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The frame, and when it was captured.
    pub at: Milestone,
    /// Where the bytes stand in the sender's stream.
    pub offsets: Range<u64>,
    kept: Range<usize>,
}

/// Frames after one and up to another, as steps are bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameWindow {
    /// The last frame before the window.
    pub after: FrameNumber,
    /// The last frame in it.
    pub to: FrameNumber,
}

/// Payload of one half-connection in stream order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// The bytes kept.
    pub bytes: Vec<u8>,
    /// Bytes that crossed and were not kept.
    pub left_out_bytes: u64,
    ends: Vec<(usize, Milestone)>,
}

impl FrameWindow {
    /// Whether the frame lies in it.
    pub fn contains(self, frame: FrameNumber) -> bool {
        self.after < frame && frame <= self.to
    }
}

impl Piece {
    /// How many bytes it is.
    pub fn len_bytes(&self) -> u64 {
        self.offsets.end - self.offsets.start
    }
}

impl Transcript {
    /// Adds bytes that `at` brought first; `bytes` may be fewer than the offsets say (snap length).
    pub(super) fn push(
        &mut self,
        at: Milestone,
        offsets: Range<u64>,
        bytes: &[u8],
        budget: &mut Budget,
    ) {
        let room = KEPT_OF_HALF_BYTES
            .saturating_sub(self.kept.len())
            .min(budget.left_bytes);
        let bytes = &bytes[..bytes.len().min(room)];
        budget.left_bytes -= bytes.len();
        let start = self.kept.len();
        self.kept.extend_from_slice(bytes);
        self.pieces.push(Piece {
            at,
            offsets,
            kept: start..self.kept.len(),
        });
    }

    /// Counts offsets from an earlier begin.
    pub(super) fn begin_earlier(&mut self, bytes: u64) {
        for piece in &mut self.pieces {
            piece.offsets = piece.offsets.start + bytes..piece.offsets.end + bytes;
        }
    }

    /// All pieces, in the order of frames.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The pieces whose frames lie in the window.
    pub fn pieces_within(&self, window: FrameWindow) -> impl Iterator<Item = &Piece> {
        self.pieces
            .iter()
            .filter(move |piece| window.contains(piece.at.frame))
    }

    /// How many payload bytes crossed in the window, each once.
    pub fn bytes_within(&self, window: FrameWindow) -> u64 {
        self.pieces_within(window).map(Piece::len_bytes).sum()
    }

    /// The payload of the window, in the order of the stream.
    pub fn within(&self, window: FrameWindow) -> Excerpt {
        let mut pieces: Vec<_> = self.pieces_within(window).collect();
        pieces.sort_by_key(|piece| piece.offsets.start);
        let mut excerpt = Excerpt::default();
        for piece in pieces {
            let kept = &self.kept[piece.kept.clone()];
            excerpt.bytes.extend_from_slice(kept);
            excerpt.left_out_bytes += piece.len_bytes().saturating_sub(kept.len() as u64);
            excerpt.ends.push((excerpt.bytes.len(), piece.at));
        }
        excerpt
    }
}

impl Excerpt {
    /// The latest of the frames that were needed for the first `length` bytes; `None` for no bytes.
    pub fn complete_at(&self, length: usize) -> Option<Milestone> {
        let begun_before = |index: usize| index == 0 || self.ends[index - 1].0 < length;
        (0..self.ends.len())
            .take_while(|&index| length > 0 && begun_before(index))
            .map(|index| self.ends[index].1)
            .max()
    }

    /// How many of the first bytes were there with this frame.
    pub fn bytes_complete_at(&self, frame: FrameNumber) -> usize {
        let complete = self.ends.iter().take_while(|(_, at)| at.frame <= frame);
        complete.last().map_or(0, |(end, _)| *end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn at(frame: u64) -> Milestone {
        Milestone {
            frame: FrameNumber(frame),
            at: Timestamp::from_nanos(frame * 1_000),
        }
    }

    fn window(after: u64, to: u64) -> FrameWindow {
        FrameWindow {
            after: FrameNumber(after),
            to: FrameNumber(to),
        }
    }

    #[test]
    fn a_hole_filled_later_is_read_in_stream_order() {
        let (mut transcript, mut budget) = (Transcript::default(), Budget::default());
        transcript.push(at(4), 0..2, b"ab", &mut budget);
        transcript.push(at(5), 4..6, b"ef", &mut budget);
        transcript.push(at(6), 2..4, b"cd", &mut budget);
        let excerpt = transcript.within(window(0, 9));
        assert_eq!(excerpt.bytes, b"abcdef");
        assert_eq!(excerpt.complete_at(2), Some(at(4)));
        assert_eq!(excerpt.complete_at(3), Some(at(6)));
        assert_eq!(excerpt.complete_at(5), Some(at(6)));
        assert_eq!(excerpt.complete_at(0), None);
    }

    #[test]
    fn a_window_excludes_its_first_frame_and_includes_its_last() {
        let (mut transcript, mut budget) = (Transcript::default(), Budget::default());
        transcript.push(at(4), 0..2, b"ab", &mut budget);
        transcript.push(at(5), 2..4, b"cd", &mut budget);
        transcript.push(at(6), 4..6, b"ef", &mut budget);
        assert_eq!(transcript.within(window(4, 5)).bytes, b"cd");
        assert_eq!(transcript.bytes_within(window(3, 5)), 4);
    }

    #[test]
    fn bytes_beyond_the_budget_are_counted_and_not_kept() {
        let mut transcript = Transcript::default();
        let mut budget = Budget { left_bytes: 3 };
        transcript.push(at(1), 0..2, b"ab", &mut budget);
        transcript.push(at(2), 2..4, b"cd", &mut budget);
        let excerpt = transcript.within(window(0, 9));
        assert_eq!(
            (excerpt.bytes.as_slice(), excerpt.left_out_bytes),
            (b"abc".as_slice(), 1)
        );
        assert_eq!(transcript.bytes_within(window(0, 9)), 4);
    }
}
