//! Frames → a capture file.

use std::borrow::Cow;
use std::io::{self, BufWriter, Write};

use pcap_file::pcap::{PcapHeader, PcapTsResolution, PcapWriteError, PcapWriter, RawPcapPacket};
use pcap_file::{DataLink, Endianness};

use super::{LinkType, SNAP_LENGTH_BYTES};
use crate::time::Timestamp;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// Writes a capture: classic pcap, nanoseconds, snap length [`SNAP_LENGTH_BYTES`]. Little-endian on every machine, so
/// that the same frames give the same bytes.
#[derive(Debug)]
pub struct Writer<W: Write> {
    inner: PcapWriter<BufWriter<W>>,
}

impl<W: Write> Writer<W> {
    /// Begins a capture of frames of one link type.
    pub fn new(sink: W, link_type: LinkType) -> io::Result<Self> {
        let header = PcapHeader {
            snaplen: SNAP_LENGTH_BYTES,
            datalink: DataLink::from(u32::from(link_type.number())),
            ts_resolution: PcapTsResolution::NanoSecond,
            endianness: Endianness::Little,
            ..PcapHeader::default()
        };
        let inner = PcapWriter::with_header(BufWriter::new(sink), header).map_err(into_io)?;
        Ok(Self { inner })
    }

    /// Appends one frame.
    ///
    /// # Errors
    /// `InvalidInput` when the frame does not fit the format: a time after 2106, or more than 4 GiB.
    pub fn write(
        &mut self,
        timestamp: Timestamp,
        original_len: u32,
        data: &[u8],
    ) -> io::Result<()> {
        let nanos = timestamp.as_nanos();
        let packet = RawPcapPacket {
            ts_sec: field(nanos / NANOS_PER_SECOND)?,
            ts_frac: field(nanos % NANOS_PER_SECOND)?,
            incl_len: field(data.len() as u64)?,
            orig_len: original_len,
            data: Cow::Borrowed(data),
        };
        self.inner.write_raw_packet(&packet).map_err(into_io)?;
        Ok(())
    }

    /// Hands all frames so far to the sink.
    pub fn flush(&mut self) -> io::Result<()> {
        self.inner.flush().map_err(into_io)
    }

    /// Ends the capture and gives the sink back.
    pub fn finish(self) -> io::Result<W> {
        let buffered = self.inner.into_inner();
        buffered
            .into_inner()
            .map_err(io::IntoInnerError::into_error)
    }
}

/// A number as a field of a pcap record.
fn field(value: u64) -> io::Result<u32> {
    u32::try_from(value).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
}

/// The sink's own error, where there is one: its kind tells a full disk from a closed pipe.
fn into_io(error: PcapWriteError) -> io::Error {
    match error {
        PcapWriteError::Io(source) | PcapWriteError::FieldWriteFailed(_, source) => source,
        PcapWriteError::Validation(source) => io::Error::new(io::ErrorKind::InvalidInput, source),
    }
}
