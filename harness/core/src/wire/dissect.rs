//! Frames → packets.

use super::Packet;
use super::bytes::Bytes;
use super::defrag::{Fragment, Pool};
use super::layer::{Found, Layer, Outer, descend};
use crate::pcap::{Frame, LinkType};
use crate::time::Timestamp;

/// Reads the headers of the frames of one capture, in their order, and puts IP fragments together: a segment that came in
/// fragments is told of at the frame that completed it. It holds at most 64 unfinished datagrams, 4 MiB, each for at most a
/// minute of the capture's time. A datagram put together that carries fragments of another is not read further.
#[derive(Debug, Default)]
pub struct Dissector {
    unfinished: Pool,
    /// The payload last put together: the packet given out borrows it.
    payload: Vec<u8>,
}

impl Dissector {
    /// Reads the headers of one frame.
    #[inline]
    pub fn dissect<'a>(&'a mut self, frame: &Frame<'a>) -> Packet<'a> {
        match find(frame.link_type, frame.original_len, frame.data) {
            Found::Packet(packet) => packet,
            Found::Fragment(fragment) => self.put_together(frame.timestamp, &fragment),
        }
    }

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
        packet(descend(Layer::Protocol(whole.protocol), bytes, whole.outer))
    }
}

/// Reads the headers of one frame by itself. `original_len` is the frame's length on the wire. A fragment of an IP datagram
/// is [`Packet::Other`]: a [`Dissector`] puts them together.
#[inline]
pub fn parse(link_type: LinkType, original_len: u32, data: &[u8]) -> Packet<'_> {
    packet(find(link_type, original_len, data))
}

#[inline]
fn find(link_type: LinkType, original_len: u32, data: &[u8]) -> Found<'_> {
    let bytes = Bytes::of_frame(original_len, data);
    descend(Layer::Link(link_type), bytes, Outer::default())
}

#[inline]
fn packet(found: Found<'_>) -> Packet<'_> {
    match found {
        Found::Packet(packet) => packet,
        Found::Fragment(_) => Packet::Other,
    }
}
