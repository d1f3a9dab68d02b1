//! Segments → the records of a pcap file.

use std::io::{self, Write};
use std::net::SocketAddrV4;

use crate::random::Random;

const ETHERNET_BYTES: usize = 14;
const IPV4_BYTES: usize = 20;
const TCP_BYTES: usize = 20;

/// The options of a SYN as Linux sends them: MSS 1460, SACK permitted, timestamps, window scale 7.
const SYN_OPTIONS_BYTES: usize = 20;
/// The options of every other segment: two of padding, timestamps.
const TIMESTAMPS_BYTES: usize = 12;

/// The headers of IP and TCP before the payload of a segment that is no SYN, bytes.
pub(crate) const DATAGRAM_HEADERS_BYTES: u16 = 20 + 20 + 12;

/// The window that every segment announces; with the scale of the SYN, 8 MiB.
const WINDOW: u16 = 65_535;

/// 2026-01-01 00:00:00 UTC.
const BEGIN_SECONDS: u64 = 1_767_225_600;

pub(crate) const FIN: u8 = 1;
pub(crate) const SYN: u8 = 2;
pub(crate) const PSH: u8 = 8;
pub(crate) const ACK: u8 = 16;

/// What a segment says beside its payload, which is random.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    pub(crate) source: SocketAddrV4,
    pub(crate) destination: SocketAddrV4,
    pub(crate) ip_id: u16,
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    pub(crate) flags: u8,
    pub(crate) payload_len: u16,
}

/// A capture on its way out: microseconds, little-endian, Ethernet.
#[derive(Debug)]
pub(crate) struct Capture<W> {
    sink: W,
    micros: u64,
    frames: u64,
    frame: Vec<u8>,
    random: Random,
}

impl<W: Write> Capture<W> {
    /// Begins a capture whose payloads come from `random`.
    pub(crate) fn begin(mut sink: W, random: Random) -> io::Result<Self> {
        const MAGIC: u32 = 0xA1B2_C3D4;
        const VERSION_2_4: u32 = 2 | 4 << 16;
        const SNAP_LENGTH_BYTES: u32 = 262_144;
        const ETHERNET: u32 = 1;
        for field in [MAGIC, VERSION_2_4, 0, 0, SNAP_LENGTH_BYTES, ETHERNET] {
            sink.write_all(&field.to_le_bytes())?;
        }
        Ok(Self {
            sink,
            micros: 0,
            frames: 0,
            frame: Vec::new(),
            random,
        })
    }

    /// How many frames were written.
    pub(crate) fn frames(&self) -> u64 {
        self.frames
    }

    /// Appends a segment, some microseconds after the one before.
    pub(crate) fn write(&mut self, segment: &Segment) -> io::Result<()> {
        self.micros += 1 + self.random.next() % 16;
        self.frames += 1;
        self.build_frame(segment);
        let (seconds, micros) = (self.micros / 1_000_000, self.micros % 1_000_000);
        let len = self.frame.len() as u64;
        for field in [BEGIN_SECONDS + seconds, micros, len, len] {
            let field = u32::try_from(field).map_err(io::Error::other)?;
            self.sink.write_all(&field.to_le_bytes())?;
        }
        self.sink.write_all(&self.frame)
    }

    /// Ends the capture.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.sink.flush()
    }

    fn build_frame(&mut self, segment: &Segment) {
        self.frame.clear();
        self.frame
            .extend([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]);
        let options_bytes = if segment.flags & SYN == 0 {
            TIMESTAMPS_BYTES
        } else {
            SYN_OPTIONS_BYTES
        };
        let tcp_bytes = TCP_BYTES + options_bytes + usize::from(segment.payload_len);
        self.add_ip_header(segment, tcp_bytes);
        self.add_tcp_header(segment, options_bytes);
        let payload_at = self.frame.len();
        self.frame
            .resize(payload_at + usize::from(segment.payload_len), 0);
        self.random.fill(&mut self.frame[payload_at..]);
        let checksum = tcp_checksum(segment, &self.frame[ETHERNET_BYTES + IPV4_BYTES..]);
        self.frame[ETHERNET_BYTES + IPV4_BYTES + 16..][..2].copy_from_slice(&checksum);
    }

    fn add_ip_header(&mut self, segment: &Segment, tcp_bytes: usize) {
        const DONT_FRAGMENT: u8 = 0x40;
        const TIME_TO_LIVE: u8 = 64;
        const TCP: u8 = 6;
        let total_len = u16::try_from(IPV4_BYTES + tcp_bytes).expect("payloads fit a datagram");
        let mut header = [0; IPV4_BYTES];
        header[0] = 0x45;
        header[2..4].copy_from_slice(&total_len.to_be_bytes());
        header[4..6].copy_from_slice(&segment.ip_id.to_be_bytes());
        header[6] = DONT_FRAGMENT;
        header[8..10].copy_from_slice(&[TIME_TO_LIVE, TCP]);
        header[12..16].copy_from_slice(&segment.source.ip().octets());
        header[16..20].copy_from_slice(&segment.destination.ip().octets());
        let checksum = folded(sum(&header));
        header[10..12].copy_from_slice(&checksum);
        self.frame.extend(header);
    }

    fn add_tcp_header(&mut self, segment: &Segment, options_bytes: usize) {
        let data_offset = u8::try_from((TCP_BYTES + options_bytes) / 4).expect("at most 15 words");
        self.frame.extend(segment.source.port().to_be_bytes());
        self.frame.extend(segment.destination.port().to_be_bytes());
        self.frame.extend(segment.seq.to_be_bytes());
        self.frame.extend(segment.ack.to_be_bytes());
        self.frame.extend([data_offset << 4, segment.flags]);
        self.frame.extend(WINDOW.to_be_bytes());
        self.frame.extend([0; 4]); // checksum, urgent pointer
        if segment.flags & SYN == 0 {
            self.frame.extend([1, 1]);
            self.add_timestamps(segment);
        } else {
            self.frame.extend([2, 4, 0x05, 0xB4, 4, 2]);
            self.add_timestamps(segment);
            self.frame.extend([1, 3, 3, 7]);
        }
    }

    /// The timestamps option (RFC 7323): milliseconds, and the peer's of a moment ago.
    fn add_timestamps(&mut self, segment: &Segment) {
        let millis = u32::try_from(self.micros / 1000).unwrap_or(u32::MAX);
        let echoed = if segment.flags & ACK == 0 { 0 } else { millis };
        self.frame.extend([8, 10]);
        self.frame.extend(millis.to_be_bytes());
        self.frame.extend(echoed.to_be_bytes());
    }
}

/// The checksum of a TCP segment whose own field is still 0 (RFC 9293, 3.1).
fn tcp_checksum(segment: &Segment, tcp: &[u8]) -> [u8; 2] {
    const TCP: u64 = 6;
    let addresses = [
        segment.source.ip().octets(),
        segment.destination.ip().octets(),
    ]
    .concat();
    folded(sum(&addresses) + TCP + tcp.len() as u64 + sum(tcp))
}

/// The sum of all 16-bit words, the last one filled up with a zero byte.
fn sum(bytes: &[u8]) -> u64 {
    let words = bytes.chunks_exact(2);
    let rest = words.remainder().first();
    let whole: u64 = words
        .map(|word| u64::from(u16::from_be_bytes([word[0], word[1]])))
        .sum();
    whole + rest.map_or(0, |&byte| u64::from(byte) << 8)
}

fn folded(mut sum: u64) -> [u8; 2] {
    while sum > 0xFFFF {
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    (!u16::try_from(sum).expect("what is folded has 16 bits")).to_be_bytes()
}
