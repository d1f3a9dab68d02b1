//! A stream seen through one buffer: what stands in it is lent out, never copied out.

use std::io::{self, ErrorKind, Read};
use std::ops::Range;

use super::Damage;

/// Its size at first, bytes. Measured: smaller ones make more calls, larger ones leave the processor's cache.
const FIRST_CAPACITY_BYTES: usize = 1 << 20;

/// The unread bytes of a stream that have arrived so far.
///
/// It takes what one `read` gives and no more, so that nothing that is there waits for what is not. It doubles only when it is
/// full of unread bytes: a length in the stream that lies allocates nothing.
#[derive(Debug)]
pub(super) struct Buffer<R> {
    source: R,
    bytes: Vec<u8>,
    /// What of `bytes` has arrived and is unread.
    unread: Range<usize>,
    /// How far into the stream `unread` begins, bytes.
    offset: u64,
}

/// Why bytes are not there.
#[derive(Debug)]
pub(super) enum Shortage {
    /// The stream has ended.
    Ended,
    /// The stream cannot be read on.
    Failed(io::Error),
}

impl Shortage {
    /// What it is to a record of which `present` bytes are there, and `expected` should be if its header is among them.
    pub(super) fn into_damage(self, present: u64, expected: Option<u64>) -> Damage {
        match (self, expected) {
            // Files and pipes just end; only what decompresses them knows that it is too early.
            (Self::Failed(error), _) if error.kind() == ErrorKind::UnexpectedEof => {
                Damage::CompressedCut
            }
            (Self::Failed(error), _) => Damage::Unreadable(error.to_string()),
            (Self::Ended, Some(expected)) => Damage::Cut { present, expected },
            (Self::Ended, None) => Damage::HeaderCut { present },
        }
    }
}

impl<R: Read> Buffer<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            bytes: vec![0; FIRST_CAPACITY_BYTES],
            unread: 0..0,
            offset: 0,
        }
    }

    pub(super) fn source(&self) -> &R {
        &self.source
    }

    /// How far into the stream the first unread byte stands.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    pub(super) fn unread(&self) -> &[u8] {
        &self.bytes[self.unread.clone()]
    }

    /// Waits until at least `count` bytes are unread. On a shortage, those that there are stay.
    #[inline]
    pub(super) fn require(&mut self, count: usize) -> Result<&[u8], Shortage> {
        while self.unread.len() < count {
            self.receive(count)?;
        }
        Ok(self.unread())
    }

    /// The first `COUNT` unread bytes, once they are there.
    #[inline]
    pub(super) fn peek<const COUNT: usize>(&mut self) -> Result<[u8; COUNT], Shortage> {
        loop {
            if let Some(first) = self.unread().first_chunk() {
                return Ok(*first);
            }
            self.receive(COUNT)?;
        }
    }

    /// Marks the first `count` bytes as read. They stay where they are until more are required.
    #[inline]
    pub(super) fn consume(&mut self, count: usize) -> Range<usize> {
        let count = count.min(self.unread.len());
        let consumed = self.unread.start..self.unread.start + count;
        self.unread.start = consumed.end;
        self.offset += count as u64;
        consumed
    }

    /// The bytes of a range that was consumed last.
    #[inline]
    pub(super) fn lend(&self, consumed: Range<usize>) -> &[u8] {
        &self.bytes[consumed]
    }

    /// Passes over `count` bytes without keeping them. On a shortage, all that there were are gone.
    pub(super) fn discard(&mut self, mut count: u64) -> Result<(), Shortage> {
        loop {
            let available = self.unread.len().min(saturating_usize(count));
            self.consume(available);
            count -= available as u64;
            if count == 0 {
                return Ok(());
            }
            self.require(1)?;
        }
    }

    #[cfg(test)]
    pub(super) fn capacity_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// One read, into room for at least one byte and, where possible, for `count` unread ones.
    #[cold]
    fn receive(&mut self, count: usize) -> Result<(), Shortage> {
        self.make_room(count);
        loop {
            match self.source.read(&mut self.bytes[self.unread.end..]) {
                Ok(0) => return Err(Shortage::Ended),
                Ok(length) => {
                    self.unread.end += length;
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Shortage::Failed(error)),
            }
        }
    }

    /// Moves the unread bytes to the front only if `count` would not fit behind them.
    fn make_room(&mut self, count: usize) {
        if self.unread.start.saturating_add(count) > self.bytes.len() {
            self.bytes.copy_within(self.unread.clone(), 0);
            self.unread = 0..self.unread.len();
        }
        if self.unread.end == self.bytes.len() {
            self.bytes.resize(self.bytes.len() * 2, 0);
        }
    }
}

pub(super) fn saturating_usize(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
