//! IP fragments: one `check` against a stupid twin, and the rules one by one.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::build::*;
use super::*;

/// A part of the payload that `pieces` cuts: where it begins, its bytes, and whether more follows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    offset: u16,
    bytes: Vec<u8>,
    is_last: bool,
}

impl Part {
    /// It in IPv4, from 192.0.2.1 to 192.0.2.2.
    fn in_v4(&self, id: u16) -> Vec<u8> {
        let mut packet = in_v4(6, &self.bytes);
        let more = if self.is_last { 0 } else { 0x2000 };
        packet[4..6].copy_from_slice(&id.to_be_bytes());
        packet[6..8].copy_from_slice(&(more | (self.offset / 8)).to_be_bytes());
        packet
    }

    /// It in IPv6, from 2001:db8::1 to 2001:db8::2.
    fn in_v6(&self, id: u16) -> Vec<u8> {
        let more = u16::from(!self.is_last);
        let header = format!("06 00 {:04x} {id:08x}", self.offset | more);
        in_v6(44, &behind(&header, &self.bytes))
    }
}

/// A segment with a payload of so many bytes, none of which is 0.
fn long_tcp(payload_bytes: usize) -> Vec<u8> {
    let payload = (0..payload_bytes).map(|at| u8::try_from(at % 255 + 1).expect("at most 255"));
    tcp()[..20].iter().copied().chain(payload).collect()
}

/// The bytes in parts of this length, a multiple of 8.
fn parts(bytes: &[u8], part_bytes: usize) -> Vec<Part> {
    let mut parts: Vec<Part> = bytes
        .chunks(part_bytes)
        .enumerate()
        .map(|(index, bytes)| Part {
            offset: u16::try_from(index * part_bytes).expect("a datagram is short"),
            bytes: bytes.to_vec(),
            is_last: false,
        })
        .collect();
    if let Some(last) = parts.last_mut() {
        last.is_last = true;
    }
    parts
}

/// The payloads of the segments that came of these packets, each captured in the second of its place, and the number of the
/// packet that completed it.
fn payloads(packets: &[Vec<u8>]) -> Vec<(usize, Vec<u8>)> {
    let mut dissector = Dissector::default();
    let mut found = Vec::new();
    for (number, packet) in packets.iter().enumerate() {
        match dissector.dissect(&frame_at(0, packet)) {
            Packet::Tcp(segment) => {
                assert_eq!(segment.payload_len as usize, segment.payload.len());
                found.push((number, segment.payload.to_vec()));
            }
            other => assert_eq!(other, Packet::Other),
        }
    }
    found
}

#[track_caller]
fn check(packets: &[Vec<u8>], completed_by: &[usize]) {
    let whole = long_tcp(100);
    let expected: Vec<_> = completed_by
        .iter()
        .map(|number| (*number, whole[20..].to_vec()))
        .collect();
    assert_eq!(payloads(packets), expected);
}

fn all_v4(parts: &[Part]) -> Vec<Vec<u8>> {
    parts.iter().map(|part| part.in_v4(1)).collect()
}

fn all_v6(parts: &[Part]) -> Vec<Vec<u8>> {
    parts.iter().map(|part| part.in_v6(1)).collect()
}

#[test]
fn a_segment_is_told_of_at_the_fragment_that_completes_it() {
    let mut parts = parts(&long_tcp(100), 32);
    assert_eq!(parts.len(), 4);
    check(&all_v4(&parts), &[3]);
    check(&all_v6(&parts), &[3]);
    parts.reverse();
    check(&all_v4(&parts), &[3]);
    check(&all_v6(&parts), &[3]);
    parts.swap(1, 3);
    check(&all_v4(&parts), &[3]);
}

#[test]
fn a_fragment_that_comes_twice_changes_nothing() {
    let mut parts = parts(&long_tcp(100), 32);
    parts.insert(1, parts[0].clone());
    check(&all_v4(&parts), &[4]);
    check(&all_v6(&parts), &[4]);
}

#[test]
fn a_segment_of_which_a_fragment_is_missing_is_never_told_of() {
    for missing in 0..4 {
        let mut parts = parts(&long_tcp(100), 32);
        parts.remove(missing);
        check(&all_v4(&parts), &[]);
        check(&all_v6(&parts), &[]);
    }
}

#[test]
fn datagrams_are_told_apart_by_all_that_names_them() {
    let parts = parts(&long_tcp(100), 64);
    let other_id = vec![parts[0].in_v4(1), parts[1].in_v4(2)];
    check(&other_id, &[]);
    let mut other_source = all_v4(&parts);
    other_source[1][15] = 9;
    check(&other_source, &[]);
    let mut other_protocol = all_v4(&parts);
    other_protocol[1][9] = 17;
    check(&other_protocol, &[]);
}

#[test]
fn where_ipv4_fragments_overlap_the_first_to_come_counts() {
    let mut parts = parts(&long_tcp(100), 32);
    parts.insert(
        1,
        Part {
            offset: 24,
            bytes: vec![0; 8],
            is_last: false,
        },
    );
    check(&all_v4(&parts), &[4]);
}

#[test]
fn where_ipv6_fragments_overlap_there_is_no_datagram() {
    let mut same_bytes = parts(&long_tcp(100), 32);
    same_bytes.insert(
        1,
        Part {
            offset: 24,
            bytes: vec![0; 8],
            is_last: false,
        },
    );
    check(&all_v6(&same_bytes), &[]);

    let whole = long_tcp(100);
    let mut partly_new = parts(&whole, 32);
    partly_new[1] = Part {
        offset: 24,
        bytes: whole[24..64].to_vec(),
        is_last: false,
    };
    check(&all_v6(&partly_new), &[]);
    check(&all_v4(&partly_new), &[3]);
}

#[test]
fn what_is_left_of_a_discarded_datagram_is_no_new_one() {
    let parts = parts(&long_tcp(100), 32);
    let overlap = Part {
        offset: 24,
        bytes: vec![0; 16],
        is_last: false,
    };
    let mut again = all_v6(&[parts[0].clone(), overlap]);
    again.extend(all_v6(&parts));
    check(&again, &[]);
}

#[test]
fn fragments_that_contradict_each_other_about_the_end_are_no_datagram() {
    let parts = parts(&long_tcp(100), 32);
    let end_before = Part {
        offset: 64,
        bytes: vec![1; 8],
        is_last: true,
    };
    let beyond_end = Part {
        offset: 128,
        bytes: vec![1; 8],
        is_last: false,
    };
    for contradiction in [end_before, beyond_end] {
        let mut parts = parts.clone();
        parts.rotate_right(1);
        parts.insert(2, contradiction);
        check(&all_v4(&parts), &[]);
        check(&all_v6(&parts), &[]);
    }
}

#[test]
fn a_datagram_longer_than_there_can_be_is_none() {
    let beyond = Part {
        offset: 65528,
        bytes: vec![1; 16],
        is_last: true,
    };
    let mut parts = parts(&long_tcp(100), 32);
    parts.insert(0, beyond);
    check(&all_v4(&parts), &[]);
}

#[test]
fn a_fragment_whose_length_no_fragment_has_counts_for_nothing() {
    let mut parts = parts(&long_tcp(100), 32);
    parts.insert(
        0,
        Part {
            offset: 0,
            bytes: vec![9; 13],
            is_last: false,
        },
    );
    parts.insert(
        1,
        Part {
            offset: 120,
            bytes: Vec::new(),
            is_last: true,
        },
    );
    check(&all_v4(&parts), &[5]);
    check(&all_v6(&parts), &[5]);
}

#[test]
fn a_datagram_is_waited_for_a_minute() {
    let parts = parts(&long_tcp(100), 64);
    for (second, is_found) in [(60, true), (61, false)] {
        let mut dissector = Dissector::default();
        dissector.dissect(&frame_at(0, &parts[0].in_v4(1)));
        let last = parts[1].in_v4(1);
        let packet = dissector.dissect(&frame_at(second, &last));
        assert_eq!(
            matches!(packet, Packet::Tcp(_)),
            is_found,
            "after {second} s"
        );
    }
}

#[test]
fn the_oldest_of_64_datagrams_makes_room() {
    let parts = parts(&long_tcp(100), 64);
    let mut packets: Vec<Vec<u8>> = (0..65).map(|id| parts[0].in_v4(id)).collect();
    packets.push(parts[1].in_v4(1));
    packets.push(parts[1].in_v4(0));
    check(&packets, &[65]);
}

#[test]
fn a_fragment_cut_by_the_snap_length_cuts_the_payload_only() {
    let parts = parts(&long_tcp(100), 40);
    let mut dissector = Dissector::default();
    let mut last = Packet::Other;
    let packets = all_v4(&parts);
    for packet in &packets {
        let whole = frame_at(0, packet);
        let is_middle = packet == &packets[1];
        let data = if is_middle {
            &packet[..30]
        } else {
            &packet[..]
        };
        last = dissector.dissect(&Frame { data, ..whole });
        if let Packet::Tcp(segment) = last {
            assert_eq!(segment.payload_len, 100);
            assert_eq!(segment.payload, &long_tcp(100)[20..50]);
            return;
        }
    }
    panic!("expected a segment, got {last:?}");
}

#[test]
fn extension_headers_before_tcp_may_be_in_the_fragments() {
    let behind_options = behind("06 00 0104 00000000", &long_tcp(100));
    let mut packets = all_v6(&parts(&behind_options, 32));
    for packet in &mut packets {
        packet[40] = 60;
    }
    check(&packets, &[3]);
}

#[test]
fn a_tunnels_packet_may_be_fragmented_and_so_may_what_it_carries() {
    let whole = in_v4(4, &in_v4(6, &long_tcp(100)));
    let outer: Vec<Vec<u8>> = parts(&whole[20..], 64)
        .iter()
        .map(|part| {
            let mut packet = part.in_v4(7);
            packet[9] = 4;
            packet
        })
        .collect();
    check(&outer, &[2]);
    let inner = all_v4(&parts(&long_tcp(100), 64));
    let inner: Vec<Vec<u8>> = inner.iter().map(|packet| in_v6(4, packet)).collect();
    check(&inner, &[1]);
}

/// What the fragments of an IPv4 datagram come to, byte by byte.
#[derive(Default)]
struct Twin {
    bytes: BTreeMap<usize, u8>,
    end: Option<usize>,
}

impl Twin {
    fn add(&mut self, part: &Part) -> Option<Vec<u8>> {
        let start = usize::from(part.offset);
        for (at, byte) in (start..).zip(&part.bytes) {
            self.bytes.entry(at).or_insert(*byte);
        }
        if part.is_last {
            self.end = Some(start + part.bytes.len());
        }
        let end = self.end.filter(|end| self.bytes.len() == *end)?;
        let whole = std::mem::take(self)
            .bytes
            .into_values()
            .collect::<Vec<u8>>();
        assert_eq!(whole.len(), end);
        Some(whole)
    }
}

/// Parts of a datagram of 13 units and a bit, in any order, often and overlapping, with other bytes beyond the TCP header.
fn any_parts() -> impl Strategy<Value = Vec<Part>> {
    const BYTES: usize = 108;
    let part = (0..14_usize, 1..5_usize, any::<u8>()).prop_map(|(unit, units, byte)| {
        let start = unit * 8;
        let end = (start + units * 8).min(BYTES);
        let mut bytes = vec![byte; end - start];
        let header = tcp();
        for (at, byte) in (start..20).zip(&mut bytes) {
            *byte = header[at];
        }
        Part {
            offset: u16::try_from(start).expect("a datagram is short"),
            bytes,
            is_last: end == BYTES,
        }
    });
    prop::collection::vec(part, 0..40)
}

proptest! {
    /// Whatever the order, the copies and the overlaps: the bytes are those that the twin puts together, at the same fragment.
    #[test]
    fn fragments_come_to_what_their_bytes_come_to(parts in any_parts()) {
        let mut twin = Twin::default();
        let expected: Vec<(usize, Vec<u8>)> = parts
            .iter()
            .enumerate()
            .filter_map(|(number, part)| Some((number, twin.add(part)?[20..].to_vec())))
            .collect();
        prop_assert_eq!(payloads(&all_v4(&parts)), expected);
    }

    /// Of IPv6 the same, where nothing overlaps.
    #[test]
    fn ipv6_fragments_in_any_order_come_to_their_datagram(
        parts in Just(parts(&long_tcp(100), 16)).prop_shuffle(),
    ) {
        let whole = long_tcp(100)[20..].to_vec();
        prop_assert_eq!(payloads(&all_v6(&parts)), vec![(parts.len() - 1, whole)]);
    }
}
