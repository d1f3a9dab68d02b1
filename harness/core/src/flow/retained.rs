//! The recent payload of one half-connection, kept so that what is sent again can be compared with what was sent first.

use std::collections::VecDeque;
use std::ops::Range;

/// How much of a half-connection is kept, bytes: the largest window without a scale (RFC 9293, 3.1), the largest frame of a
/// loopback interface. It bounds what many long connections that are open at once cost together.
const BOUND_BYTES: usize = 64 * 1024;
/// How many separate pieces of it are kept: what bounds memory when every segment leaves a hole.
const MAX_OLDER_PIECES: usize = 256;

/// The payload of a half-connection that was kept last, at most `BOUND` bytes of it; what was kept first is forgotten
/// first. A hole costs nothing: bytes are kept in the order in which they come, beside a list of where they belong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Retained<const BOUND: usize = BOUND_BYTES> {
    /// A log of `BOUND` bytes in which the newest overwrite the oldest; shorter until that much was kept.
    log: Vec<u8>,
    /// How many bytes were ever kept.
    kept_bytes: u64,
    /// The piece at the end of the log: a stream without holes has no other.
    newest: Piece,
    /// The others, oldest first.
    older: VecDeque<Piece>,
}

/// Bytes that follow each other in the stream and in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Piece {
    /// Where they stand in the stream.
    offsets: Range<u64>,
    /// How many bytes were kept before the first of them.
    position: u64,
}

/// What came of comparing bytes with those kept at the same offsets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Comparison {
    /// How many differ.
    pub(super) differing_bytes: u64,
    /// The offset of the first that does.
    pub(super) first_difference: Option<u64>,
    /// How many could not be compared: never kept, or forgotten.
    pub(super) uncompared_bytes: u64,
}

impl<const BOUND: usize> Retained<BOUND> {
    /// Keeps bytes of which none was kept before: the first copy of a byte wins, and the caller knows which is first.
    pub(super) fn keep(&mut self, offset: u64, bytes: &[u8]) {
        let skipped = bytes.len().saturating_sub(BOUND);
        let (offset, bytes) = (offset + skipped as u64, &bytes[skipped..]);
        if bytes.is_empty() {
            return;
        }
        if self.newest.offsets.end != offset {
            self.begin_piece(offset);
        }
        self.newest.offsets.end += bytes.len() as u64;
        self.append(bytes);
        self.forget_overwritten();
    }

    /// Compares bytes with those kept.
    pub(super) fn compare(&self, offset: u64, bytes: &[u8]) -> Comparison {
        let mut comparison = Comparison {
            uncompared_bytes: bytes.len() as u64,
            ..Comparison::default()
        };
        let all = offset..offset + bytes.len() as u64;
        for piece in self.older.iter().chain([&self.newest]) {
            let common = piece.offsets.start.max(all.start)..piece.offsets.end.min(all.end);
            if common.start < common.end {
                let theirs = &bytes[index(common.start - offset)..index(common.end - offset)];
                self.compare_piece(piece, common.start, theirs, &mut comparison);
            }
        }
        comparison
    }

    /// Moves all that is kept further on in the stream.
    pub(super) fn shift(&mut self, by: u64) {
        for piece in self.older.iter_mut().chain([&mut self.newest]) {
            piece.offsets = piece.offsets.start + by..piece.offsets.end + by;
        }
    }

    /// Forgets everything and gives its memory back.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    fn begin_piece(&mut self, offset: u64) {
        let begun = Piece {
            offsets: offset..offset,
            position: self.kept_bytes,
        };
        let older = std::mem::replace(&mut self.newest, begun);
        if older.offsets.is_empty() {
            return;
        }
        if self.older.len() == MAX_OLDER_PIECES {
            self.older.pop_front();
        }
        self.older.push_back(older);
    }

    /// Writes at most `BOUND` bytes at the end of the log.
    fn append(&mut self, bytes: &[u8]) {
        let (grown, wrapped) = bytes.split_at(bytes.len().min(BOUND - self.log.len()));
        self.grow(grown);
        self.kept_bytes += grown.len() as u64;
        if wrapped.is_empty() {
            return;
        }
        let begin = Self::index_of(self.kept_bytes);
        let (to_end, from_begin) = wrapped.split_at(wrapped.len().min(BOUND - begin));
        self.log[begin..begin + to_end.len()].copy_from_slice(to_end);
        self.log[..from_begin.len()].copy_from_slice(from_begin);
        self.kept_bytes += wrapped.len() as u64;
    }

    /// Lengthens the log, its room doubling up to the bound and never beyond.
    fn grow(&mut self, bytes: &[u8]) {
        let needed = self.log.len() + bytes.len();
        if needed > self.log.capacity() {
            let room = needed.max(2 * self.log.capacity()).min(BOUND);
            self.log.reserve_exact(room - self.log.len());
        }
        self.log.extend_from_slice(bytes);
    }

    fn forget_overwritten(&mut self) {
        let oldest = self.kept_bytes.saturating_sub(BOUND as u64);
        while let Some(piece) = self.older.front_mut() {
            piece.forget_before(oldest);
            if !piece.offsets.is_empty() {
                return;
            }
            self.older.pop_front();
        }
        self.newest.forget_before(oldest);
    }

    /// Compares bytes that a piece holds from `start` on.
    fn compare_piece(&self, piece: &Piece, start: u64, bytes: &[u8], comparison: &mut Comparison) {
        let begin = Self::index_of(piece.position + (start - piece.offsets.start));
        let (to_end, from_begin) = bytes.split_at(bytes.len().min(self.log.len() - begin));
        comparison.compare(start, &self.log[begin..begin + to_end.len()], to_end);
        let start = start + to_end.len() as u64;
        comparison.compare(start, &self.log[..from_begin.len()], from_begin);
    }

    /// Where in the log the byte stands before which `position` bytes were kept.
    fn index_of(position: u64) -> usize {
        index(position % BOUND as u64)
    }
}

impl Piece {
    /// Leaves out the bytes before a position in the log.
    fn forget_before(&mut self, position: u64) {
        let overwritten = position.saturating_sub(self.position);
        let forgotten = overwritten.min(self.offsets.end - self.offsets.start);
        self.position += forgotten;
        self.offsets.start += forgotten;
    }
}

impl Comparison {
    /// Takes in as many bytes kept from an offset on as came again.
    fn compare(&mut self, offset: u64, kept: &[u8], again: &[u8]) {
        self.uncompared_bytes -= again.len() as u64;
        if kept == again {
            return;
        }
        for (at, (kept, again)) in (offset..).zip(kept.iter().zip(again)) {
            if kept != again {
                self.differing_bytes += 1;
                let first = self.first_difference.get_or_insert(at);
                *first = at.min(*first);
            }
        }
    }
}

/// An index within a segment or the log, which memory holds.
fn index(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::flow::ranges::Ranges;

    const BOUND: usize = 64;
    const STREAM: u64 = 200;

    /// The stupid twin: every byte kept, oldest first, with its offset.
    #[derive(Default)]
    struct Twin(Vec<(u64, u8)>);

    impl Twin {
        fn keep(&mut self, offset: u64, bytes: &[u8]) {
            self.0.extend((offset..).zip(bytes.iter().copied()));
            let forgotten = self.0.len().saturating_sub(BOUND);
            self.0.drain(..forgotten);
        }

        fn compare(&self, offset: u64, bytes: &[u8]) -> Comparison {
            let mut comparison = Comparison::default();
            for (at, &again) in (offset..).zip(bytes) {
                match self.0.iter().find(|(kept_at, _)| *kept_at == at) {
                    None => comparison.uncompared_bytes += 1,
                    Some((_, kept)) if *kept == again => {}
                    Some(_) => {
                        comparison.differing_bytes += 1;
                        comparison.first_difference.get_or_insert(at);
                    }
                }
            }
            comparison
        }
    }

    /// Segments as a hostile sender makes them: anywhere, of any length, with two different contents.
    fn segments() -> impl Strategy<Value = Vec<(u64, Vec<u8>)>> {
        let content = prop::collection::vec(0..2_u8, 1..100);
        prop::collection::vec((0..STREAM, content), 1..40)
    }

    proptest! {
        #[test]
        fn what_is_kept_compares_as_a_list_of_bytes_does(segments in segments()) {
            let (mut retained, mut twin) = (Retained::<BOUND>::default(), Twin::default());
            let mut seen = Ranges::default();
            for (offset, bytes) in segments {
                prop_assert_eq!(retained.compare(offset, &bytes), twin.compare(offset, &bytes));
                let all = offset..offset + bytes.len() as u64;
                for fresh in seen.insert(all).expect("there is room") {
                    let bytes = &bytes[index(fresh.start - offset)..index(fresh.end - offset)];
                    retained.keep(fresh.start, bytes);
                    twin.keep(fresh.start, bytes);
                }
                prop_assert!(retained.log.capacity() <= BOUND);
            }
        }
    }

    #[test]
    fn a_short_stream_holds_no_more_than_its_bytes() {
        let mut retained = Retained::<BOUND_BYTES>::default();
        retained.keep(1 << 40, &[b'x'; 100]);
        assert_eq!(retained.log.capacity(), 100);
        assert_eq!(retained.older.capacity(), 0);
    }

    #[test]
    fn a_full_log_is_written_without_allocation() {
        let mut retained = Retained::<BOUND_BYTES>::default();
        let frame = vec![b'x'; 65_483];
        for number in 0..3 {
            retained.keep(number * frame.len() as u64, &frame);
        }
        let before = retained.log.as_ptr();
        retained.keep(3 * frame.len() as u64, &frame);
        assert_eq!(retained.log.as_ptr(), before);
        assert_eq!(retained.log.capacity(), BOUND_BYTES);
    }

    #[test]
    fn of_more_bytes_than_the_bound_the_last_are_kept() {
        let mut retained = Retained::<BOUND>::default();
        retained.keep(0, &[b'x'; BOUND + 10]);
        let comparison = retained.compare(0, &[b'x'; BOUND + 10]);
        assert_eq!(comparison.uncompared_bytes, 10);
    }

    #[test]
    fn a_hole_too_many_forgets_the_oldest_piece() {
        let mut retained = Retained::<BOUND_BYTES>::default();
        for piece in 0..=MAX_OLDER_PIECES as u64 + 1 {
            retained.keep(piece * 2, b"x");
        }
        assert_eq!(retained.older.len(), MAX_OLDER_PIECES);
        assert_eq!(retained.compare(0, b"x").uncompared_bytes, 1);
        assert_eq!(retained.compare(2, b"x").uncompared_bytes, 0);
    }

    #[test]
    fn what_is_cleared_holds_no_memory() {
        let mut retained = Retained::<BOUND>::default();
        retained.keep(0, b"bytes");
        retained.clear();
        assert_eq!(retained, Retained::default());
        assert_eq!(retained.log.capacity(), 0);
    }
}
