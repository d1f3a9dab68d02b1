//! Frames → packets.

use super::bytes::Bytes;
use super::defrag::{Fragment, Pool};
use super::layer::{End, Layer, Outer, Stop, descend};
use super::{Packet, tcp};
use crate::pcap::{Frame, LinkType};
use crate::time::Timestamp;

/// Reads the headers of the frames of one capture, in their order, and puts IP fragments together: a segment that came in
/// fragments is told of at the frame that completed it. It holds at most 64 unfinished datagrams, 4 MiB, each for at most a
/// minute of the capture's time. A datagram put together that carries fragments of another is not read further.
#[derive(Debug, Default)]
pub struct Dissector {
    tunnels: Tunnels,
    unfinished: Pool,
    /// The payload last put together: the packet given out borrows it.
    payload: Vec<u8>,
}

/// Whether what a UDP datagram to a tunnel's port carries is looked into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tunnels {
    #[default]
    Followed,
    Closed,
}

impl Dissector {
    /// A dissector to which a UDP datagram is a UDP datagram, whatever its port. Segments that a datagram carries were never
    /// on a connection of the host that was captured, and anybody may send such datagrams: without any privilege, a
    /// program could put a connection into a capture that never was.
    pub fn without_tunnels() -> Self {
        Self {
            tunnels: Tunnels::Closed,
            ..Self::default()
        }
    }

    /// Reads the headers of one frame.
    #[inline]
    pub fn dissect<'a>(&'a mut self, frame: &Frame<'a>) -> Packet<'a> {
        let mut outer = Outer::default();
        let end = find(frame.link_type, frame.original_len, frame.data, &mut outer);
        match (end, outer.datagram, self.tunnels) {
            (_, Some(payload), Tunnels::Closed) => Packet::Udp { payload },
            (Ok((End::Fragment(piece), bytes)), _, Tunnels::Followed | Tunnels::Closed) => {
                let fragment = Fragment {
                    outer,
                    piece,
                    bytes,
                };
                self.put_together(frame.timestamp, &fragment)
            }
            (end, _, Tunnels::Followed | Tunnels::Closed) => packet(end, &outer),
        }
    }

    /// The packet in the datagram that a fragment completes.
    #[cold]
    fn put_together(&mut self, at: Timestamp, fragment: &Fragment<'_>) -> Packet<'_> {
        let Some(whole) = self.unfinished.add(at, fragment) else {
            return Packet::Other;
        };
        self.payload = whole.captured;
        let bytes = Bytes {
            captured: &self.payload,
            len: whole.len,
        };
        let mut outer = Outer {
            datagram: None,
            ..fragment.outer
        };
        let end = descend(Layer::Protocol(whole.protocol), bytes, &mut outer);
        match (outer.datagram, self.tunnels) {
            (Some(payload), Tunnels::Closed) => Packet::Udp { payload },
            (_, Tunnels::Followed | Tunnels::Closed) => packet(end, &outer),
        }
    }
}

/// Reads the headers of one frame by itself. `original_len` is the frame's length on the wire. A fragment of an IP datagram
/// is [`Packet::Other`]: a [`Dissector`] puts them together.
#[inline]
pub fn parse(link_type: LinkType, original_len: u32, data: &[u8]) -> Packet<'_> {
    let mut outer = Outer::default();
    let end = find(link_type, original_len, data, &mut outer);
    packet(end, &outer)
}

#[inline]
fn find<'a>(
    link_type: LinkType,
    original_len: u32,
    data: &'a [u8],
    outer: &mut Outer<'a>,
) -> Result<(End, Bytes<'a>), Stop> {
    let bytes = Bytes::of_frame(original_len, data);
    descend(Layer::Link(link_type), bytes, outer)
}

/// What the way through the headers came to.
#[inline]
fn packet<'a>(end: Result<(End, Bytes<'a>), Stop>, outer: &Outer<'a>) -> Packet<'a> {
    match end {
        Ok((End::Tcp, bytes)) => match tcp::segment(bytes, outer) {
            Ok(segment) => Packet::Tcp(segment),
            Err(stop) => without_segment(stop, outer),
        },
        Ok((End::Fragment(_), _)) => Packet::Other,
        Err(stop) => without_segment(stop, outer),
    }
}

/// What a frame is in which no segment was found. A datagram whose port is a tunnel's need not be a tunnel's.
fn without_segment<'a>(stop: Stop, outer: &Outer<'a>) -> Packet<'a> {
    match (outer.datagram, stop) {
        (Some(payload), _) => Packet::Udp { payload },
        (None, Stop::Other) => Packet::Other,
        (None, Stop::Malformed(why)) => Packet::Malformed(why),
    }
}
