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
        ranges.splice(first..after, [start..end]);
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
