//! Captures compressed by gzip and zstd.

use std::io::{self, Read, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::build::{Capture, Little};
use super::*;

const FRAMES: u32 = 5_000;

/// 5000 frames of about 100 bytes, which compress well, but not to nothing.
fn capture() -> Vec<u8> {
    let mut capture = Capture::classic(Little, 0xA1B2_C3D4, 1);
    for number in 0..FRAMES {
        let data = format!("{:>50}{:>50}", number, number.wrapping_mul(2_654_435_761));
        capture = capture.record(number, 0, 100, data.as_bytes());
    }
    capture.bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("a vector takes it all");
    encoder.finish().expect("a vector takes it all")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

type Compress = fn(&[u8]) -> Vec<u8>;
const BOTH: [Compress; 2] = [gzip, zstd];

#[test]
fn a_compressed_capture_is_read_as_if_it_were_not() {
    let capture = capture();
    for compress in BOTH {
        assert!(read(&compress(&capture)[..]) == read(&capture[..]));
    }
}

#[test]
fn parts_compressed_one_by_one_are_one_capture() {
    let capture = capture();
    let (first, second) = capture.split_at(capture.len() / 2);
    for compress in BOTH {
        let stored = [compress(first), compress(b""), compress(second)].concat();
        assert!(read(&stored[..]) == read(&capture[..]));
    }
}

#[test]
fn skippable_frames_of_zstd_are_passed_over() {
    let capture = capture();
    let (first, second) = capture.split_at(capture.len() / 2);
    let skippable = b"\x5A\x2A\x4D\x18\x03\0\0\0any";
    let stored = [&zstd(first), &skippable[..], &zstd(second)].concat();
    assert!(read(&stored[..]) == read(&capture[..]));
}

#[test]
fn what_comes_before_a_cut_is_read() {
    let capture = capture();
    let all = read(&capture[..]).0;
    for compress in BOTH {
        let stored = compress(&capture);
        let (frames, tail) = read(&stored[..stored.len() * 3 / 4]);
        assert!(frames == all[..frames.len()]);
        assert!(frames.len() > all.len() / 2, "{} frames", frames.len());
        assert!(matches!(
            tail,
            Tail::Truncated { frames: told, reason: Damage::CompressedCut, .. } if told == frames.len() as u64
        ));
    }
}

#[test]
fn a_wrong_checksum_is_told() {
    let capture = capture();
    for compress in BOTH {
        let mut stored = compress(&capture);
        // gzip's is followed by the length, which is as good.
        *stored.last_mut().expect("there is a checksum") ^= 0xFF;
        let (frames, tail) = read(&stored[..]);
        assert!(frames == read(&capture[..]).0, "all is read");
        assert!(matches!(
            tail,
            Tail::Truncated {
                reason: Damage::Unreadable(_),
                ..
            }
        ));
    }
}

#[test]
fn bytes_are_counted_as_they_are_stored() {
    let capture = capture();
    for stored in [capture.clone(), gzip(&capture), zstd(&capture)] {
        let mut reader = Reader::new(&stored[..]).expect("it is a capture");
        while reader.next_frame().is_some() {
            assert!(reader.bytes_read() <= stored.len() as u64);
        }
        assert_eq!(reader.bytes_read(), stored.len() as u64);
    }
}

/// A source that gives one byte at a time.
struct Drops<'a>(&'a [u8]);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(1);
        self.0.read(&mut buffer[..length])
    }
}

/// Whichever block of the stored file is broken, of those before it nothing is lost.
#[test]
fn what_comes_before_a_broken_block_is_read_however_the_bytes_arrive() {
    let capture = capture();
    let all = read(&capture[..]).0;
    for compress in BOTH {
        let mut stored = compress(&capture);
        let half = stored.len() / 2;
        stored[half..half + 100].fill(0xFF);
        let (frames, tail) = read(&stored[..]);
        let intact = frames.iter().zip(&all).take_while(|(a, b)| a == b).count();
        assert!(intact > all.len() / 3, "{intact} frames");
        assert!(tail != Tail::Whole);
        assert!(read(Drops(&stored)) == (frames, tail));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_damaged_byte_of_a_compressed_capture_ends_it_at_worst(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let capture = &capture()[..20_000];
        let all = read(capture).0.len();
        for compress in BOTH {
            let mut stored = compress(capture);
            let at = at.index(stored.len());
            stored[at] = byte;
            if let Ok(mut reader) = Reader::new(&stored[..]) {
                let mut frames = 0;
                while reader.next_frame().is_some() {
                    frames += 1;
                }
                prop_assert!(reader.tail() != &Tail::Whole || frames == all);
            }
        }
    }
}
