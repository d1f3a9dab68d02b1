//! Lists that a hostile capture cannot make long.

use std::ops::Deref;

use smallvec::SmallVec;

use crate::pcap::FrameNumber;

/// How many are kept.
const KEPT: usize = 64;

/// The first 64 of something, in order, and how many there were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Firsts<T> {
    kept: SmallVec<[T; 1]>,
    count: u64,
}

/// The frames that carried something.
pub type Frames = Firsts<FrameNumber>;

impl<T> Firsts<T> {
    /// How many there were, those that are not kept included.
    pub fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn push(&mut self, item: T) {
        self.count += 1;
        if self.kept.len() < KEPT {
            self.kept.push(item);
        }
    }

    /// Adds one whose place was in doubt while later ones came.
    pub(super) fn insert(&mut self, item: T)
    where
        T: Ord,
    {
        self.count += 1;
        let place = self.kept.partition_point(|kept| *kept < item);
        self.kept.insert(place, item);
        self.kept.truncate(KEPT);
    }

    /// Those kept, to be judged anew.
    pub(super) fn kept_mut(&mut self) -> &mut [T] {
        &mut self.kept
    }
}

impl<T> Default for Firsts<T> {
    fn default() -> Self {
        Self {
            kept: SmallVec::new(),
            count: 0,
        }
    }
}

/// Those kept.
impl<T> Deref for Firsts<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_to_be_kept_is_counted() {
        let mut frames = Frames::default();
        for frame in 1..=100 {
            frames.push(FrameNumber(frame));
        }
        let kept: Vec<_> = (1..=64).map(FrameNumber).collect();
        assert_eq!((&*frames, frames.count()), (kept.as_slice(), 100));
    }

    #[test]
    fn what_comes_late_is_put_in_its_place() {
        let mut frames = Frames::default();
        for frame in [3, 7, 5, 1] {
            frames.insert(FrameNumber(frame));
        }
        for frame in 8..=100 {
            frames.push(FrameNumber(frame));
        }
        frames.insert(FrameNumber(6));
        let kept: Vec<_> = [1, 3, 5, 6, 7]
            .into_iter()
            .chain(8..=66)
            .map(FrameNumber)
            .collect();
        assert_eq!((&*frames, frames.count()), (kept.as_slice(), 98));
    }
}
