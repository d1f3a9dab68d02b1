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
//! A line is a frame, numbered from 1 on; flags are tcpdump's letters, `-` for none.

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
        let of_frame = table.push(at, &segment);
        events.extend(of_frame.into_iter().map(|event| (at.frame.0, event)));
    }
    events
}

/// The segments of a script; a millisecond lies between one and the next.
pub(crate) fn segments(script: &str) -> Vec<(Milestone, Segment<'static>)> {
    let lines = script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    (1..)
        .zip(lines)
        .map(|(number, line)| (milestone(number), segment(line)))
        .collect()
}

fn milestone(number: u64) -> Milestone {
    Milestone {
        frame: FrameNumber(number),
        at: Timestamp::from_nanos(number * 1_000_000),
    }
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
        _ => panic!("a line begins with > or <, not {line:?}"),
    };
    let (seq, len) = match seq_and_len.split_once('(') {
        Some((seq, len)) => (number(seq), number(len.trim_end_matches(')'))),
        None => (number(seq_and_len), 0),
    };
    Segment {
        network: Network::default(),
        ip_id: None,
        source,
        destination,
        seq: SeqNumber(seq),
        ack: option(options, "ack").map(SeqNumber),
        flags: Flags::from_letters(flags),
        window: option(options, "win").map_or(1000, |window| {
            u16::try_from(window).expect("a window of 16 bits")
        }),
        options: &[],
        payload_len: len,
        payload: &PAYLOAD[..len as usize],
    }
}

fn option(options: &[&str], name: &str) -> Option<u32> {
    options
        .chunks(2)
        .find(|pair| pair[0] == name)
        .map(|pair| number(pair[1]))
}

fn number(word: &str) -> u32 {
    word.parse()
        .unwrap_or_else(|_| panic!("{word:?} should be a number"))
}
