//! A capture file → frames.
//!
//! ```text
//! source ─► compression ─► buffer ─► classic | blocks ─► Step ─► Frame, Skipped, Tail
//! ```

use std::io::Read;

use super::blocks::{Blocks, SECTION_MAGIC};
use super::buffer::{Buffer, Shortage};
use super::classic::{Classic, FILE_HEADER_BYTES, Variant};
use super::compression::Stored;
use super::damage::{Skipped, Skips};
use super::step::Step;
use super::{Frame, FrameNumber, OpenError, Tail};

/// Reads the frames of a capture one by one, in memory that does not grow with the capture: 1 MiB, or up to 32 MiB if it has
/// packets that long, and the window of what decompresses it (gzip 32 KiB, zstd at most 128 MiB).
///
/// The source may be a pipe, or a file that is still written: a frame is given as soon as its bytes are there.
///
/// Everything readable is read. A packet that is damaged in itself is skipped, and where the next begins is known from its
/// length; where that cannot be, the capture ends, and [`Reader::tail`] says why.
#[derive(Debug)]
pub struct Reader<R: Read> {
    buffer: Buffer<Stored<R>>,
    format: Format,
    /// Frames given.
    frames: u64,
    /// The number of the last record that has one.
    number: u64,
    tail: Tail,
    skips: Skips,
}

#[derive(Debug)]
enum Format {
    Classic(Classic),
    Blocks(Blocks),
    /// The end was reached; nothing more is read.
    Ended,
}

impl<R: Read> Reader<R> {
    /// Opens a capture of either format, compressed by gzip or zstd or not at all.
    ///
    /// # Errors
    /// If it is no capture. One that is cut in its own header is one without frames.
    pub fn new(source: R) -> Result<Self, OpenError> {
        let mut buffer = Buffer::new(Stored::new(source).map_err(OpenError::Unreadable)?);
        let (format, tail) = open(&mut buffer)?;
        Ok(Self {
            buffer,
            format,
            frames: 0,
            number: 0,
            tail,
            skips: Skips::default(),
        })
    }

    /// The next frame; `None` at the end, whose kind [`Reader::tail`] then tells.
    #[inline]
    pub fn next_frame(&mut self) -> Option<Frame<'_>> {
        loop {
            let step = match &mut self.format {
                Format::Classic(classic) => classic.step(&mut self.buffer),
                Format::Blocks(blocks) => blocks.step(&mut self.buffer, &mut self.skips),
                Format::Ended => return None,
            };
            match step {
                Step::Packet(packet) => {
                    self.frames += 1;
                    self.number += 1;
                    return Some(Frame {
                        number: FrameNumber(self.number),
                        timestamp: packet.timestamp,
                        original_len: packet.original_len,
                        link_type: packet.link_type,
                        data: self.buffer.lend(packet.data),
                    });
                }
                Step::Numbered => self.number += 1,
                Step::Passed => {}
                Step::End => self.format = Format::Ended,
                Step::Broken { offset, reason } => {
                    self.format = Format::Ended;
                    self.tail = Tail::Truncated {
                        frames: self.frames,
                        offset,
                        reason,
                    };
                }
            }
        }
    }

    /// How the capture ended, once `next_frame` has returned `None`.
    pub fn tail(&self) -> &Tail {
        &self.tail
    }

    /// The first 64 places so far of which no frame could be made. They take no frame number: Wireshark stops at the first.
    pub fn skipped(&self) -> &[Skipped] {
        self.skips.kept()
    }

    /// How many such places there have been.
    pub fn skipped_count(&self) -> u64 {
        self.skips.count()
    }

    /// How much has been read of the file as it is stored, bytes: ahead of the frames, by a buffer.
    pub fn bytes_read(&self) -> u64 {
        self.buffer.source().bytes_read()
    }
}

/// Reads the magic number and, of the classic format, the file header.
fn open<R: Read>(buffer: &mut Buffer<R>) -> Result<(Format, Tail), OpenError> {
    let magic = match buffer.peek() {
        Ok(magic) => magic,
        Err(Shortage::Ended) if buffer.unread().is_empty() => return Err(OpenError::Empty),
        Err(Shortage::Ended) => return Err(OpenError::NotACapture),
        Err(Shortage::Failed(error)) => return Err(OpenError::Unreadable(error)),
    };
    if magic == SECTION_MAGIC {
        return Ok((Format::Blocks(Blocks::new()), Tail::Whole));
    }
    let variant = Variant::of_magic(magic).ok_or(OpenError::NotACapture)?;
    Ok(match buffer.peek::<FILE_HEADER_BYTES>() {
        Ok(header) => {
            buffer.consume(FILE_HEADER_BYTES);
            let classic = Classic::of_header(variant, &header);
            (Format::Classic(classic), Tail::Whole)
        }
        Err(shortage) => {
            let present = buffer.unread().len() as u64;
            let tail = Tail::Truncated {
                frames: 0,
                offset: 0,
                reason: shortage.into_damage(present, Some(FILE_HEADER_BYTES as u64)),
            };
            (Format::Ended, tail)
        }
    })
}
