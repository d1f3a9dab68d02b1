//! IP fragments → the payload of their datagram (RFC 791, 3.2; RFC 8200, 4.5; holes in the manner of RFC 815).
//!
//! Where fragments overlap, IPv4 leaves open whose bytes count: the first to come do. Of IPv6 a datagram whose fragments
//! overlap is none (RFC 5722); a fragment that comes twice is no overlap (RFC 8200, 4.5). Fragments that contradict each
//! other about the datagram's end make it none in both. What was begun stays known until it is too old, so that the rest of
//! a discarded datagram does not pass for a new one.

mod payload;

use std::collections::VecDeque;
use std::net::IpAddr;

use super::Network;
use super::bytes::Bytes;
use super::layer::{Outer, Piece};
use crate::time::{Span, Timestamp};

use payload::{Overlaps, Payload};

/// The most datagrams that are waited for; the oldest makes room. None is longer than 64 KiB, so all of them together hold at
/// most 4 MiB.
const MOST_DATAGRAMS: usize = 64;

/// How long a datagram is waited for after its first fragment (RFC 8200, 4.5; RFC 1122, 3.3.2).
const PATIENCE: Span = Span::from_nanos(60_000_000_000);

/// A fragment as captured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fragment<'a> {
    pub(super) outer: Outer<'a>,
    pub(super) piece: Piece,
    pub(super) bytes: Bytes<'a>,
}

/// The payload of a datagram whose fragments have all come.
#[derive(Debug)]
pub(super) struct Whole {
    /// What the payload is.
    pub(super) protocol: u8,
    /// Its length by the headers, bytes.
    pub(super) len: u32,
    /// Its first bytes, up to the first that the snap length cut.
    pub(super) captured: Vec<u8>,
}

/// The datagrams that are waited for, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Pool {
    datagrams: VecDeque<Datagram>,
}

impl Pool {
    /// Takes a fragment captured at this time; gives the datagram's payload when it was the last one missing.
    pub(super) fn add(&mut self, at: Timestamp, fragment: &Fragment<'_>) -> Option<Whole> {
        self.datagrams
            .retain(|datagram| at.since(datagram.began) <= PATIENCE);
        let place = self.place_of(at, fragment);
        let datagram = &mut self.datagrams[place];
        datagram.add(fragment);
        if !datagram.is_whole() {
            return None;
        }
        Some(self.datagrams.remove(place)?.into_whole())
    }

    /// Where the fragment's datagram stands, which begins with it if it is not there.
    fn place_of(&mut self, at: Timestamp, fragment: &Fragment<'_>) -> usize {
        let key = Key::of(fragment);
        let known = self
            .datagrams
            .iter()
            .position(|datagram| datagram.key == key);
        known.unwrap_or_else(|| {
            if self.datagrams.len() == MOST_DATAGRAMS {
                self.datagrams.pop_front();
            }
            self.datagrams.push_back(Datagram::new(key, at, fragment));
            self.datagrams.len() - 1
        })
    }
}

/// What the fragments of one datagram have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    network: Network,
    source: IpAddr,
    destination: IpAddr,
    id: u32,
    /// Of IPv4 only: an IPv6 datagram's stands in its first fragment.
    protocol: Option<u8>,
}

impl Key {
    fn of(fragment: &Fragment<'_>) -> Self {
        let Fragment { outer, piece, .. } = fragment;
        Self {
            network: outer.network,
            source: outer.source,
            destination: outer.destination,
            id: piece.id,
            protocol: outer.source.is_ipv4().then_some(piece.protocol),
        }
    }

    fn overlaps(&self) -> Overlaps {
        match self.source {
            IpAddr::V4(_) => Overlaps::FirstCounts,
            IpAddr::V6(_) => Overlaps::Contradict,
        }
    }
}

/// A datagram's payload, of which something is missing.
#[derive(Debug)]
struct Datagram {
    key: Key,
    began: Timestamp,
    protocol: u8,
    /// What came of it; `None` once its fragments contradicted each other.
    payload: Option<Payload>,
}

impl Datagram {
    fn new(key: Key, began: Timestamp, fragment: &Fragment<'_>) -> Self {
        Self {
            key,
            began,
            protocol: fragment.piece.protocol,
            payload: Some(Payload::default()),
        }
    }

    fn add(&mut self, fragment: &Fragment<'_>) {
        if fragment.piece.offset == 0 {
            self.protocol = fragment.piece.protocol;
        }
        let overlaps = self.key.overlaps();
        if let Some(payload) = &mut self.payload
            && payload
                .add(&fragment.piece, fragment.bytes, overlaps)
                .is_err()
        {
            self.payload = None;
        }
    }

    fn is_whole(&self) -> bool {
        self.payload.as_ref().is_some_and(Payload::is_whole)
    }

    fn into_whole(self) -> Whole {
        let payload = self.payload.unwrap_or_default();
        Whole {
            protocol: self.protocol,
            len: payload.len(),
            captured: payload.into_captured(),
        }
    }
}
