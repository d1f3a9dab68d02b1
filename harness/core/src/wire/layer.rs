//! The way down through the headers of a frame: each layer's header tells the next layer.

use std::net::{IpAddr, Ipv4Addr};

use super::bytes::Bytes;
use super::defrag::Fragment;
use super::{Network, Packet, ip, link, tcp, tunnel};
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

/// What stands at the end of the way.
pub(super) enum Found<'a> {
    Packet(Packet<'a>),
    Fragment(Fragment<'a>),
}

/// What the headers passed told of the segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outer {
    pub(super) network: Network,
    /// The innermost IP header's identification.
    pub(super) ip_id: Option<u16>,
    /// The innermost IP header's source.
    pub(super) source: IpAddr,
    /// The innermost IP header's final destination.
    pub(super) destination: IpAddr,
}

impl Default for Outer {
    fn default() -> Self {
        Self {
            network: Network::default(),
            ip_id: None,
            source: Ipv4Addr::UNSPECIFIED.into(),
            destination: Ipv4Addr::UNSPECIFIED.into(),
        }
    }
}

/// Reads headers from `layer` down to TCP or to whatever else it comes to.
#[inline]
pub(super) fn descend<'a>(layer: Layer, bytes: Bytes<'a>, mut outer: Outer) -> Found<'a> {
    let mut datagram = None;
    let found = down_to_packet(layer, bytes, &mut outer, &mut datagram);
    match (found, datagram) {
        (Ok(found), _) => found,
        // A datagram whose port is a tunnel's need not be a tunnel's.
        (Err(_), Some(payload)) => Found::Packet(Packet::Udp { payload }),
        (Err(Stop::Other), None) => Found::Packet(Packet::Other),
        (Err(Stop::Malformed(why)), None) => Found::Packet(Packet::Malformed(why)),
    }
}

/// The same; `datagram` keeps the payload of the last UDP header passed.
#[inline]
fn down_to_packet<'a>(
    mut layer: Layer,
    mut bytes: Bytes<'a>,
    outer: &mut Outer,
    datagram: &mut Option<&'a [u8]>,
) -> Result<Found<'a>, Stop> {
    for _ in 0..MAX_HEADERS {
        (layer, bytes) = match layer {
            Layer::Link(link_type) => link::payload(link_type, bytes)?,
            Layer::EtherType(number) => link::ethernet::typed(number, bytes, &mut outer.network)?,
            Layer::Llc => link::llc::payload(bytes)?,
            Layer::Ppp => link::ppp::payload(bytes)?,
            Layer::Mpls => tunnel::mpls(bytes)?,
            Layer::Ip => ip::payload(bytes, outer)?,
            Layer::Protocol(ip::TCP) => {
                return Ok(Found::Packet(Packet::Tcp(tcp::segment(bytes, outer)?)));
            }
            Layer::Protocol(ip::UDP) => tunnel::in_udp(bytes, datagram)?,
            Layer::Protocol(number) => ip::extension::payload(number, bytes, outer)?,
            Layer::Fragment(piece) => {
                return Ok(Found::Fragment(Fragment {
                    outer: *outer,
                    piece,
                    bytes,
                }));
            }
        }
    }
    Err(Stop::Malformed("more headers than anybody nests"))
}
