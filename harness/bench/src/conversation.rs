//! One TCP connection without loss: who sends next with which numbers.

use std::io::{self, Write};
use std::net::SocketAddrV4;

use crate::capture::{ACK, Capture, FIN, PSH, SYN, Segment};
use crate::random::Random;

/// One of the two ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    Client,
    Server,
}

/// A connection in which both ends have received all that was sent.
#[derive(Clone, Debug)]
pub(crate) struct Conversation {
    client: Socket,
    server: Socket,
}

#[derive(Clone, Debug)]
struct Socket {
    address: SocketAddrV4,
    /// The next sequence number.
    next: u32,
    ip_id: u16,
}

impl Conversation {
    /// A connection about to be opened, with random initial sequence numbers.
    pub(crate) fn new(client: SocketAddrV4, server: SocketAddrV4, random: &mut Random) -> Self {
        let mut socket = |address| Socket {
            address,
            next: random.next_u32(),
            ip_id: (random.next() & 0xFFFF) as u16,
        };
        Self {
            client: socket(client),
            server: socket(server),
        }
    }

    /// The client's SYN.
    pub(crate) fn syn<W: Write>(&mut self, capture: &mut Capture<W>) -> io::Result<()> {
        self.send(End::Client, SYN, 0, capture)
    }

    /// The server's SYN-ACK.
    pub(crate) fn syn_ack<W: Write>(&mut self, capture: &mut Capture<W>) -> io::Result<()> {
        self.send(End::Server, SYN | ACK, 0, capture)
    }

    /// A segment without payload that acknowledges all.
    pub(crate) fn ack<W: Write>(&mut self, from: End, capture: &mut Capture<W>) -> io::Result<()> {
        self.send(from, ACK, 0, capture)
    }

    /// A segment with payload.
    pub(crate) fn data<W: Write>(
        &mut self,
        from: End,
        payload_len: u16,
        capture: &mut Capture<W>,
    ) -> io::Result<()> {
        self.send(from, PSH | ACK, payload_len, capture)
    }

    /// A FIN.
    pub(crate) fn fin<W: Write>(&mut self, from: End, capture: &mut Capture<W>) -> io::Result<()> {
        self.send(from, FIN | ACK, 0, capture)
    }

    fn send<W: Write>(
        &mut self,
        from: End,
        flags: u8,
        payload_len: u16,
        capture: &mut Capture<W>,
    ) -> io::Result<()> {
        let (sender, receiver) = match from {
            End::Client => (&mut self.client, &self.server),
            End::Server => (&mut self.server, &self.client),
        };
        capture.write(&Segment {
            source: sender.address,
            destination: receiver.address,
            ip_id: sender.ip_id,
            seq: sender.next,
            ack: if flags & ACK == 0 { 0 } else { receiver.next },
            flags,
            payload_len,
        })?;
        let in_sequence_space = u32::from(payload_len) + u32::from(flags & (SYN | FIN) != 0);
        sender.next = sender.next.wrapping_add(in_sequence_space);
        sender.ip_id = sender.ip_id.wrapping_add(1);
        Ok(())
    }
}
