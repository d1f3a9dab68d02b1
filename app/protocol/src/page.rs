//! `ENTS`: a server's files, a frameful at a time.

use crate::bytes::{Reader, Writer};
use crate::fields::name;
use crate::{FrameError, FrameType, Tag, UncheckedName};

/// A part of a server's list of files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The files of this part.
    pub entries: Vec<Entry>,
    /// Is there another part, after the last name of this one?
    pub more: bool,
}

/// One file of a list. The name is the peer's word and unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// As `GET_` wants it.
    pub name: UncheckedName,
    /// Its size.
    pub size_bytes: u64,
    /// Last change, in nanoseconds since 1970-01-01T00:00:00Z.
    pub modified_unix_ns: i64,
}

impl Entry {
    /// Bytes of an entry beside its name: entry length, name length, size, time.
    const FIXED_BYTES: usize = 2 + 2 + 8 + 8;

    /// Bytes of this entry in a page.
    pub fn wire_bytes(&self) -> usize {
        Self::FIXED_BYTES + self.name.0.len()
    }

    fn encode(&self, writer: Writer) -> Writer {
        let length = u16::try_from(self.wire_bytes() - 2).unwrap_or(u16::MAX);
        writer
            .u16(length)
            .block(&self.name.0)
            .u64(self.size_bytes)
            .raw(&self.modified_unix_ns.to_be_bytes())
    }

    fn parse(bytes: &[u8]) -> Result<Self, FrameError> {
        let mut reader = Reader::new(bytes);
        Ok(Self {
            name: name(&mut reader)?,
            size_bytes: reader.size()?,
            modified_unix_ns: reader.i64()?,
        })
    }
}

impl Page {
    /// Most bytes that a page's entries may have together.
    pub const MAX_ENTRY_BYTES: usize = crate::MAX_CONTROL_BYTES as usize - Self::FIXED_BYTES;
    /// Bytes of `ENTS` before its entries: tag, flags, count.
    const FIXED_BYTES: usize = 4 + 1 + 2;
    const MORE: u8 = 1;

    pub(crate) fn encode(&self, tag: Tag) -> Vec<u8> {
        let count = u16::try_from(self.entries.len()).unwrap_or(u16::MAX);
        let start = Writer::new(FrameType::Ents)
            .u32(tag.0)
            .u8(u8::from(self.more))
            .u16(count);
        self.entries
            .iter()
            .take(count.into())
            .fold(start, |writer, entry| entry.encode(writer))
            .finish()
    }

    pub(crate) fn parse(mut reader: Reader<'_>) -> Result<Self, FrameError> {
        let more = reader.u8()? & Self::MORE != 0;
        let count = reader.u16()?;
        let entries = (0..count)
            .map(|_| Entry::parse(reader.block()?))
            .collect::<Result<_, _>>()?;
        Ok(Self { entries, more })
    }
}
