//! The link layer: what lies before the network layer, for every link type that people capture TCP in. Each link type is
//! described at <https://www.tcpdump.org/linktypes.html>.

mod arcnet;
pub(super) mod ethernet;
pub(super) mod llc;
mod metadata;
pub(super) mod ppp;
mod wifi;

use super::bytes::Bytes;
use super::layer::{Layer, Step, Stop};
use crate::pcap::LinkType;

/// What follows the header of a frame of this link type.
#[inline]
pub(super) fn payload(link_type: LinkType, bytes: Bytes<'_>) -> Step<'_> {
    match link_type {
        LinkType::Ethernet => ethernet::payload(bytes),
        LinkType::Null | LinkType::Loop => loopback(bytes),
        LinkType::Raw | LinkType::Ipv4 | LinkType::Ipv6 => Ok((Layer::Ip, bytes)),
        LinkType::LinuxSll => metadata::cooked(bytes),
        LinkType::LinuxSll2 => metadata::cooked2(bytes),
        LinkType::Ppp => Ok((Layer::Ppp, bytes)),
        LinkType::PppHdlc => ppp::in_hdlc(bytes),
        LinkType::Pppoe => ppp::over_ethernet(bytes),
        LinkType::PppWithDirection => Ok((Layer::Ppp, bytes.after(1, "the PPP header is cut")?)),
        LinkType::PppOfPppd => Ok((Layer::Ppp, bytes.after(2, "the PPP header is cut")?)),
        LinkType::CiscoHdlc => ppp::cisco_hdlc(bytes),
        LinkType::FrameRelay => llc::frame_relay(bytes),
        LinkType::AtmRfc1483 => Ok((Layer::Llc, bytes)),
        LinkType::TokenRing => llc::token_ring(bytes),
        LinkType::Fddi => Ok((Layer::Llc, bytes.after(13, "the FDDI header is cut")?)),
        LinkType::IpOverFibreChannel => {
            let addresses = "the Fibre Channel header is cut";
            Ok((Layer::Llc, bytes.after(16, addresses)?))
        }
        LinkType::IpOverIeee1394 => ethernet::ieee1394(bytes),
        LinkType::Slip => metadata::slip(bytes),
        LinkType::ArcnetBsd => arcnet::bsd(bytes),
        LinkType::ArcnetLinux => arcnet::linux(bytes),
        LinkType::Wifi => wifi::payload(bytes),
        LinkType::WifiPrism => wifi::after_prism(bytes),
        LinkType::WifiRadiotap => wifi::after_radiotap(bytes),
        LinkType::WifiAvs => wifi::after_avs(bytes),
        LinkType::Ppi => metadata::ppi(bytes),
        LinkType::Pktap => metadata::pktap(bytes),
        LinkType::Pflog => metadata::pflog(bytes),
        LinkType::Enc => Ok((Layer::Ip, bytes.after(12, "the enc header is cut")?)),
        LinkType::Ipnet => Ok((Layer::Ip, bytes.after(24, "the ipnet header is cut")?)),
        LinkType::Nflog => metadata::nflog(bytes),
        LinkType::Other(_) => Err(Stop::Other),
    }
}

/// An address family of four bytes, then IP. The family's byte order is that of the capturing machine and its number
/// for IPv6 that of its system (Linux 10, Windows 23, NetBSD and OpenBSD 24, FreeBSD 28, Darwin 30); the IP header says
/// which version it is.
fn loopback(bytes: Bytes<'_>) -> Step<'_> {
    const IP_FAMILIES: [u32; 6] = [2, 10, 23, 24, 28, 30];
    let (family, datagram) = bytes.split::<4>("the loopback header is cut")?;
    let read = [u32::from_le_bytes(*family), u32::from_be_bytes(*family)];
    if read.iter().any(|family| IP_FAMILIES.contains(family)) {
        Ok((Layer::Ip, datagram))
    } else {
        Err(Stop::Other)
    }
}
