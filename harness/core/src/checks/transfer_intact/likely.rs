//! What the size and the wire tell of why a file arrived otherwise than it was sent.

use super::wire_leg;
use crate::content::file_bytes;
use crate::diagnosis::Pattern;
use crate::manifest::{FileRecord, StepRecord};
use crate::observation::{Observation, Wholeness, find};
use crate::spec::ClientNumber;

/// Buffers have sizes of whole multiples of this many bytes.
const BLOCK_BYTES: u64 = 512;
/// A length field stands before the contents: in so many of a step's first bytes.
const HEAD_BYTES: usize = 1024;
/// Bytes by which a file's contents are found: incompressible, so that a chance match is out of the question.
const CONTENT_HEAD_BYTES: usize = 16;
/// A smaller number is a chance match: one of its bytes would have to be found.
const SMALLEST_TOLD_LENGTH: u64 = 256;

/// The pattern of a file that did not arrive as it was sent; `None` if nothing singles one out.
pub(super) fn pattern(
    observation: &Observation,
    file: &FileRecord,
    record: &StepRecord,
) -> Option<Pattern> {
    if has_swapped_length(observation, file, record) {
        return Some(Pattern::LengthInHostOrder);
    }
    if was_sent_short(observation, file, record) {
        return Some(Pattern::FileSentShort);
    }
    let arrived = file.arrived_size?;
    if is_base64_of(arrived, file.size) {
        Some(Pattern::FileIsBase64)
    } else if arrived > 0 && arrived < file.size && arrived.is_multiple_of(BLOCK_BYTES) {
        Some(Pattern::FileCutAtBlock)
    } else if arrived > file.size {
        Some(Pattern::FileGrew)
    } else {
        None
    }
}

/// Four characters for three bytes, with or without line ends (RFC 4648, 4; RFC 2045, 6.8: 76 characters a line).
fn is_base64_of(arrived: u64, size: u64) -> bool {
    let characters = size.div_ceil(3) * 4;
    let lines = characters.div_ceil(76);
    size > 0
        && [0, 1, lines, 2 * lines]
            .map(|ends| characters + ends)
            .contains(&arrived)
}

/// Whether the sender sent only the file's beginning: its stream ended in order, so that nothing more was on its way.
fn was_sent_short(observation: &Observation, file: &FileRecord, record: &StepRecord) -> bool {
    let is_whole = observation.health.wholeness() == Wholeness::Proven;
    let streams = wire_leg::streams(observation, file, record);
    let size = usize::try_from(file.size).unwrap_or(usize::MAX);
    let head = observation
        .recorded()
        .map(|it| file_bytes(it.seed, &file.name, size.min(CONTENT_HEAD_BYTES)));
    let has_begun = head.is_some_and(|head| {
        let mut streams = streams.iter();
        streams.any(|stream| find(&stream.bytes, &head).is_some())
    });
    let sender = wire_leg::sender(file);
    let ended_in_order = observation
        .sessions_of(ClientNumber(file.client))
        .all(|it| {
            let (sent, taken) = (it.wire.sent_by(sender), it.wire.sent_by(sender.peer()));
            sent.fin.is_some() && taken.resets.is_empty()
        });
    is_whole && has_begun && ended_in_order && wire_leg::carried(&streams) < file.size
}

/// Whether the file's size stands before its contents in little-endian order, and nowhere in network byte order, and what
/// arrived is what becomes of a length that is read so: two programs on one machine may well agree on that order.
fn has_swapped_length(observation: &Observation, file: &FileRecord, record: &StepRecord) -> bool {
    let read_wrong = |arrived: u64| {
        let swapped = u32::try_from(file.size).map(u32::swap_bytes);
        arrived == 0 || arrived > file.size || swapped.is_ok_and(|it| arrived == u64::from(it))
    };
    if !file.arrived_size.is_none_or(read_wrong) {
        return false;
    }
    wire_leg::streams(observation, file, record)
        .iter()
        .any(|stream| {
            let head = &stream.bytes[..stream.bytes.len().min(HEAD_BYTES)];
            let [swapped, right] = [u32::to_le_bytes, u32::to_be_bytes].map(|in_order| {
                u32::try_from(file.size).is_ok_and(|size| find(head, &in_order(size)).is_some())
            });
            file.size >= SMALLEST_TOLD_LENGTH && swapped && !right
        })
}
