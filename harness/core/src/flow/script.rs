//! Packet scripts: a connection as a few lines of text, in the manner of packetdrill.
//!
//! ```text
//! > S  1000                       the client's SYN, sequence number 1000
//! < S. 5000 ack 1001              the server's SYN-ACK
//! > .  1001 ack 5001
//! > P. 1001(10) ack 5001          ten bytes
//! < .  5001 ack 1011 win 0
//! ```
//!
//! `=` is a segment of the client to itself. A line is a frame, numbered from 1 on; flags are tcpdump's letters, `-` for none. Further words come in pairs:
//!
//! | pair | meaning |
//! |---|---|
//! | `ack 5001` | the acknowledgment number |
//! | `win 0` | the window, unscaled; 1000 unless told |
//! | `scale 7` | the option with the window's scale |
//! | `id 9` | IPv4's identification |
//! | `after 5us` | how long after the line before, `s`, `ms` or `us`; 1 ms unless told |
//! | `text abc` | the payload's bytes; `x` all over unless told |

use std::net::SocketAddr;

use super::{Connection, FlowEvent, FlowTable, Milestone};
use crate::pcap::FrameNumber;
use crate::time::Timestamp;
use crate::wire::{Flags, Network, Segment, SeqNumber};

/// The end that `>` lines come from.
pub(crate) const CLIENT: &str = "10.0.0.1:40000";
/// The end that `<` lines come from.
pub(crate) const SERVER: &str = "10.0.0.2:80";
/// Its port.
pub(crate) const SERVER_PORT: u16 = 80;

/// What every payload is cut from.
static PAYLOAD: [u8; 4096] = [b'x'; 4096];

/// The connections that a script makes.
pub(crate) fn connections(script: &str) -> Vec<Connection> {
    let mut table = FlowTable::default();
    for (at, segment) in segments(script) {
        table.push(at, &segment);
    }
    table.finish()
}

/// The events of a script, each with its frame's number.
pub(crate) fn events(script: &str) -> Vec<(u64, FlowEvent)> {
    let mut table = FlowTable::default();
    let mut events = Vec::new();
    for (at, segment) in segments(script) {
        table.push(at, &segment);
        let of_frame = table.events().iter();
        events.extend(of_frame.map(|event| (at.frame.0, event.clone())));
    }
    events
}

/// The segments of a script; a millisecond lies between one and the next.
pub(crate) fn segments(script: &str) -> Vec<(Milestone, Segment<'static>)> {
    let lines = script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let mut nanos = 0;
    (1..)
        .zip(lines)
        .map(|(number, line)| {
            nanos += elapsed_nanos(line);
            let at = Milestone {
                frame: FrameNumber(number),
                at: Timestamp::from_nanos(nanos),
            };
            (at, segment(line))
        })
        .collect()
}

fn elapsed_nanos(line: &str) -> u64 {
    let words: Vec<&str> = line.split_whitespace().collect();
    let Some(gap) = words.get(3..).and_then(|options| word(options, "after")) else {
        return 1_000_000;
    };
    let units = [("ms", 1_000_000), ("us", 1_000), ("s", 1_000_000_000)];
    let (count, unit) = units
        .iter()
        .find_map(|(name, nanos)| Some((gap.strip_suffix(name)?, nanos)))
        .unwrap_or_else(|| panic!("{gap:?} should have a unit"));
    u64::from(number(count)) * unit
}

fn segment(line: &str) -> Segment<'static> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [direction, flags, seq_and_len, options @ ..] = words.as_slice() else {
        panic!("a line is DIRECTION FLAGS SEQ(LEN) [ack N] [win N], not {line:?}");
    };
    let (client, server): (SocketAddr, SocketAddr) = (
        CLIENT.parse().expect("an address"),
        SERVER.parse().expect("an address"),
    );
    let (source, destination) = match *direction {
        ">" => (client, server),
        "<" => (server, client),
        "=" => (client, client),
        _ => panic!("a line begins with >, < or =, not {line:?}"),
    };
    let (seq, len) = match seq_and_len.split_once('(') {
        Some((seq, len)) => (number(seq), number(len.trim_end_matches(')'))),
        None => (number(seq_and_len), 0),
    };
    Segment {
        source,
        destination,
        network: Network::default(),
        ip_id: option(options, "id").map(|id| u16::try_from(id).expect("an id of 16 bits")),
        seq: SeqNumber(seq),
        ack: option(options, "ack").map(SeqNumber),
        flags: Flags::from_letters(flags),
        window: option(options, "win").map_or(1000, |window| {
            u16::try_from(window).expect("a window of 16 bits")
        }),
        options: option(options, "scale").map_or(&[], window_scale),
        payload_len: len,
        payload: match word(options, "text") {
            Some(text) => text.to_owned().leak().as_bytes(),
            None => &PAYLOAD[..len as usize],
        },
    }
}

/// The option with a window's scale.
fn window_scale(shift: u32) -> &'static [u8] {
    let shift = u8::try_from(shift).expect("a shift of 8 bits");
    Vec::leak(vec![3, 3, shift])
}

fn word<'a>(options: &[&'a str], name: &str) -> Option<&'a str> {
    let mut pairs = options.chunks(2);
    Some(pairs.find(|pair| pair[0] == name)?[1])
}

fn option(options: &[&str], name: &str) -> Option<u32> {
    word(options, name).map(number)
}

fn number(word: &str) -> u32 {
    word.parse()
        .unwrap_or_else(|_| panic!("{word:?} should be a number"))
}
