//! Which frames brought the last payload.

use smallvec::SmallVec;

use crate::pcap::FrameNumber;

/// How many frames are remembered of a half-connection: a window of full-sized segments on most paths.
const REMEMBERED: usize = 64;

/// The frames that brought the last payload, each with the offset at which it begins.
#[derive(Clone, Debug, Default)]
pub(super) struct FirstCopies {
    frames: SmallVec<[(u64, FrameNumber); 2]>,
    /// Which of them is the oldest, once there is no room for more.
    oldest: usize,
}

impl FirstCopies {
    /// A frame brought new payload from this offset on.
    pub(super) fn push(&mut self, start: u64, frame: FrameNumber) {
        if self.frames.len() < REMEMBERED {
            self.frames.push((start, frame));
        } else {
            self.frames[self.oldest] = (start, frame);
            self.oldest = (self.oldest + 1) % REMEMBERED;
        }
    }

    /// The frame that brought the payload at this offset, if it is remembered.
    pub(super) fn frame_of(&self, offset: u64) -> Option<FrameNumber> {
        let begins_before = self.frames.iter().filter(|(start, _)| *start <= offset);
        begins_before.max_by_key(|(start, _)| start).map(|it| it.1)
    }

    /// Moves all of them further on in the stream.
    pub(super) fn shift(&mut self, by: u64) {
        for (start, _) in &mut self.frames {
            *start += by;
        }
    }

    /// Forgets everything and gives its memory back.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
