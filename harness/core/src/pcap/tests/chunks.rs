//! However the bytes arrive, and whatever happened to them.

use std::io::{self, Read};

use proptest::prelude::*;

use super::build::{Big, Capture, Little};
use super::*;

/// A source that gives its bytes in pieces of these lengths, over and over, and nothing unasked.
struct Pieces<'a> {
    bytes: &'a [u8],
    lengths: Vec<usize>,
    given: usize,
}

impl<'a> Pieces<'a> {
    fn new(bytes: &'a [u8], lengths: &[usize]) -> Self {
        Self {
            bytes,
            lengths: lengths.to_vec(),
            given: 0,
        }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given.is_multiple_of(3) {
            self.given += 1;
            return Err(io::ErrorKind::Interrupted.into());
        }
        let length = self.lengths[self.given % self.lengths.len()];
        self.given += 1;
        let length = length.min(buffer.len());
        self.bytes.read(&mut buffer[..length])
    }
}

/// A source that must not be read past these bytes: there, one would wait for a program that still writes.
struct Growing<'a>(&'a [u8]);

impl Read for Growing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        assert!(!self.0.is_empty(), "a frame that was there was waited for");
        self.0.read(buffer)
    }
}

/// One capture of each kind; their frames are shorter and longer than a buffer.
fn seeds() -> Vec<Vec<u8>> {
    let long = vec![7; 3 << 20];
    let classic = |order| {
        Capture::classic(order, 0xA1B2_C3D4, 1)
            .record(1, 2, 3, b"one")
            .record(1, 2, 3, &long)
            .record(1, 2, 3, b"")
            .record(1, 2, 3, b"three")
    };
    let blocks = |order| {
        Capture::blocks(order)
            .interface(1, 0, &[(9, &[9])])
            .packet(0, 1, b"one", b"")
            .block(0x7777, &long)
            .packet(9, 1, b"lost", b"")
            .packet(0, 2, &long, b"\x01\0\0\0")
            .section(Big, 0)
            .interface(101, 2, &[])
            .simple(3, b"two")
            .obsolete(0, 3, b"three")
            .raw(&[0; 40])
    };
    vec![
        classic(Little).bytes,
        classic(Big).bytes,
        blocks(Little).bytes,
    ]
}

#[test]
fn one_byte_at_a_time_gives_the_same_frames() {
    let capture = Capture::blocks(Big)
        .interface(1, 0, &[])
        .packet(0, 1, b"one", b"");
    let pieces = Pieces::new(&capture.bytes, &[1]);
    assert_eq!(read(pieces), read(&capture.bytes[..]));
}

#[test]
fn a_frame_is_given_as_soon_as_its_bytes_are_there() {
    let classic = Capture::classic(Little, 0xA1B2_C3D4, 1).record(1, 2, 3, b"one");
    let blocks = Capture::blocks(Little)
        .interface(1, 0, &[])
        .packet(0, 1, b"one", b"");
    for capture in [classic.bytes, blocks.bytes] {
        let mut reader = Reader::new(Growing(&capture)).expect("it is a capture");
        let frame = reader.next_frame().expect("the frame is there");
        assert_eq!(frame.data, b"one");
    }
}

#[test]
fn a_length_that_lies_takes_no_memory() {
    let lie = Capture::classic(Little, 0xA1B2_C3D4, 1)
        .record(1, 2, 3, b"one")
        .u32(0)
        .u32(0)
        .u32(16 << 20)
        .u32(16 << 20)
        .raw(b"little");
    let mut buffer = buffer::Buffer::new(&lie.bytes[..]);
    let shortage = buffer.require(17 << 20).expect_err("it is not there");
    assert!(matches!(shortage, buffer::Shortage::Ended));
    assert_eq!(buffer.capacity_bytes(), 1 << 20);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_pieces_give_the_same_frames(
        lengths in prop::collection::vec(1..2_000_000_usize, 1..4),
        cut in 0..64_usize,
    ) {
        for seed in seeds() {
            let capture = &seed[..seed.len() - cut];
            prop_assert!(read(Pieces::new(capture, &lengths)) == read(capture));
        }
    }
}

/// Small captures that have all there is in them.
fn small_seeds() -> Vec<Vec<u8>> {
    let classic = Capture::classic(Little, 0xA1B2_CD34, 1).record(1, 2, 3, b"one");
    let blocks = Capture::blocks(Big)
        .interface(1, 3, &[(9, &[0x8A]), (14, &[0; 8])])
        .packet(0, 1, b"one", b"\x01\0\0\0")
        .simple(9, b"two")
        .block(5, b"statistics")
        .section(Little, 0)
        .interface(101, 0, &[])
        .obsolete(0, 3, b"three")
        .packet(0, 4, b"four", b"");
    let nanos = Capture::classic(Big, 0xA1B2_3C4D, 1)
        .record(1, 2, 3, b"one")
        .record(4, 5, 6, b"another")
        .record(7, 8, 9, b"");
    vec![classic.bytes, blocks.bytes, nanos.bytes]
}

proptest! {
    #[test]
    fn what_stands_before_a_damaged_byte_is_read(
        seed in prop::sample::select(small_seeds()),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let at = at.index(seed.len());
        let mut damaged = seed.clone();
        damaged[at] = byte;
        damaged.truncate(at + 1 + cut.index(seed.len() - at));
        if Reader::new(&seed[..at]).is_ok() && Reader::new(&damaged[..]).is_ok() {
            let (before, _) = read(&seed[..at]);
            let (frames, _) = read(&damaged[..]);
            prop_assert_eq!(&frames[..before.len()], &before[..]);
        }
    }

    #[test]
    fn any_bytes_after_a_magic_number_are_read_to_an_end(
        magic in prop::sample::select(vec![
            &b"\xD4\xC3\xB2\xA1"[..], b"\xA1\xB2\x3C\x4D", b"\x0A\x0D\x0D\x0A", b"\x1F\x8B\x08\0", b"\x28\xB5\x2F\xFD",
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let capture = [magic, &rest].concat();
        if let Ok(mut reader) = Reader::new(&capture[..]) {
            while reader.next_frame().is_some() {}
        }
    }
}
