//! Captures written as segments.

use std::fs;
use std::path::Path;

use synfin_core::pcap::{LinkType, Writer};
use synfin_core::time::Timestamp;

/// A segment: from the initiator or not, flags as tcpdump writes them, sequence and acknowledgment numbers, payload.
pub(crate) type Segment<'a> = (bool, &'a str, u32, u32, &'a [u8]);

/// A request and a reply, closed in order.
pub(crate) const TALK: [Segment<'static>; 9] = [
    (true, "S", 100, 0, b""),
    (false, "SA", 900, 101, b""),
    (true, "A", 101, 901, b""),
    (true, "PA", 101, 901, b"LIST\n"),
    (false, "PA", 901, 106, b"Files on the server: notes.txt\n"),
    (true, "A", 106, 932, b""),
    (true, "FA", 106, 932, b""),
    (false, "FA", 932, 107, b""),
    (true, "A", 107, 933, b""),
];

/// A request that is answered by RST.
pub(crate) const RESET: [Segment<'static>; 5] = [
    (true, "S", 500, 0, b""),
    (false, "SA", 700, 501, b""),
    (true, "A", 501, 701, b""),
    (true, "PA", 501, 701, b"QUIT\n"),
    (false, "RA", 701, 506, b""),
];

/// A frame of a capture that is to be written.
pub(crate) struct Shot {
    pub(crate) microseconds: u64,
    pub(crate) frame: Vec<u8>,
}

/// The frames of a connection from 127.0.0.1 and `port` to 127.0.0.1:5001; 40 µs lie between one and the next.
pub(crate) fn shots(port: u16, begin_microseconds: u64, segments: &[Segment<'_>]) -> Vec<Shot> {
    segments
        .iter()
        .zip(0..)
        .map(|(segment, number)| Shot {
            microseconds: begin_microseconds + number * 40,
            frame: frame(port, segment),
        })
        .collect()
}

/// A pcap file of these frames.
pub(crate) fn pcap(shots: &[Shot]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), LinkType::Ethernet).unwrap();
    for shot in shots {
        let at = Timestamp::from_nanos(1_000_000_000 + shot.microseconds * 1_000);
        let len = u32::try_from(shot.frame.len()).unwrap();
        writer.write(at, len, &shot.frame).unwrap();
    }
    writer.finish().unwrap()
}

/// `mine.pcap` with [`TALK`] and [`RESET`].
pub(crate) fn two_connections(folder: &Path) -> String {
    let all = [shots(51702, 0, &TALK), shots(51703, 1_000, &RESET)];
    write(
        folder,
        &pcap(&all.into_iter().flatten().collect::<Vec<_>>()),
    )
}

/// `mine.pcap` with these bytes.
pub(crate) fn write(folder: &Path, bytes: &[u8]) -> String {
    fs::write(folder.join("mine.pcap"), bytes).unwrap();
    "mine.pcap".to_owned()
}

/// Ethernet, IPv4 and TCP around a payload. Checksums are not filled in, as on `lo`.
fn frame(port: u16, &(is_client, flags, seq, ack, payload): &Segment<'_>) -> Vec<u8> {
    let bit = |flag| match flag {
        'F' => 1,
        'S' => 2,
        'R' => 4,
        'P' => 8,
        'A' => 16,
        other => panic!("no flag {other}"),
    };
    let flags: u8 = flags.chars().map(bit).sum();
    let (source, destination) = if is_client {
        (port, 5001)
    } else {
        (5001, port)
    };
    let length = u16::try_from(40 + payload.len()).unwrap();
    let mut frame = vec![0; 12];
    frame.extend(0x0800_u16.to_be_bytes());
    frame.extend([0x45, 0]);
    frame.extend(length.to_be_bytes());
    frame.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
    frame.extend([127, 0, 0, 1, 127, 0, 0, 1]);
    frame.extend(u16::to_be_bytes(source));
    frame.extend(u16::to_be_bytes(destination));
    frame.extend(seq.to_be_bytes());
    frame.extend(ack.to_be_bytes());
    frame.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    frame.extend(payload);
    frame
}
