//! What our writer and pcap-file's write is read back.

use std::time::Duration;

use pcap_file::DataLink;
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::PcapNgBlock;
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketBlock;
use pcap_file::pcapng::blocks::interface_description::InterfaceDescriptionBlock;
use pcap_file::pcapng::blocks::simple_packet::SimplePacketBlock;
use proptest::prelude::*;

use super::*;

fn write(frames: &[Kept]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), LinkType::Ethernet).expect("a vector takes it all");
    for frame in frames {
        writer
            .write(
                Timestamp::from_nanos(frame.nanos),
                frame.original_len,
                &frame.data,
            )
            .expect("a vector takes it all");
    }
    writer.finish().expect("a vector takes it all")
}

/// A pcapng file with an Ethernet interface for Ethernet frames and a raw one for others; a frame at the epoch becomes a
/// simple packet.
fn write_blocks(frames: &[Kept]) -> Vec<u8> {
    let mut writer = PcapNgWriter::new(Vec::new()).expect("a vector takes it all");
    let mut write = |block: &dyn Fn() -> pcap_file::pcapng::Block<'static>| {
        writer
            .write_block(&block())
            .map(drop)
            .expect("a vector takes it all");
    };
    for linktype in [DataLink::ETHERNET, DataLink::RAW] {
        write(&|| interface(linktype).into_block());
    }
    for frame in frames {
        if frame.nanos == 0 && frame.link_type == LinkType::Ethernet {
            write(&|| simple(frame).into_block());
        } else {
            write(&|| enhanced(frame).into_block());
        }
    }
    writer.into_inner()
}

fn interface(linktype: DataLink) -> InterfaceDescriptionBlock<'static> {
    InterfaceDescriptionBlock {
        linktype,
        snaplen: 0,
        options: Vec::new(),
    }
}

fn enhanced(frame: &Kept) -> EnhancedPacketBlock<'static> {
    EnhancedPacketBlock {
        interface_id: u32::from(frame.link_type == LinkType::Raw),
        timestamp: Duration::from_nanos(frame.nanos),
        original_len: frame.original_len,
        data: frame.data.clone().into(),
        options: Vec::new(),
    }
}

/// A simple packet says how long it was and has as much as it says.
fn simple(frame: &Kept) -> SimplePacketBlock<'static> {
    SimplePacketBlock {
        original_len: len(&frame.data),
        data: frame.data.clone().into(),
    }
}

#[test]
fn an_empty_capture_has_a_header_of_nanoseconds_and_no_frames() {
    let capture = write(&[]);
    assert_eq!(
        capture,
        [
            0x4D, 0x3C, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0
        ]
    );
    assert_eq!(read(&capture[..]), (vec![], Tail::Whole));
}

#[test]
fn a_time_that_the_format_cannot_hold_is_an_error() {
    let mut writer = Writer::new(Vec::new(), LinkType::Ethernet).expect("a vector takes it all");
    let error = writer
        .write(Timestamp::from_nanos(u64::MAX), 0, b"")
        .expect_err("2554 is after 2106");
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
}

fn frames(longest_nanos: u64) -> impl Strategy<Value = Vec<Kept>> {
    let data = prop::collection::vec(any::<u8>(), 0..100);
    let nanos = prop_oneof![Just(0), 0..longest_nanos];
    let frame = (nanos, data, 0..1_000_u32).prop_map(|(nanos, data, cut)| Kept {
        original_len: len(&data) + cut,
        ..kept(nanos, &data)
    });
    prop::collection::vec(frame, 0..8)
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(frames in frames(u64::from(u32::MAX) * 1_000_000_000)) {
        prop_assert_eq!(read(&write(&frames)[..]), (frames, Tail::Whole));
    }

    #[test]
    fn what_pcap_file_wrote_is_read_back(
        mut frames in frames(u64::MAX),
        raw in prop::collection::vec(any::<bool>(), 8),
    ) {
        for (frame, is_raw) in frames.iter_mut().zip(raw) {
            frame.nanos -= frame.nanos % 1_000;
            if is_raw {
                frame.link_type = LinkType::Raw;
            } else if frame.nanos == 0 {
                frame.original_len = len(&frame.data);
            }
        }
        prop_assert_eq!(read(&write_blocks(&frames)[..]), (frames, Tail::Whole));
    }
}
