//! A capture file as it is stored: plain, or compressed by gzip or zstd.
//!
//! Both are decompressed as they are read, so that a file that expands a thousandfold needs no more memory than another.
//! What comes before a broken or missing end is read: before a missing one all of it, and before a broken one what an earlier
//! block of the stored file stands for. How the source cuts what it gives makes no difference to that.

use std::error::Error;
use std::fmt;
use std::io::{self, BufRead, BufReader, Chain, Cursor, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

const GZIP_MAGIC: [u8; 2] = [0x1F, 0x8B];
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// Bytes read ahead to tell how a file is compressed.
const MAGIC_BYTES: u64 = 4;

/// Bytes of a gzip file decoded at a time. Of those that are broken, what was decoded is lost.
const GZIP_BLOCK_BYTES: usize = 512;

/// How far back zstd may refer, bytes: what the `zstd` program takes unless told otherwise.
const LONGEST_ZSTD_WINDOW_BYTES: u64 = 128 << 20;

/// A stored file, decompressed.
#[derive(Debug)]
pub(super) enum Stored<R: Read> {
    Plain(Source<R>),
    Gzip(Box<MultiGzDecoder<Blocks<Source<R>>>>),
    Zstd(Box<Zstd<Source<R>>>),
}

/// A source, with the bytes that told how it is compressed put back in front.
type Source<R> = Chain<Cursor<Vec<u8>>, Counted<R>>;

/// A source that is read in blocks of one length, however it gives what it has.
type Blocks<R> = BufReader<Filling<R>>;

/// A source that gives as much as there is room for; less only at its end, or before a failure.
#[derive(Debug)]
pub(super) struct Filling<R>(R);

/// A source that counts what is read of it.
#[derive(Debug)]
pub(super) struct Counted<R> {
    source: R,
    bytes: u64,
}

impl<R: Read> Stored<R> {
    /// Looks at the first bytes.
    pub(super) fn new(source: R) -> io::Result<Self> {
        let mut source = Counted { source, bytes: 0 };
        let mut magic = Vec::new();
        source.by_ref().take(MAGIC_BYTES).read_to_end(&mut magic)?;
        let is_gzip = magic.starts_with(&GZIP_MAGIC);
        let is_zstd = magic.starts_with(&ZSTD_MAGIC);
        let source = Cursor::new(magic).chain(source);
        Ok(if is_gzip {
            let blocks = BufReader::with_capacity(GZIP_BLOCK_BYTES, Filling(source));
            Self::Gzip(Box::new(MultiGzDecoder::new(blocks)))
        } else if is_zstd {
            Self::Zstd(Box::new(Zstd::new(source)))
        } else {
            Self::Plain(source)
        })
    }

    /// Bytes read of the file as it is stored.
    pub(super) fn bytes_read(&self) -> u64 {
        let (_, source) = match self {
            Self::Plain(source) => source.get_ref(),
            Self::Gzip(decoder) => decoder.get_ref().get_ref().0.get_ref(),
            Self::Zstd(decoder) => decoder.source.get_ref().get_ref(),
        };
        source.bytes
    }
}

impl<R: Read> Read for Stored<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(source) => source.read(buffer),
            Self::Gzip(decoder) => decoder.read(buffer),
            Self::Zstd(decoder) => decoder.read(buffer),
        }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.source.read(buffer)?;
        self.bytes += length as u64;
        Ok(length)
    }
}

impl<R: Read> Read for Filling<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.0.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(length) => filled += length,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if filled == 0 => return Err(error),
                Err(_) => break,
            }
        }
        Ok(filled)
    }
}

/// Frames of zstd, one after the other.
pub(super) struct Zstd<R> {
    source: BufReader<R>,
    decoder: FrameDecoder,
    /// What ended the reading; told once all that was decoded before has been read.
    failure: Option<io::Error>,
}

impl<R: Read> Zstd<R> {
    fn new(source: R) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(LONGEST_ZSTD_WINDOW_BYTES);
        Self {
            source: BufReader::new(source),
            decoder,
            failure: None,
        }
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.decoder.can_collect() == 0 {
            if let Some(failure) = self.failure.take() {
                return Err(failure);
            }
            if !self.advance()? {
                return Ok(0);
            }
        }
        self.decoder.read(buffer)
    }
}

impl<R: Read> Zstd<R> {
    /// Decodes one block, or begins the next frame; whether there was any.
    fn advance(&mut self) -> io::Result<bool> {
        if self.decoder.is_finished() {
            return self.begin_frame();
        }
        let one = BlockDecodingStrategy::UptoBlocks(1);
        if let Err(error) = self.decoder.decode_blocks(&mut self.source, one) {
            self.close_frame();
            self.failure = Some(into_io(error));
        }
        Ok(true)
    }

    fn begin_frame(&mut self) -> io::Result<bool> {
        self.verify()?;
        if self.source.fill_buf()?.is_empty() {
            return Ok(false);
        }
        match self.decoder.reset(&mut self.source) {
            Ok(()) => Ok(true),
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                io::copy(
                    &mut self.source.by_ref().take(u64::from(length)),
                    &mut io::sink(),
                )?;
                Ok(true)
            }
            Err(error) => Err(into_io(error)),
        }
    }

    /// Compares the checksum of the frame that has ended, if it has one.
    fn verify(&self) -> io::Result<()> {
        let stored = self.decoder.get_checksum_from_data();
        if stored.is_some() && stored != self.decoder.get_calculated_checksum() {
            let error = "what was decompressed differs from its checksum";
            return Err(io::Error::new(ErrorKind::InvalidData, error));
        }
        Ok(())
    }

    /// Ends a broken frame with an empty last block and a checksum of zeros: only then does the decoder let go of the window
    /// that it keeps for later blocks to refer to.
    fn close_frame(&mut self) {
        const EMPTY_LAST_BLOCK: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];
        let one = BlockDecodingStrategy::UptoBlocks(1);
        // A decoder that refuses even this has nothing to let go of.
        let _ = self.decoder.decode_blocks(&EMPTY_LAST_BLOCK[..], one);
    }
}

impl<R> fmt::Debug for Zstd<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Zstd")
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}

/// The source's own error, where there is one: its kind tells an early end from a broken one.
fn into_io(error: FrameDecoderError) -> io::Error {
    let mut cause: Option<&dyn Error> = Some(&error);
    while let Some(error) = cause {
        if let Some(source) = error.downcast_ref::<io::Error>() {
            return io::Error::new(source.kind(), source.to_string());
        }
        cause = error.source();
    }
    io::Error::other(error)
}
