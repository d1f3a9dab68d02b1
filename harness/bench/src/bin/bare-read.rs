//! `bare-read read|mmap FILE`: walks the records of a pcap file and looks at nothing in them, the least that any reader of
//! captures has to do. Prints the number of frames and of their bytes.
//!
//! The file must be a whole one, little-endian, as `generate-capture` writes it.
#![expect(
    clippy::disallowed_methods,
    reason = "a reader reads the file that it is told to"
)]
#![expect(clippy::print_stdout, reason = "its output is its result")]

use std::fs::File;
use std::io::Read;

use anyhow::{Context, bail, ensure};

const FILE_HEADER_BYTES: usize = 24;
const RECORD_HEADER_BYTES: usize = 16;
const CAPTURED_LEN_AT: usize = 8;
const BUFFER_BYTES: usize = 1 << 20;

/// What was walked over.
#[derive(Default)]
struct Walked {
    frames: u64,
    bytes: u64,
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [way, path] = arguments.as_slice() else {
        bail!("usage: bare-read read|mmap FILE");
    };
    let file = File::open(path).with_context(|| format!("open {path}"))?;
    let walked = match way.as_str() {
        "read" => by_reading(file)?,
        "mmap" => by_mapping(&file)?,
        _ => bail!("a file is read or mapped, not {way:?}"),
    };
    println!("{} frames, {} bytes", walked.frames, walked.bytes);
    Ok(())
}

/// One buffer, filled again when what is left holds no whole record.
fn by_reading(mut file: File) -> anyhow::Result<Walked> {
    let mut walked = Walked::default();
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut filled = 0;
    file.read_exact(&mut buffer[..FILE_HEADER_BYTES])?;
    loop {
        let read = file.read(&mut buffer[filled..])?;
        filled += read;
        let rest = walked.walk(&buffer[..filled]).len();
        ensure!(rest < BUFFER_BYTES, "a record is larger than the buffer");
        buffer.copy_within(filled - rest..filled, 0);
        filled = rest;
        if read == 0 {
            ensure!(rest == 0, "the last record is cut");
            return Ok(walked);
        }
    }
}

#[expect(unsafe_code, reason = "mapping a file is")]
fn by_mapping(file: &File) -> anyhow::Result<Walked> {
    // SAFETY: nobody writes to a capture while it is measured.
    let bytes = unsafe { memmap2::Mmap::map(file) }?;
    let mut walked = Walked::default();
    let records = bytes
        .get(FILE_HEADER_BYTES..)
        .context("there is no file header")?;
    ensure!(walked.walk(records).is_empty(), "the last record is cut");
    Ok(walked)
}

impl Walked {
    /// Walks over the whole records in `bytes` and gives what is left.
    fn walk<'a>(&mut self, mut bytes: &'a [u8]) -> &'a [u8] {
        while let Some((header, rest)) = bytes.split_first_chunk::<RECORD_HEADER_BYTES>() {
            let len = &header[CAPTURED_LEN_AT..];
            let len = u32::from_le_bytes([len[0], len[1], len[2], len[3]]);
            let Some(after) = rest.get(len as usize..) else {
                break;
            };
            self.frames += 1;
            self.bytes += u64::from(len);
            bytes = after;
        }
        bytes
    }
}
