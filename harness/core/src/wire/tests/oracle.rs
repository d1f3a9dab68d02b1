//! Packets that etherparse builds, read by us.

use etherparse::{PacketBuilder, PacketBuilderStep, TcpHeader, TcpOptionElement};
use proptest::prelude::*;

use super::*;

/// The fields of a segment that both know.
#[derive(Clone, Debug)]
struct Fields {
    source: [u8; 4],
    destination: [u8; 4],
    ports: (u16, u16),
    seq: u32,
    ack: Option<u32>,
    letters: String,
    window: u16,
    options: (Option<u16>, Option<u8>, Option<(u32, u32)>),
    vlan_ids: Vec<u16>,
    payload: Vec<u8>,
}

fn any_fields() -> impl Strategy<Value = Fields> {
    let ends = (any::<[u8; 4]>(), any::<[u8; 4]>(), any::<(u16, u16)>());
    let numbers = (any::<u32>(), any::<Option<u32>>(), any::<u16>());
    let options = (
        any::<Option<u16>>(),
        prop::option::of(0..=14_u8),
        any::<Option<(u32, u32)>>(),
    );
    let letters = prop::sample::subsequence(vec!['F', 'S', 'R', 'P', 'U'], 0..=5);
    let vlan_ids = prop::collection::vec(1..4096_u16, 0..=2);
    let payload = prop::collection::vec(any::<u8>(), 0..100);
    (ends, numbers, options, letters, vlan_ids, payload).prop_map(
        |(ends, numbers, options, letters, vlan_ids, payload)| Fields {
            source: ends.0,
            destination: ends.1,
            ports: ends.2,
            seq: numbers.0,
            ack: numbers.1,
            letters: letters.into_iter().collect(),
            window: numbers.2,
            options,
            vlan_ids,
            payload,
        },
    )
}

/// The frame as etherparse builds it: addresses of IPv6 hold those of IPv4.
fn built(fields: &Fields, is_v6: bool) -> Vec<u8> {
    let header = tcp_header(fields);
    let ethernet = PacketBuilder::ethernet2([2; 6], [4; 6]);
    let mut frame = Vec::new();
    let written = match *fields.vlan_ids.as_slice() {
        [] if is_v6 => {
            let (source, destination) = (mapped(fields.source), mapped(fields.destination));
            let ip = ethernet.ipv6(source, destination, 9);
            ip.tcp_header(header).write(&mut frame, &fields.payload)
        }
        [] => v4(
            ethernet.ipv4(fields.source, fields.destination, 9),
            header,
            fields,
            &mut frame,
        ),
        [id] => {
            let tagged = ethernet.single_vlan(id.try_into().expect("12 bits"));
            let ip = tagged.ipv4(fields.source, fields.destination, 9);
            v4(ip, header, fields, &mut frame)
        }
        [outer, inner, ..] => {
            let outer = outer.try_into().expect("12 bits");
            let tagged = ethernet.double_vlan(outer, inner.try_into().expect("12 bits"));
            let ip = tagged.ipv4(fields.source, fields.destination, 9);
            v4(ip, header, fields, &mut frame)
        }
    };
    written.expect("a vector takes it all");
    frame
}

fn v4(
    ip: PacketBuilderStep<etherparse::IpHeaders>,
    header: TcpHeader,
    fields: &Fields,
    frame: &mut Vec<u8>,
) -> Result<(), etherparse::err::packet::BuildWriteError> {
    ip.tcp_header(header).write(frame, &fields.payload)
}

fn mapped(address: [u8; 4]) -> [u8; 16] {
    std::net::Ipv4Addr::from(address).to_ipv6_mapped().octets()
}

fn tcp_header(fields: &Fields) -> TcpHeader {
    let (from, to) = fields.ports;
    let mut header = TcpHeader::new(from, to, fields.seq, fields.window);
    header.ack = fields.ack.is_some();
    header.acknowledgment_number = fields.ack.unwrap_or_default();
    header.fin = fields.letters.contains('F');
    header.syn = fields.letters.contains('S');
    header.rst = fields.letters.contains('R');
    header.psh = fields.letters.contains('P');
    header.urg = fields.letters.contains('U');
    let (mss, window_scale, timestamps) = fields.options;
    let options: Vec<TcpOptionElement> = [
        mss.map(TcpOptionElement::MaximumSegmentSize),
        Some(TcpOptionElement::Noop),
        window_scale.map(TcpOptionElement::WindowScale),
        timestamps.map(|(value, echo)| TcpOptionElement::Timestamp(value, echo)),
    ]
    .into_iter()
    .flatten()
    .collect();
    header.set_options(&options).expect("they are short");
    header
}

proptest! {
    #[test]
    fn what_etherparse_builds_is_read_field_by_field(fields in any_fields(), is_v6 in any::<bool>()) {
        let frame = built(&fields, is_v6);
        let Packet::Tcp(segment) = super::build::read(LinkType::Ethernet, &frame) else {
            panic!("no segment in {frame:?}");
        };
        let mut letters = fields.letters.clone();
        letters.extend(fields.ack.map(|_| '.'));
        prop_assert_eq!(segment.source.ip().to_canonical(), std::net::IpAddr::from(fields.source));
        prop_assert_eq!(segment.destination.ip().to_canonical(), std::net::IpAddr::from(fields.destination));
        prop_assert_eq!((segment.source.port(), segment.destination.port()), fields.ports);
        prop_assert_eq!(segment.seq, SeqNumber(fields.seq));
        prop_assert_eq!(segment.ack, fields.ack.map(SeqNumber));
        prop_assert_eq!(segment.flags, Flags::from_letters(&letters));
        prop_assert_eq!(segment.window, fields.window);
        prop_assert_eq!((segment.mss(), segment.window_scale(), segment.timestamps()), fields.options);
        prop_assert_eq!(segment.network.vlan_ids(), fields.vlan_ids.as_slice());
        prop_assert_eq!(segment.payload, fields.payload.as_slice());
        prop_assert_eq!(segment.payload_len as usize, fields.payload.len());
    }
}
