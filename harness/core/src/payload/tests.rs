use proptest::prelude::*;

use super::*;
use crate::pcap::FrameNumber;

/// What was given, a line a piece: `offset: bytes` or `start..end why`.
fn told(pieces: &[Piece<'_>]) -> Vec<String> {
    let line = |piece: &Piece<'_>| match piece {
        Piece::Bytes { offset, bytes, .. } => {
            format!("{offset}: {}", String::from_utf8_lossy(bytes))
        }
        Piece::Missing { offsets, why } => format!("{offsets:?} {why:?}"),
    };
    pieces.iter().map(line).collect()
}

fn push(stream: &mut Stream, start: u64, text: &str) -> Vec<String> {
    let end = start + text.len() as u64;
    told(&stream.push(FrameNumber(1), start..end, text.as_bytes()))
}

#[test]
fn what_comes_early_waits_for_what_stands_before_it() {
    let mut stream = Stream::default();
    assert_eq!(push(&mut stream, 0, "ab"), ["0: ab"]);
    assert_eq!(push(&mut stream, 6, "gh"), [""; 0]);
    assert_eq!(push(&mut stream, 4, "ef"), [""; 0]);
    assert_eq!(push(&mut stream, 2, "cd"), ["2: cd", "4: ef", "6: gh"]);
    assert_eq!(told(&stream.finish()), [""; 0]);
}

#[test]
fn a_hole_that_was_acknowledged_is_not_waited_for() {
    let mut stream = Stream::default();
    assert_eq!(push(&mut stream, 5, "fg"), [""; 0]);
    assert_eq!(told(&stream.acknowledge(7)), ["0..5 NotCaptured", "5: fg"]);
    assert_eq!(push(&mut stream, 9, "j"), [""; 0]);
    assert_eq!(told(&stream.acknowledge(9)), ["7..9 NotCaptured", "9: j"]);
    assert_eq!(push(&mut stream, 0, "a"), ["0..1 OutOfTurn"]);
}

#[test]
fn a_hole_at_the_end_is_told_if_it_was_acknowledged() {
    let mut stream = Stream::default();
    push(&mut stream, 0, "ab");
    stream.acknowledge(12);
    assert_eq!(told(&stream.finish()), ["2..12 NotCaptured"]);
}

#[test]
fn a_hole_that_nobody_acknowledged_is_told_at_the_end() {
    let mut stream = Stream::default();
    push(&mut stream, 3, "de");
    assert_eq!(told(&stream.finish()), ["0..3 NeverArrived", "3: de"]);
}

#[test]
fn what_the_snap_length_cut_is_told_in_its_place() {
    let mut stream = Stream::default();
    let first = stream.push(FrameNumber(1), 0..10, b"abc");
    assert_eq!(told(&first), ["0: abc", "3..10 Cut"]);
    assert_eq!(push(&mut stream, 10, "k"), ["10: k"]);
}

#[test]
fn what_was_captured_and_not_kept_is_told_in_its_place() {
    let mut stream = Stream::default();
    assert_eq!(
        told(&stream.push_placed_late(FrameNumber(5), 2..9)),
        [""; 0]
    );
    assert_eq!(push(&mut stream, 0, "ab"), ["0: ab", "2..9 NotKept"]);
    assert_eq!(push(&mut stream, 9, "j"), ["9: j"]);
}

#[test]
fn what_stands_before_the_first_bytes_given_is_missing_from_the_digest() {
    let (mut stream, mut digest) = (Stream::default(), Digest::default());
    assert_eq!(push(&mut stream, 0, "cd"), ["0: cd"]);
    assert_eq!(push(&mut stream, 4, "gh"), [""; 0]);
    stream.begin_earlier(2);
    for piece in stream.push(FrameNumber(3), 0..2, b"ab") {
        digest.push(&piece);
    }
    assert_eq!(digest.missing_bytes(), 2);
    assert_eq!(push(&mut stream, 4, "ef"), ["4: ef", "6: gh"]);
}

#[test]
fn memory_is_bounded_and_what_was_given_up_is_told() {
    let mut stream = Stream::default();
    let block = vec![b'x'; 1 << 20];
    let given: Vec<String> = (1..=20)
        .flat_map(|n: u64| {
            let start = n * (2 << 20);
            let pieces = stream.push(FrameNumber(n), start..start + (1 << 20), &block);
            let missing = pieces
                .into_iter()
                .filter(|piece| matches!(piece, Piece::Missing { .. }))
                .collect::<Vec<_>>();
            told(&missing)
        })
        .collect();
    assert_eq!(given.len(), 13, "seven blocks wait at most: {given:?}");
    assert!(given.iter().all(|line| line.ends_with("TooLate")));
}

#[test]
fn a_digest_is_of_the_bytes_in_stream_order() {
    let (mut stream, mut digest) = (Stream::default(), Digest::default());
    for (start, text) in [(1, "bc"), (0, "a")] {
        let end = start + text.len() as u64;
        for piece in stream.push(FrameNumber(1), start..end, text.as_bytes()) {
            digest.push(&piece);
        }
    }
    assert_eq!((digest.bytes(), digest.missing_bytes()), (3, 0));
    assert_eq!(
        digest.sha256(),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "FIPS 180-4's example for \"abc\""
    );
}

proptest! {
    /// Any order of the pieces of a stream, against the stream itself.
    #[test]
    fn any_order_comes_out_in_order(
        text in proptest::collection::vec(any::<u8>(), 1..400),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..20),
        seed in any::<prop::sample::Index>(),
    ) {
        let mut bounds: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len())).collect();
        bounds.extend([0, text.len()]);
        bounds.sort_unstable();
        bounds.dedup();
        let mut ranges: Vec<_> = bounds.windows(2).map(|pair| pair[0]..pair[1]).collect();
        let turn = seed.index(ranges.len());
        ranges.rotate_left(turn);
        ranges.reverse();
        let mut stream = Stream::default();
        let mut given = Vec::new();
        for range in ranges {
            let offsets = range.start as u64..range.end as u64;
            for piece in stream.push(FrameNumber(1), offsets, &text[range]) {
                let Piece::Bytes { offset, bytes, .. } = piece else {
                    panic!("nothing is missing");
                };
                prop_assert_eq!(offset, given.len() as u64);
                given.extend_from_slice(&bytes);
            }
        }
        prop_assert_eq!(given, text);
        prop_assert!(stream.finish().is_empty());
    }
}
