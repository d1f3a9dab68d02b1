//! Which bytes of a stream were seen.

use std::ops::Range;

/// The most separate ranges kept of one half-connection: what bounds its memory. A real capture has a handful.
const MAX_RANGES: usize = 65_536;

/// Adds `new` to `ranges` (ascending and apart) and gives the parts of it that were not there: the first copy of a
/// byte wins. `None`, and nothing added, when it would be one hole too many.
pub(super) fn insert(ranges: &mut Vec<Range<u64>>, new: Range<u64>) -> Option<Vec<Range<u64>>> {
    let first = ranges.partition_point(|range| range.end < new.start);
    let after = ranges.partition_point(|range| range.start <= new.end);
    if first == after && ranges.len() >= MAX_RANGES {
        return None;
    }
    let touched = &ranges[first..after];
    let fresh = gaps(touched, new.clone());
    let start = touched
        .first()
        .map_or(new.start, |r| r.start.min(new.start));
    let end = touched.last().map_or(new.end, |r| r.end.max(new.end));
    if touched.len() == 1 {
        ranges[first] = start..end;
    } else {
        ranges.drain(first..after);
        ranges.insert(first, start..end);
    }
    Some(fresh)
}

/// The parts of `within` that no range holds.
fn gaps(ranges: &[Range<u64>], within: Range<u64>) -> Vec<Range<u64>> {
    let mut gaps = Vec::new();
    let mut next = within.start;
    for range in ranges {
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
            let (mut ranges, mut bytes) = (Vec::new(), BTreeSet::new());
            for piece in pieces {
                let fresh = insert(&mut ranges, piece.clone()).expect("there is room");
                let fresh: Vec<u64> = fresh.into_iter().flatten().collect();
                let expected: Vec<u64> = piece.filter(|&byte| bytes.insert(byte)).collect();
                prop_assert_eq!(fresh, expected);
            }
            prop_assert!(ranges.is_sorted_by(|a, b| a.end < b.start), "{ranges:?} are not apart");
            let held: Vec<u64> = ranges.into_iter().flatten().collect();
            prop_assert_eq!(held, Vec::from_iter(bytes));
        }
    }

    #[test]
    fn one_hole_too_many_is_not_kept_and_holes_can_still_be_filled() {
        let mut ranges: Vec<_> = (0..MAX_RANGES as u64).map(|n| n * 2..n * 2 + 1).collect();
        let beyond = MAX_RANGES as u64 * 2 + 5..MAX_RANGES as u64 * 2 + 6;
        let hole = 1..2;
        assert_eq!(insert(&mut ranges, beyond.clone()), None);
        assert_eq!(insert(&mut ranges, hole.clone()), Some(vec![hole]));
        assert_eq!(insert(&mut ranges, beyond.clone()), Some(vec![beyond]));
    }
}
