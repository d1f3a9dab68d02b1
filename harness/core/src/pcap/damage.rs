//! What is wrong with a capture file, and where.

/// What keeps bytes of a capture from being read as a frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The file ends inside a record, a block or its own header.
    #[error("it ends after {present} of the {expected} bytes that a record has")]
    Cut {
        /// Bytes of the record that are there.
        present: u64,
        /// Bytes that it should have, its own header included.
        expected: u64,
    },
    /// The file ends inside the header of a record.
    #[error("it ends after {present} bytes of a record's header")]
    HeaderCut {
        /// Bytes of the header that are there.
        present: u64,
    },
    /// The compressed file ends before what is compressed in it does.
    #[error("the compressed file ends too early")]
    CompressedCut,
    /// The file could not be read or decompressed on.
    #[error("it cannot be read on: {0}")]
    Unreadable(String),
    /// A packet longer than any network's: its length is taken for damaged.
    #[error("a packet says it has {bytes} bytes, more than any network carries")]
    PacketTooLong {
        /// What its header says.
        bytes: u64,
    },
    /// A block shorter than its own header: where the next begins cannot be known.
    #[error("a block says it has {bytes} bytes, fewer than its header")]
    BlockTooShort {
        /// What its header says.
        bytes: u32,
    },
    /// A section whose byte order cannot be told.
    #[error("a section begins with {magic:#010x}, which tells no byte order")]
    UnknownByteOrder {
        /// What stands in the place of the byte-order magic.
        magic: u32,
    },
    /// A block does not have the fields of its type.
    #[error("a block is too short for the fields of its type")]
    FieldsMissing,
    /// A packet longer than the block around it.
    #[error("a packet says it has {captured} bytes in a block with room for {room}")]
    PacketOutgrowsBlock {
        /// What its header says.
        captured: u32,
        /// Bytes between the packet's fields and the block's end.
        room: u64,
    },
    /// A packet of an interface that its section does not describe.
    #[error("a packet is of interface {interface}, which is not described")]
    UnknownInterface {
        /// The interface's number in its section, from 0 on.
        interface: u32,
    },
    /// A section describes more interfaces than are kept.
    #[error("a section describes more interfaces than are kept")]
    TooManyInterfaces,
    /// The lengths before and after a block differ. The first is believed.
    #[error(
        "a block's length is {leading} before it and {trailing} after it; the first is believed"
    )]
    LengthsDiffer {
        /// The length at its start.
        leading: u32,
        /// The length at its end.
        trailing: u32,
    },
    /// Nothing but zeros up to the end of the file.
    #[error("zeros fill the file up to its end")]
    ZeroPadding,
}

/// A place in a capture of which no frame could be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Where it begins: bytes into the capture, after decompression.
    pub offset: u64,
    /// How many bytes were passed over.
    pub bytes: u64,
    /// Why.
    pub reason: Damage,
}

/// How many places are kept; of the others only the number.
const MOST_KEPT: usize = 64;

/// The places skipped so far.
#[derive(Debug, Default)]
pub(super) struct Skips {
    kept: Vec<Skipped>,
    count: u64,
}

impl Skips {
    pub(super) fn note(&mut self, skipped: Skipped) {
        self.count += 1;
        if self.kept.len() < MOST_KEPT {
            self.kept.push(skipped);
        }
    }

    pub(super) fn kept(&self) -> &[Skipped] {
        &self.kept
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }
}
