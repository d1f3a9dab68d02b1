//! Captures written and read back, whole, cut and odd.

use pcap_file::DataLink;
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::PcapNgBlock;
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketBlock;
use pcap_file::pcapng::blocks::interface_description::InterfaceDescriptionBlock;
use pcap_file::pcapng::blocks::simple_packet::SimplePacketBlock;
use proptest::prelude::*;

use super::*;

/// A frame that owns its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    nanos: u64,
    original_len: u32,
    link_type: LinkType,
    data: Vec<u8>,
}

/// All frames of a capture and how it ended.
fn read(capture: &[u8]) -> (Vec<Kept>, Tail) {
    let mut reader = Reader::new(capture).expect("it is a capture");
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame() {
        assert_eq!(frame.number.0, frames.len() as u64 + 1);
        frames.push(Kept {
            nanos: frame.timestamp.as_nanos(),
            original_len: frame.original_len,
            link_type: frame.link_type,
            data: frame.data.to_vec(),
        });
    }
    assert_eq!(reader.next_frame(), None, "the end is the end");
    (frames, reader.tail().clone())
}

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

fn kept(nanos: u64, data: &[u8]) -> Kept {
    Kept {
        nanos,
        original_len: len(data),
        link_type: LinkType::Ethernet,
        data: data.to_vec(),
    }
}

fn len(data: &[u8]) -> u32 {
    u32::try_from(data.len()).expect("a frame is short")
}

/// A classic header with these fields, little-endian, and one record of four bytes at 1 s and 5 units.
fn classic(magic: u32, snap_length: u32, link_type: u32) -> Vec<u8> {
    let words = [
        magic,
        0x0004_0002,
        0,
        0,
        snap_length,
        link_type,
        1,
        5,
        4,
        60,
        0xDDCC_BBAA,
    ];
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
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
    assert_eq!(read(&capture), (vec![], Tail::Whole));
}

#[test]
fn a_capture_cut_anywhere_keeps_the_frames_before_the_cut() {
    let frames = [kept(1, b"first"), kept(2_000_000_003, b"second")];
    let (one, two) = (write(&frames[..1]).len(), write(&frames).len());
    let capture = write(&frames);
    for cut in one..two {
        let (read, tail) = read(&capture[..cut]);
        assert_eq!(read, frames[..1], "cut at {cut}");
        let is_whole = tail == Tail::Whole;
        assert_eq!(is_whole, cut == one, "cut at {cut}: {tail:?}");
    }
}

#[test]
fn a_cut_tells_how_many_frames_are_whole() {
    let mut capture = write(&[kept(1, b"first"), kept(2, b"second")]);
    capture.pop();
    let Tail::Truncated { frames, .. } = read(&capture).1 else {
        panic!("the capture is cut");
    };
    assert_eq!(frames, 1);
}

#[test]
fn microseconds_and_the_other_byte_order_are_read() {
    let expected = |nanos: u64| Kept {
        nanos: 1_000_000_000 + nanos,
        original_len: 60,
        link_type: LinkType::Ethernet,
        data: vec![0xAA, 0xBB, 0xCC, 0xDD],
    };
    assert_eq!(read(&classic(0xA1B2_C3D4, 65_535, 1)).0, [expected(5_000)]);
    assert_eq!(read(&classic(0xA1B2_3C4D, 65_535, 1)).0, [expected(5)]);

    let mut swapped = classic(0xA1B2_C3D4, 65_535, 1);
    let words_of_four = |bytes: &mut [u8]| bytes.chunks_mut(4).for_each(<[u8]>::reverse);
    words_of_four(&mut swapped[0..4]);
    swapped[4..8].chunks_mut(2).for_each(<[u8]>::reverse);
    words_of_four(&mut swapped[8..40]);
    assert_eq!(read(&swapped).0, [expected(5_000)]);
}

#[test]
fn the_snap_length_in_the_header_and_bits_beside_the_link_type_are_not_believed() {
    for (snap_length, link_type) in [(0, 1), (2, 1), (65_535, 0x3400_0001)] {
        let (frames, tail) = read(&classic(0xA1B2_C3D4, snap_length, link_type));
        assert_eq!(frames.len(), 1);
        assert_eq!(
            (frames[0].link_type, tail),
            (LinkType::Ethernet, Tail::Whole)
        );
    }
}

#[test]
fn interfaces_of_one_pcapng_keep_their_own_link_type() {
    let mut writer = PcapNgWriter::new(Vec::new()).expect("a vector takes it all");
    for linktype in [DataLink::ETHERNET, DataLink::RAW] {
        let interface = InterfaceDescriptionBlock {
            linktype,
            snaplen: 3,
            options: Vec::new(),
        };
        writer
            .write_block(&interface.into_block())
            .expect("a vector takes it all");
    }
    let packet = EnhancedPacketBlock {
        interface_id: 1,
        timestamp: std::time::Duration::from_micros(1_000_007),
        original_len: 9,
        data: b"five5".as_slice().into(),
        options: Vec::new(),
    };
    writer
        .write_block(&packet.into_block())
        .expect("a vector takes it all");
    let simple = SimplePacketBlock {
        original_len: 8,
        data: b"cut".as_slice().into(),
    };
    writer
        .write_block(&simple.into_block())
        .expect("a vector takes it all");
    let capture = writer.into_inner();

    let expected = [
        Kept {
            nanos: 1_000_007_000,
            original_len: 9,
            link_type: LinkType::Raw,
            data: b"five5".to_vec(),
        },
        Kept {
            original_len: 8,
            ..kept(0, b"cut")
        },
    ];
    assert_eq!(read(&capture), (expected.to_vec(), Tail::Whole));
}

#[test]
fn what_is_no_capture_is_not_opened() {
    for bytes in [
        &b""[..],
        b"abc",
        b"GET / HTTP/1.1\r\n\r\n plain text of some length",
    ] {
        assert!(Reader::new(bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn a_time_that_the_format_cannot_hold_is_an_error() {
    let mut writer = Writer::new(Vec::new(), LinkType::Ethernet).expect("a vector takes it all");
    let error = writer
        .write(Timestamp::from_nanos(u64::MAX), 0, b"")
        .expect_err("2554 is after 2106");
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
}

#[test]
fn a_link_type_leads_back_to_its_number() {
    for number in 0..300 {
        let link_type = LinkType::from_number(number);
        let expected = if matches!(number, 12 | 14) {
            101
        } else {
            number
        };
        assert_eq!(link_type.number(), expected);
    }
}

fn frames() -> impl Strategy<Value = Vec<Kept>> {
    let data = prop::collection::vec(any::<u8>(), 0..100);
    let frame = (0..u64::from(u32::MAX) * 1_000_000_000, data, 0..1_000_u32);
    let frame = frame.prop_map(|(nanos, data, cut)| Kept {
        original_len: len(&data) + cut,
        ..kept(nanos, &data)
    });
    prop::collection::vec(frame, 0..8)
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(frames in frames()) {
        prop_assert_eq!(read(&write(&frames)), (frames, Tail::Whole));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// The reader's buffer is large, so that there are fewer cases.
    #[test]
    fn any_bytes_after_a_magic_number_are_read_to_an_end(
        magic in prop::sample::select(vec![0xA1B2_C3D4_u32, 0x4D3C_B2A1, 0x0A0D_0D0A]),
        rest in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let capture = [&magic.to_le_bytes()[..], &rest].concat();
        if let Ok(mut reader) = Reader::new(&capture[..]) {
            while reader.next_frame().is_some() {}
        }
    }
}
