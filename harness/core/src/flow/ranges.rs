//! Which bytes of a stream were seen.

use std::ops::Range;

use smallvec::SmallVec;

/// The most separate ranges kept of one half-connection: what bounds its memory. A real capture has a handful.
const MAX_RANGES: usize = 65_536;

/// Ranges of offsets, ascending and apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ranges {
    kept: SmallVec<[Range<u64>; 1]>,
    total_bytes: u64,
}

/// A few ranges: the parts of a segment that are new, or those that are not.
pub(super) type Parts = SmallVec<[Range<u64>; 2]>;

impl Ranges {
    /// Adds `new` and gives the parts of it that were not there: the first copy of a byte wins. `None`, and nothing
    /// added, when it would be one hole too many.
    pub(super) fn insert(&mut self, new: Range<u64>) -> Option<Parts> {
        let fresh = match self.kept.last_mut() {
            Some(last) if last.end == new.start => {
                last.end = new.end;
                Parts::from_iter([new])
            }
            None => {
                self.kept.push(new.clone());
                Parts::from_iter([new])
            }
            Some(_) => self.insert_anywhere(new)?,
        };
        self.total_bytes += total(&fresh);
        Some(fresh)
    }

    fn insert_anywhere(&mut self, new: Range<u64>) -> Option<Parts> {
        let first = self.kept.partition_point(|range| range.end < new.start);
        let after = self.kept.partition_point(|range| range.start <= new.end);
        if first == after && self.kept.len() >= MAX_RANGES {
            return None;
        }
        let fresh = self.gaps_within(new.clone()).into();
        if first == after {
            self.kept.insert(first, new);
        } else {
            let last_end = self.kept[after - 1].end;
            let joined = &mut self.kept[first];
            *joined = joined.start.min(new.start)..last_end.max(new.end);
            self.kept.drain(first + 1..after);
        }
        Some(fresh)
    }

    /// Moves all of them further on.
    pub(super) fn shift(&mut self, by: u64) {
        for range in &mut self.kept {
            *range = range.start + by..range.end + by;
        }
    }

    /// The parts of `within` that no range holds.
    pub(super) fn gaps_within(&self, within: Range<u64>) -> Vec<Range<u64>> {
        let first = self.kept.partition_point(|range| range.end <= within.start);
        let mut gaps = Vec::new();
        let mut next = within.start;
        for range in &self.kept[first..] {
            if range.start >= within.end {
                break;
            }
            if range.start > next {
                gaps.push(next..range.start);
            }
            next = next.max(range.end);
        }
        if next < within.end {
            gaps.push(next..within.end);
        }
        gaps
    }

    /// The first part of `within` that no range holds.
    pub(super) fn first_gap_within(&self, within: Range<u64>) -> Option<Range<u64>> {
        match self.kept.last() {
            _ if within.is_empty() => None,
            Some(last) if last.start <= within.start && within.end <= last.end => None,
            Some(_) | None => self.gaps_within(within).into_iter().next(),
        }
    }

    /// The ranges.
    pub(super) fn as_slice(&self) -> &[Range<u64>] {
        &self.kept
    }

    /// How many bytes they hold.
    pub(super) fn total_bytes(&self) -> u64 {
        self.total_bytes
    }
}

/// Ranges that are ascending and apart already.
impl FromIterator<Range<u64>> for Ranges {
    fn from_iter<T: IntoIterator<Item = Range<u64>>>(ranges: T) -> Self {
        let kept = SmallVec::from_iter(ranges);
        Self {
            total_bytes: total(&kept),
            kept,
        }
    }
}

/// How many bytes ranges that are apart hold together.
pub(super) fn total(ranges: &[Range<u64>]) -> u64 {
    ranges.iter().map(|range| range.end - range.start).sum()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const STREAM: u64 = 60;

    fn pieces() -> impl Strategy<Value = Vec<Range<u64>>> {
        let piece = (0..STREAM, 1..20_u64).prop_map(|(start, len)| start..start + len);
        prop::collection::vec(piece, 0..40)
    }

    proptest! {
        /// The stupid twin is the set of all bytes seen.
        #[test]
        fn ranges_hold_what_a_set_of_bytes_holds(pieces in pieces()) {
            let (mut ranges, mut bytes) = (Ranges::default(), BTreeSet::new());
            for piece in pieces {
                let fresh = ranges.insert(piece.clone()).expect("there is room");
                let fresh: Vec<u64> = fresh.into_iter().flatten().collect();
                let expected: Vec<u64> = piece.filter(|&byte| bytes.insert(byte)).collect();
                prop_assert_eq!(fresh, expected);
            }
            prop_assert!(ranges.as_slice().is_sorted_by(|a, b| a.end < b.start), "{ranges:?} are not apart");
            prop_assert_eq!(ranges.total_bytes(), bytes.len() as u64);
            let held: Vec<u64> = ranges.as_slice().iter().cloned().flatten().collect();
            prop_assert_eq!(held, Vec::from_iter(bytes));
        }
    }

    #[test]
    fn one_hole_too_many_is_not_kept_and_holes_can_still_be_filled() {
        let mut ranges = Ranges::default();
        for n in 0..MAX_RANGES as u64 {
            ranges.insert(n * 2..n * 2 + 1).expect("there is room");
        }
        let beyond = MAX_RANGES as u64 * 2 + 5..MAX_RANGES as u64 * 2 + 6;
        assert_eq!(ranges.insert(beyond.clone()), None);
        assert_eq!(
            ranges.insert(1..2).as_deref(),
            Some(std::slice::from_ref(&(1..2)))
        );
        assert_eq!(
            ranges.insert(beyond.clone()).as_deref(),
            Some([beyond].as_slice())
        );
    }
}
