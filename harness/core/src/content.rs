//! The bytes of the files that scenarios transfer: made from the run's seed, so that a grading long after the run can make
//! them again, and incompressible, so that they cannot cross the wire in fewer bytes than they have.

use data_encoding::{BASE64, HEXLOWER};

/// The contents of the file `name` of `size` bytes in a run with this seed; every name has its own bytes.
///
/// The generator is `SplitMix64` (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
pub fn file_bytes(seed: u64, name: &str, size: usize) -> Vec<u8> {
    let mut state = name
        .bytes()
        .fold(seed, |state, byte| mix(state ^ u64::from(byte)));
    let mut bytes = Vec::with_capacity(size.next_multiple_of(8));
    while bytes.len() < size {
        state = state.wrapping_add(GOLDEN_GAMMA);
        bytes.extend_from_slice(&mix(state).to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}

/// The odd integer nearest to 2^64 divided by the golden ratio.
const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The bytes as text protocols write them: base64 (RFC 4648 section 4) of their whole groups of three, so that it is the beginning
/// of the base64 of whatever begins with them, and hexadecimal digits.
pub fn as_text(bytes: &[u8]) -> [String; 2] {
    let (groups, _) = bytes.as_chunks::<3>();
    [BASE64.encode(groups.as_flattened()), HEXLOWER.encode(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_forms_begin_what_the_same_bytes_and_more_are_written_as() {
        assert_eq!(as_text(b"foobar"), ["Zm9vYmFy", "666f6f626172"]);
        assert_eq!(as_text(b"fooba"), ["Zm9v", "666f6f6261"]);
        assert_eq!(as_text(b""), ["", ""]);
    }

    #[test]
    fn the_same_seed_and_name_give_the_same_bytes() {
        assert_eq!(
            file_bytes(7, "notes.bin", 1000),
            file_bytes(7, "notes.bin", 1000)
        );
        assert_ne!(
            file_bytes(7, "notes.bin", 64),
            file_bytes(8, "notes.bin", 64)
        );
        assert_ne!(
            file_bytes(7, "notes.bin", 64),
            file_bytes(7, "other.bin", 64)
        );
    }

    #[test]
    fn a_shorter_file_is_a_prefix_of_a_longer_one() {
        let long = file_bytes(1, "a", 1001);
        assert_eq!(long.len(), 1001);
        assert_eq!(file_bytes(1, "a", 13), long[..13]);
    }
}
