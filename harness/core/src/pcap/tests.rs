//! Captures written and read back, whole, cut and odd.

mod build;

mod chunks;
mod compressed;
mod damaged;
mod pcapng;
mod plain;
mod written;

use std::fmt::Write as _;

use super::*;

/// A frame that owns its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    nanos: u64,
    original_len: u32,
    link_type: LinkType,
    data: Vec<u8>,
}

/// All frames of a capture and how it ended.
fn read(capture: impl std::io::Read) -> (Vec<Kept>, Tail) {
    let mut reader = Reader::new(capture).expect("it is a capture");
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame() {
        frames.push(Kept {
            nanos: frame.timestamp.as_nanos(),
            original_len: frame.original_len,
            link_type: frame.link_type,
            data: frame.data.to_vec(),
        });
    }
    assert_eq!(reader.next_frame(), None, "the end is the end");
    (frames, reader.tail().clone())
}

/// Compares all that is read of a capture: a line a frame (number, link type, seconds, data, original length), a line a
/// place skipped, and a line if the end is none.
#[track_caller]
fn check(capture: &[u8], expected: &[&str]) {
    assert_eq!(told(capture), expected);
}

fn told(capture: &[u8]) -> Vec<String> {
    let mut reader = Reader::new(capture).expect("it is a capture");
    let mut lines = Vec::new();
    while let Some(frame) = reader.next_frame() {
        let nanos = frame.timestamp.as_nanos();
        lines.push(format!(
            "{} {:?} {}.{:09} {} of {}",
            frame.number,
            frame.link_type,
            nanos / 1_000_000_000,
            nanos % 1_000_000_000,
            frame.data.escape_ascii(),
            frame.original_len
        ));
    }
    for skipped in reader.skipped() {
        let Skipped {
            offset,
            bytes,
            reason,
        } = skipped;
        lines.push(format!("skipped {bytes} at {offset}: {reason}"));
    }
    if let Tail::Truncated {
        frames,
        offset,
        reason,
    } = reader.tail()
    {
        let mut line = format!("cut after {frames} at {offset}");
        write!(line, ": {reason}").expect("a string takes it all");
        lines.push(line);
    }
    lines
}

fn kept(nanos: u64, data: &[u8]) -> Kept {
    Kept {
        nanos,
        original_len: len(data),
        link_type: LinkType::Ethernet,
        data: data.to_vec(),
    }
}

fn len(data: &[u8]) -> u32 {
    u32::try_from(data.len()).expect("a frame is short")
}

#[test]
fn what_is_no_capture_is_not_opened() {
    for (bytes, expected) in [
        (&b""[..], "the file is empty"),
        (b"abc", "the first bytes are neither pcap's nor pcapng's"),
        (
            b"GET / HTTP/1.1\r\n\r\n plain text of some length",
            "the first bytes are neither pcap's nor pcapng's",
        ),
        (b"\x1F\x8B\x08 but no gzip", "invalid gzip header"),
    ] {
        let error = Reader::new(bytes).expect_err("it is no capture");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_link_type_leads_back_to_its_number() {
    for number in 0..300 {
        let link_type = LinkType::from_number(number);
        let expected = if matches!(number, 12 | 14) {
            101
        } else {
            number
        };
        assert_eq!(link_type.number(), expected);
    }
}
