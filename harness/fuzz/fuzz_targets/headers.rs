//! A link type and frames → packets: several in a row, since fragments of a datagram are put together.
//!
//! The input is the link type's number, then frames: each its length, one byte of flags and its bytes; numbers have 16
//! bits, little-endian.
#![no_main]
#![expect(dead_code, reason = "the invariants of connections are the pipeline's")]

#[path = "../../core/tests/pipeline/invariants.rs"]
mod invariants;
#[path = "../../core/tests/pipeline/reading.rs"]
mod reading;

use libfuzzer_sys::fuzz_target;
use synfin_core::pcap::{Frame, FrameNumber, LinkType};
use synfin_core::time::Timestamp;
use synfin_core::wire::{Dissector, Packet, parse};

/// How much longer a frame was on its network when the snap length cut it, bytes.
const CUT_BYTES: u32 = 1_000;
const SECOND_NANOS: u64 = 1_000_000_000;

fuzz_target!(|input: &[u8]| {
    let Some((link_type, mut rest)) = take_number(input) else {
        return;
    };
    let link_type = LinkType::from_number(link_type);
    let mut dissector = Dissector::default();
    let mut number = 0;
    while let Some((data, is_cut)) = take_frame(&mut rest) {
        number += 1;
        let whole_len = u32::try_from(data.len()).expect("a frame has 64 KiB at most");
        let frame = Frame {
            number: FrameNumber(number),
            timestamp: Timestamp::from_nanos(number * SECOND_NANOS),
            original_len: if is_cut { whole_len + CUT_BYTES } else { whole_len },
            link_type,
            data,
        };
        check(&mut dissector, &frame);
    }
});

/// What a frame says by itself, it says to a dissector too, whatever came before.
fn check(dissector: &mut Dissector, frame: &Frame<'_>) {
    let alone = parse(frame.link_type, frame.original_len, frame.data);
    invariants::check_packet(&alone);
    let in_turn = dissector.dissect(frame);
    invariants::check_packet(&in_turn);
    if alone != Packet::Other {
        assert_eq!(in_turn, alone);
    }
}

fn take_number(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u16::from_le_bytes(*number), rest))
}

/// The next frame, and whether the snap length cut it.
fn take_frame<'a>(rest: &mut &'a [u8]) -> Option<(&'a [u8], bool)> {
    let (len, after) = take_number(rest)?;
    let (flags, after) = after.split_first()?;
    let (data, after) = after.split_at(after.len().min(usize::from(len)));
    *rest = after;
    Some((data, flags & 1 == 1))
}
