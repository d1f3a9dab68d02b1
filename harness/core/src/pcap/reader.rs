//! A capture file → frames.

use std::io::{Chain, Cursor, Read};

use pcap_file::Endianness;
use pcap_file::pcap::{PcapReader, PcapTsResolution};
use pcap_file::pcapng::PcapNgReader;
use pcap_file::pcapng::PcapNgState;
use pcap_file::pcapng::blocks::{
    ENHANCED_PACKET_BLOCK, PACKET_BLOCK, RawBlock, SIMPLE_PACKET_BLOCK,
};

use super::{Frame, FrameNumber, LinkType, OpenError, Tail};
use crate::time::Timestamp;

/// The longest record read, bytes: libpcap's own bound for a block of pcapng. It is also the reader's buffer.
const MAX_RECORD_BYTES: usize = 16 * 1024 * 1024;

/// First bytes of a pcapng file, the same in both byte orders.
const PCAPNG_MAGIC: [u8; 4] = [0x0A, 0x0D, 0x0D, 0x0A];

/// The source, with the bytes that told its format put back in front.
type Source<R> = Chain<Cursor<Vec<u8>>, R>;

/// Reads the frames of a capture one by one, in memory that does not grow with the capture.
///
/// What can be read is read: the snap length in the file's header is not believed, a packet's options are not looked at. A
/// section or interface of pcapng whose own options are broken ends the reading, though.
#[derive(Debug)]
pub struct Reader<R: Read> {
    format: Format<R>,
    /// The bytes of the frame read last: its own copy, since a reader that goes on to the next block cannot lend them.
    copy: Vec<u8>,
    frames: u64,
    tail: Tail,
}

#[derive(Debug)]
enum Format<R: Read> {
    Pcap(PcapReader<Source<R>>),
    PcapNg(PcapNgReader<Source<R>>),
    /// The end was reached; nothing more is read.
    Ended,
}

/// All of a frame but its bytes.
struct FrameHeader {
    timestamp: Timestamp,
    original_len: u32,
    link_type: LinkType,
}

impl<R: Read> Reader<R> {
    /// Opens a capture of either format.
    pub fn new(mut source: R) -> Result<Self, OpenError> {
        let magic = read_magic(&mut source)?;
        let is_pcapng = magic == PCAPNG_MAGIC;
        let source = Cursor::new(magic).chain(source);
        let format = if is_pcapng {
            Format::PcapNg(
                PcapNgReader::with_capacity(source, MAX_RECORD_BYTES).map_err(not_a_capture)?,
            )
        } else {
            Format::Pcap(
                PcapReader::with_capacity(source, MAX_RECORD_BYTES).map_err(not_a_capture)?,
            )
        };
        Ok(Self {
            format,
            copy: Vec::new(),
            frames: 0,
            tail: Tail::Whole,
        })
    }

    /// The next frame; `None` at the end, whose kind [`Reader::tail`] then tells.
    pub fn next_frame(&mut self) -> Option<Frame<'_>> {
        let read = match &mut self.format {
            Format::Pcap(reader) => next_of_pcap(reader, &mut self.copy),
            Format::PcapNg(reader) => next_of_pcapng(reader, &mut self.copy),
            Format::Ended => Ok(None),
        };
        match read {
            Ok(Some(header)) => {
                self.frames += 1;
                Some(Frame {
                    number: FrameNumber(self.frames),
                    timestamp: header.timestamp,
                    original_len: header.original_len,
                    link_type: header.link_type,
                    data: &self.copy,
                })
            }
            Ok(None) => {
                self.format = Format::Ended;
                None
            }
            Err(reason) => {
                self.format = Format::Ended;
                self.tail = Tail::Truncated {
                    frames: self.frames,
                    reason,
                };
                None
            }
        }
    }

    /// How the capture ended, once `next_frame` has returned `None`.
    pub fn tail(&self) -> &Tail {
        &self.tail
    }
}

/// The first four bytes, or all there are.
fn read_magic(source: &mut impl Read) -> Result<Vec<u8>, OpenError> {
    let mut magic = Vec::with_capacity(PCAPNG_MAGIC.len());
    source
        .take(PCAPNG_MAGIC.len() as u64)
        .read_to_end(&mut magic)
        .map_err(not_a_capture)?;
    Ok(magic)
}

fn not_a_capture(error: impl std::error::Error) -> OpenError {
    OpenError::NotACapture(error.to_string())
}

fn next_of_pcap<R: Read>(
    reader: &mut PcapReader<R>,
    copy: &mut Vec<u8>,
) -> Result<Option<FrameHeader>, String> {
    let file = reader.header();
    let Some(record) = reader.next_raw_packet() else {
        return Ok(None);
    };
    let record = record.map_err(|error| error.to_string())?;
    replace(copy, &record.data);
    let nanos_per_fraction = match file.ts_resolution {
        PcapTsResolution::MicroSecond => 1_000,
        PcapTsResolution::NanoSecond => 1,
    };
    Ok(Some(FrameHeader {
        timestamp: Timestamp::from_nanos(
            u64::from(record.ts_sec) * 1_000_000_000
                + u64::from(record.ts_frac) * nanos_per_fraction,
        ),
        original_len: record.orig_len.max(record.incl_len),
        link_type: link_type(u32::from(file.datalink)),
    }))
}

/// The low 16 bits of a header's link type field; the others tell of frame check sequences.
fn link_type(field: u32) -> LinkType {
    LinkType::from_number((field & 0xFFFF) as u16)
}

/// The next packet block's frame; other blocks are passed over, and packet blocks too short for what they say.
fn next_of_pcapng<R: Read>(
    reader: &mut PcapNgReader<R>,
    copy: &mut Vec<u8>,
) -> Result<Option<FrameHeader>, String> {
    while let Some(block) = reader.next_raw_block() {
        let (block, state) = block.map_err(|error| error.to_string())?;
        if let Some((header, data)) = packet_of_block(&block, state) {
            replace(copy, data);
            return Ok(Some(header));
        }
    }
    Ok(None)
}

/// The frame in a block, if it is a packet block. Its options are not looked at: one that is broken costs no frame.
fn packet_of_block<'a>(
    block: &'a RawBlock<'_>,
    state: &PcapNgState,
) -> Option<(FrameHeader, &'a [u8])> {
    let mut fields = Fields {
        rest: &block.body,
        endianness: state.endianness(),
    };
    match block.type_ {
        ENHANCED_PACKET_BLOCK => {
            let interface = fields.next_u32()?;
            timed_packet(interface, fields, state)
        }
        PACKET_BLOCK => {
            let interface_and_drops = fields.next_u32()?;
            let interface = match state.endianness() {
                Endianness::Big => interface_and_drops >> 16,
                Endianness::Little => interface_and_drops & 0xFFFF,
            };
            timed_packet(interface, fields, state)
        }
        SIMPLE_PACKET_BLOCK => simple_packet(fields, state),
        _ => None,
    }
}

/// What follows the interface in an enhanced and in an (obsolete) packet block.
fn timed_packet<'a>(
    interface: u32,
    mut fields: Fields<'a>,
    state: &PcapNgState,
) -> Option<(FrameHeader, &'a [u8])> {
    let (high, low) = (fields.next_u32()?, fields.next_u32()?);
    let (captured_len, original_len) = (fields.next_u32()?, fields.next_u32()?);
    let since_epoch = state.decode_timestamp(interface, high, low).ok()?;
    let link_type_field = state.interfaces().get(interface as usize)?.linktype;
    let header = FrameHeader {
        timestamp: Timestamp::from_nanos(u64::try_from(since_epoch.as_nanos()).ok()?),
        original_len: original_len.max(captured_len),
        link_type: link_type(u32::from(link_type_field)),
    };
    Some((header, fields.rest.get(..captured_len as usize)?))
}

/// A packet without a time, of the section's first interface, cut to that interface's snap length (0: not cut).
fn simple_packet<'a>(
    mut fields: Fields<'a>,
    state: &PcapNgState,
) -> Option<(FrameHeader, &'a [u8])> {
    let interface = state.interfaces().first()?;
    let original_len = fields.next_u32()?;
    let captured_len = match interface.snaplen {
        0 => original_len,
        snap_length => original_len.min(snap_length),
    };
    let header = FrameHeader {
        timestamp: Timestamp::default(),
        original_len,
        link_type: link_type(u32::from(interface.linktype)),
    };
    Some((header, fields.rest.get(..captured_len as usize)?))
}

/// The fields of a block's body in its section's byte order.
struct Fields<'a> {
    rest: &'a [u8],
    endianness: Endianness,
}

impl Fields<'_> {
    fn next_u32(&mut self) -> Option<u32> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(match self.endianness {
            Endianness::Big => u32::from_be_bytes(*bytes),
            Endianness::Little => u32::from_le_bytes(*bytes),
        })
    }
}

fn replace(copy: &mut Vec<u8>, data: &[u8]) {
    copy.clear();
    copy.extend_from_slice(data);
}
