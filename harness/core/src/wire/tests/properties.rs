//! What holds for any bytes.

use proptest::prelude::*;

use super::build::*;
use super::*;

/// Any link type: those that are read, and others.
fn any_link_type() -> impl Strategy<Value = LinkType> {
    (0..300_u16).prop_map(LinkType::from_number)
}

/// A frame that carries a segment in one of the ways that take the most steps.
fn any_frame() -> impl Strategy<Value = Vec<u8>> {
    let inner = ethernet("8100 0005 0800", &v4());
    let with_options = behind(
        "9c40 0050 00000001 00000002 6018 0200 0000 0000 0204 05b4",
        PAYLOAD,
    );
    prop::sample::select(vec![
        ethernet("0800", &v4()),
        ethernet("8100 0005 86dd", &v6()),
        ethernet("0800", &in_v4(6, &with_options)),
        ethernet("86dd", &in_v6(0, &behind("06 00 0104 00000000", &tcp()))),
        ethernet(
            "86dd",
            &in_v6(
                43,
                &behind(&format!("06 02 00 01 00000000 {ADDRESS_3}"), &tcp()),
            ),
        ),
        ethernet("8847 00064140", &v4()),
        ethernet("8864 11 00 0001 002f 0021", &v4()),
        ethernet(
            "0800",
            &in_v4(47, &behind("b000 6558 00000000 00000001 00000002", &inner)),
        ),
        ethernet(
            "0800",
            &in_v4(17, &in_udp(4789, &behind("0800000000000100", &inner))),
        ),
        ethernet(
            "0800",
            &in_v4(
                17,
                &in_udp(6081, &behind("0100655800000100 00000000", &inner)),
            ),
        ),
        ethernet(
            "0800",
            &in_v4(
                17,
                &in_udp(
                    2152,
                    &behind("34 ff 0035 00000001 0000 00 85 01 1000 00", &v4()),
                ),
            ),
        ),
    ])
}

fn changed(mut frame: Vec<u8>, changes: &[(usize, u8)]) -> Vec<u8> {
    for (at, byte) in changes {
        let place = at % frame.len();
        frame[place] = *byte;
    }
    frame
}

/// All that a cut may not change.
fn identity<'a>(segment: &Segment<'a>) -> Segment<'a> {
    Segment {
        options: &[],
        payload: &[],
        ..*segment
    }
}

proptest! {
    /// Nothing captured can panic, and nothing is made up: a payload lies within the bytes captured.
    #[test]
    fn any_bytes_are_read_without_a_panic(
        link_type in any_link_type(),
        original_len in any::<u32>(),
        data in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        if let Packet::Tcp(segment) = parse(link_type, original_len, &data) {
            prop_assert!(data.as_ptr_range().contains(&segment.payload.as_ptr()) || segment.payload.is_empty());
            prop_assert!(segment.payload.len() as u64 <= u64::from(segment.payload_len));
        }
    }

    /// The same for bytes that are nearly right, which come further, fragments among them.
    #[test]
    fn frames_with_bytes_changed_are_read_without_a_panic(
        frames in prop::collection::vec(
            (any_frame(), prop::collection::vec((any::<usize>(), any::<u8>()), 0..6), 0..200_usize),
            1..20,
        ),
    ) {
        let mut dissector = Dissector::default();
        for (frame, changes, captured) in frames {
            let frame = changed(frame, &changes);
            let data = frame.get(..captured).unwrap_or(&frame);
            let whole = frame_at(0, &frame);
            let frame = Frame { link_type: LinkType::Ethernet, data, ..whole };
            if let Packet::Tcp(segment) = dissector.dissect(&frame) {
                prop_assert!(segment.payload.len() as u64 <= u64::from(segment.payload_len));
            }
        }
    }

    /// A frame that the snap length cut is never taken for another: there is less of its options and payload, or no segment.
    #[test]
    fn a_cut_frame_is_the_whole_frames_segment_or_none(frame in any_frame(), captured in 0..200_usize) {
        let Packet::Tcp(whole) = read(LinkType::Ethernet, &frame) else {
            panic!("no segment in {frame:?}");
        };
        let data = frame.get(..captured).unwrap_or(&frame);
        if let Packet::Tcp(cut) = parse(LinkType::Ethernet, len_of(&frame), data) {
            prop_assert_eq!(identity(&cut), identity(&whole));
            prop_assert!(whole.payload.starts_with(cut.payload));
            prop_assert!(whole.options.starts_with(cut.options));
        }
    }
}
