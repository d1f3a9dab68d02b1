//! The way down through the headers of a frame: each layer's header tells the next layer.

use std::net::{IpAddr, Ipv4Addr};

use super::bytes::Bytes;
use super::{Network, ip, link, tunnel};
use crate::pcap::LinkType;

/// The most headers that are read of one frame: nobody nests as many, but whoever wants to keep us busy.
const MAX_HEADERS: usize = 32;

/// What the next bytes are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Layer {
    /// What a link type stands for.
    Link(LinkType),
    /// What an EtherType stands for.
    EtherType(u16),
    /// IEEE 802.2.
    Llc,
    /// PPP, with or without its address and control bytes.
    Ppp,
    /// A stack of MPLS labels.
    Mpls,
    /// IPv4 or IPv6, as its first bits say.
    Ip,
    /// What an IP protocol number stands for: a transport, a tunnel or an extension header.
    Protocol(u8),
    /// A part of the payload of an IP datagram.
    Fragment(Piece),
}

/// Which part of an IP datagram's payload a fragment is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    /// The datagram's identification.
    pub(super) id: u32,
    /// What the payload is.
    pub(super) protocol: u8,
    /// Of its first byte in the payload, bytes.
    pub(super) offset: u32,
    /// Whether more follows it.
    pub(super) position: Position,
}

/// Whether a fragment is the end of its datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// More fragments follow it.
    Inner,
    /// None follows it.
    Last,
}

/// The layer behind a header, and its bytes.
pub(super) type Step<'a> = Result<(Layer, Bytes<'a>), Stop>;

/// Why the way ends before TCP.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stop {
    /// Something else than what leads to TCP.
    Other,
    /// A header that is cut or contradicts itself.
    Malformed(&'static str),
}

/// What stands at the end of the way, in front of its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// A TCP header.
    Tcp,
    /// A part of the payload of an IP datagram.
    Fragment(Piece),
}

/// What the headers passed told of the segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outer<'a> {
    pub(super) network: Network,
    /// The innermost IP header's identification.
    pub(super) ip_id: Option<u16>,
    /// The innermost IP header's source.
    pub(super) source: IpAddr,
    /// The innermost IP header's final destination.
    pub(super) destination: IpAddr,
    /// The payload of the last UDP header.
    pub(super) datagram: Option<&'a [u8]>,
}

impl Default for Outer<'_> {
    fn default() -> Self {
        Self {
            network: Network::default(),
            ip_id: None,
            source: Ipv4Addr::UNSPECIFIED.into(),
            destination: Ipv4Addr::UNSPECIFIED.into(),
            datagram: None,
        }
    }
}

/// Reads headers from `layer` down to TCP or to a fragment.
#[inline]
pub(super) fn descend<'a>(
    mut layer: Layer,
    mut bytes: Bytes<'a>,
    outer: &mut Outer<'a>,
) -> Result<(End, Bytes<'a>), Stop> {
    for _ in 0..MAX_HEADERS {
        (layer, bytes) = match layer {
            Layer::Link(link_type) => link::payload(link_type, bytes)?,
            Layer::EtherType(number) => link::ethernet::typed(number, bytes, &mut outer.network)?,
            Layer::Llc => link::llc::payload(bytes)?,
            Layer::Ppp => link::ppp::payload(bytes)?,
            Layer::Mpls => tunnel::mpls(bytes)?,
            Layer::Ip => ip::payload(bytes, outer)?,
            Layer::Protocol(ip::TCP) => return Ok((End::Tcp, bytes)),
            Layer::Protocol(ip::UDP) => tunnel::in_udp(bytes, outer)?,
            Layer::Protocol(number) => ip::extension::payload(number, bytes, outer)?,
            Layer::Fragment(piece) => return Ok((End::Fragment(piece), bytes)),
        }
    }
    Err(Stop::Malformed("more headers than anybody nests"))
}
