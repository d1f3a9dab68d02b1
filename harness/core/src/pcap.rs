//! Capture files: container ↔ frames. pcap and pcapng are read; pcap with nanoseconds is written.

use std::fmt;
use std::io::{self, Read, Write};

use crate::time::Timestamp;

/// A frame's place in its capture, from 1 on, as Wireshark shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameNumber(pub u64);

/// What the first bytes of a frame are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkType {
    /// Ethernet (1), also what Linux's `lo` pretends to be.
    Ethernet,
    /// Any other, by its number in the LINKTYPE registry.
    Other(u16),
}

/// One captured frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Its place in the capture.
    pub number: FrameNumber,
    /// When it was captured.
    pub timestamp: Timestamp,
    /// Its length on the wire, bytes.
    pub original_len: u32,
    /// What its first bytes are.
    pub link_type: LinkType,
    /// The bytes captured; shorter than `original_len` when the snap length cut it.
    pub data: &'a [u8],
}

/// How a capture file ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tail {
    /// After a whole record.
    Whole,
    /// Inside a record: the capture was cut off after this many whole frames.
    Truncated {
        /// Whole frames before the cut.
        frames: u64,
        /// What the reader met.
        reason: String,
    },
}

/// Why a capture could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The first bytes are of no capture format.
    #[error("neither pcap nor pcapng: {0}")]
    NotACapture(String),
}

/// Reads the frames of a capture.
#[derive(Debug)]
pub struct Reader<R: Read> {
    source: R,
}

impl<R: Read> Reader<R> {
    /// Opens a capture of either format.
    pub fn new(source: R) -> Result<Self, OpenError> {
        Ok(Self { source })
    }

    /// The next frame; `None` at the end, whose kind [`Reader::tail`] then tells.
    pub fn next_frame(&mut self) -> Option<Frame<'_>> {
        let _ = &self.source;
        None
    }

    /// How the capture ended, once `next_frame` has returned `None`.
    pub fn tail(&self) -> &Tail {
        &Tail::Whole
    }
}

/// Writes a capture: classic pcap, nanoseconds, snap length 262144.
#[derive(Debug)]
pub struct Writer<W: Write> {
    sink: W,
}

impl<W: Write> Writer<W> {
    /// Begins a capture of frames of one link type.
    pub fn new(sink: W, link_type: LinkType) -> io::Result<Self> {
        let _ = link_type;
        Ok(Self { sink })
    }

    /// Appends one frame.
    pub fn write(
        &mut self,
        timestamp: Timestamp,
        original_len: u32,
        data: &[u8],
    ) -> io::Result<()> {
        let _ = (timestamp, original_len, data);
        Ok(())
    }

    /// Ends the capture and gives the sink back.
    pub fn finish(self) -> io::Result<W> {
        Ok(self.sink)
    }
}

impl fmt::Display for FrameNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
