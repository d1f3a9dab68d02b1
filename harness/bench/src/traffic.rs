//! What the generated captures hold.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::str::FromStr;

use crate::capture::{Capture, DATAGRAM_HEADERS_BYTES};
use crate::conversation::{Conversation, End};
use crate::random::Random;

/// The same seed for all: a capture of some frames is the same bytes everywhere.
const SEED: u64 = 0x0053_594E_2046_494E;

/// The largest payload in one frame of Linux's loopback: an IPv4 datagram of 65,535 bytes.
const LOOPBACK_PAYLOAD_BYTES: u16 = 65_535 - DATAGRAM_HEADERS_BYTES;
/// The largest payload in one frame where the MTU is 1500.
const MTU_1500_PAYLOAD_BYTES: u16 = 1_500 - DATAGRAM_HEADERS_BYTES;

const STREAMS: usize = 4;
const OPEN_AT_ONCE: usize = 100;
const REQUEST_BYTES: u16 = 80;
const REPLY_BYTES: u16 = 240;

/// A kind of traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traffic {
    /// One bulk transfer over loopback, in frames of up to 65,549 bytes; each is acknowledged.
    Bulk64k,
    /// Four bulk transfers at once, MTU 1500; every second segment is acknowledged.
    Mtu1500,
    /// Short connections of ten packets, a hundred at once: handshake, request, reply, both FINs.
    Connections,
    /// SYNs from ever new addresses, never answered.
    SynFlood,
}

/// A name that is no kind of traffic.
#[derive(Debug)]
pub struct UnknownTraffic(String);

impl Traffic {
    /// All of them with their names.
    pub const NAMED: [(&'static str, Self); 4] = [
        ("bulk64k", Self::Bulk64k),
        ("mtu1500", Self::Mtu1500),
        ("conns", Self::Connections),
        ("syn-flood", Self::SynFlood),
    ];

    /// Writes a capture of at least this many frames; connections that were begun are also ended.
    pub fn write(self, frames: u64, sink: impl Write) -> io::Result<()> {
        let mut random = Random::from_seed(SEED);
        let mut capture = Capture::begin(sink, Random::from_seed(random.next()))?;
        match self {
            Self::Bulk64k => bulk_64k(frames, &mut random, &mut capture)?,
            Self::Mtu1500 => mtu_1500(frames, &mut random, &mut capture)?,
            Self::Connections => connections(frames, &mut random, &mut capture)?,
            Self::SynFlood => syn_flood(frames, &mut random, &mut capture)?,
        }
        capture.finish()
    }

    /// The same, into memory.
    pub fn capture(self, frames: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(frames, &mut bytes)
            .expect("a vector takes it all");
        bytes
    }
}

fn bulk_64k<W: Write>(
    frames: u64,
    random: &mut Random,
    capture: &mut Capture<W>,
) -> io::Result<()> {
    let address = |port| SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
    let mut conversation = Conversation::new(address(40_000), address(5_201), random);
    open(&mut conversation, capture)?;
    while capture.frames() < frames {
        conversation.data(End::Client, LOOPBACK_PAYLOAD_BYTES, capture)?;
        conversation.ack(End::Server, capture)?;
    }
    close(&mut conversation, capture)
}

fn mtu_1500<W: Write>(
    frames: u64,
    random: &mut Random,
    capture: &mut Capture<W>,
) -> io::Result<()> {
    let mut streams: Vec<Conversation> = (0..STREAMS)
        .map(|index| Conversation::new(client(index), server(), random))
        .collect();
    for stream in &mut streams {
        open(stream, capture)?;
    }
    while capture.frames() < frames {
        let stream = &mut streams[random.index(STREAMS)];
        stream.data(End::Client, MTU_1500_PAYLOAD_BYTES, capture)?;
        stream.data(End::Client, MTU_1500_PAYLOAD_BYTES, capture)?;
        stream.ack(End::Server, capture)?;
    }
    for stream in &mut streams {
        close(stream, capture)?;
    }
    Ok(())
}

fn connections<W: Write>(
    frames: u64,
    random: &mut Random,
    capture: &mut Capture<W>,
) -> io::Result<()> {
    let mut clients = (0..).map(client);
    let mut begin = |random: &mut Random| {
        let address = clients.next().expect("there is no last address");
        Short::begin(address, random)
    };
    let total = frames.div_ceil(Short::FRAMES);
    let mut to_begin = total.saturating_sub(OPEN_AT_ONCE as u64);
    let mut open: Vec<Short> = (0..total.min(OPEN_AT_ONCE as u64))
        .map(|_| begin(random))
        .collect();
    while !open.is_empty() {
        let index = random.index(open.len());
        open[index].step(capture)?;
        if !open[index].is_over() {
            continue;
        }
        if to_begin > 0 {
            open[index] = begin(random);
            to_begin -= 1;
        } else {
            open.swap_remove(index);
        }
    }
    Ok(())
}

fn syn_flood<W: Write>(
    frames: u64,
    random: &mut Random,
    capture: &mut Capture<W>,
) -> io::Result<()> {
    let mut clients = (0..).map(client);
    while capture.frames() < frames {
        let address = clients.next().expect("there is no last address");
        Conversation::new(address, server(), random).syn(capture)?;
    }
    Ok(())
}

/// A short connection, packet by packet.
struct Short {
    conversation: Conversation,
    sent: u64,
}

impl Short {
    const FRAMES: u64 = 10;

    fn begin(client: SocketAddrV4, random: &mut Random) -> Self {
        Self {
            conversation: Conversation::new(client, server(), random),
            sent: 0,
        }
    }

    fn is_over(&self) -> bool {
        self.sent == Self::FRAMES
    }

    fn step<W: Write>(&mut self, capture: &mut Capture<W>) -> io::Result<()> {
        let conversation = &mut self.conversation;
        self.sent += 1;
        match self.sent {
            1 => conversation.syn(capture),
            2 => conversation.syn_ack(capture),
            4 => conversation.data(End::Client, REQUEST_BYTES, capture),
            5 => conversation.ack(End::Server, capture),
            6 => conversation.data(End::Server, REPLY_BYTES, capture),
            8 => conversation.fin(End::Client, capture),
            9 => conversation.fin(End::Server, capture),
            _ => conversation.ack(End::Client, capture),
        }
    }
}

fn open<W: Write>(conversation: &mut Conversation, capture: &mut Capture<W>) -> io::Result<()> {
    conversation.syn(capture)?;
    conversation.syn_ack(capture)?;
    conversation.ack(End::Client, capture)
}

fn close<W: Write>(conversation: &mut Conversation, capture: &mut Capture<W>) -> io::Result<()> {
    conversation.fin(End::Client, capture)?;
    conversation.fin(End::Server, capture)?;
    conversation.ack(End::Client, capture)
}

fn server() -> SocketAddrV4 {
    SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 5_201)
}

/// The address of the client of this number; 50,000 ports a host.
fn client(index: usize) -> SocketAddrV4 {
    const PORTS: usize = 50_000;
    const FIRST_PORT: u16 = 10_000;
    const FIRST_HOST: u32 = 0x0A00_0001; // 10.0.0.1
    let host = u32::try_from(index / PORTS).expect("captures have fewer clients");
    let port = u16::try_from(index % PORTS).expect("it is below 50,000");
    SocketAddrV4::new(Ipv4Addr::from(FIRST_HOST + host), FIRST_PORT + port)
}

impl FromStr for Traffic {
    type Err = UnknownTraffic;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let named = Self::NAMED.iter().find(|(known, _)| *known == name);
        named
            .map(|(_, traffic)| *traffic)
            .ok_or_else(|| UnknownTraffic(name.to_owned()))
    }
}

impl std::error::Error for UnknownTraffic {}

impl std::fmt::Display for UnknownTraffic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = Self::names();
        write!(f, "no traffic is called {:?}: {names}", self.0)
    }
}

impl UnknownTraffic {
    fn names() -> String {
        Traffic::NAMED.map(|(name, _)| name).join(", ")
    }
}
