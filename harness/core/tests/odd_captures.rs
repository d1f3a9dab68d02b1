//! Reads the truncated, corrupt and exotic captures of the folder that `SYNFIN_TRACES` names: whole, cut, in pieces.
#![expect(
    clippy::disallowed_methods,
    reason = "the captures are files, and where they are stands in the environment"
)]

use std::fs;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use synfin_core::pcap::{FrameNumber, LinkType, Reader, Skipped, Tail};
use synfin_core::time::Timestamp;

const LEFT_OUT: &str = "LEFT OUT, because SYNFIN_TRACES names no folder of traces\n";

/// Every so many bytes a capture is cut: often enough to hit each field of a record in one file or another.
const CUT_EVERY_BYTES: usize = 13;

/// All there is of a frame.
type Kept = (FrameNumber, Timestamp, u32, LinkType, Vec<u8>);

/// All that is read of a capture.
#[derive(Debug, PartialEq)]
struct Reading {
    frames: Vec<Kept>,
    tail: Tail,
    skipped: Vec<Skipped>,
}

/// A source that gives one byte at a time.
struct Drops<'a>(&'a [u8]);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let one = buffer.len().min(1);
        self.0.read(&mut buffer[..one])
    }
}

/// `None` of what is no capture.
fn read(source: impl Read) -> Option<Reading> {
    let mut reader = Reader::new(source).ok()?;
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame() {
        frames.push((
            frame.number,
            frame.timestamp,
            frame.original_len,
            frame.link_type,
            frame.data.to_vec(),
        ));
    }
    Some(Reading {
        frames,
        tail: reader.tail().clone(),
        skipped: reader.skipped().to_vec(),
    })
}

/// The odd captures by name. Says so if there are none, on standard error itself: the test runner keeps what the printing
/// macros print.
fn odd_captures() -> Vec<(PathBuf, Vec<u8>)> {
    let Some(folder) = std::env::var_os("SYNFIN_TRACES") else {
        let told = io::stderr().lock().write_all(LEFT_OUT.as_bytes());
        told.expect("standard error can be written");
        return Vec::new();
    };
    let files = ["odd", "made"].map(|name| {
        let listed = fs::read_dir(PathBuf::from(&folder).join(name));
        listed.expect("the traces have odd ones")
    });
    let paths = files
        .into_iter()
        .flatten()
        .map(|file| file.expect("it is listed").path());
    paths
        .map(|path| {
            let bytes = fs::read(&path).expect("a trace can be read");
            (path, bytes)
        })
        .collect()
}

#[test]
fn an_odd_capture_is_the_same_byte_by_byte() {
    for (path, bytes) in odd_captures() {
        assert_eq!(read(Drops(&bytes)), read(&bytes[..]), "{}", path.display());
    }
}

#[test]
fn an_odd_capture_that_is_cut_keeps_the_frames_before_the_cut() {
    for (path, bytes) in odd_captures() {
        let Some(whole) = read(&bytes[..]) else {
            continue;
        };
        for cut in (1..bytes.len()).step_by(CUT_EVERY_BYTES) {
            let frames = read(&bytes[..cut]).map_or(Vec::new(), |it| it.frames);
            assert_eq!(
                frames,
                whole.frames[..frames.len()],
                "{} at {cut}",
                path.display()
            );
        }
    }
}
