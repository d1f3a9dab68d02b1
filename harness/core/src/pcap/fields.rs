//! Numbers in the byte order of the machine that captured.

/// How a capture's numbers are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    pub(super) fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    pub(super) fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }

    /// Four numbers that stand one after the other.
    pub(super) fn four_u32(self, bytes: [u8; 16]) -> [u32; 4] {
        [0, 4, 8, 12].map(|at| self.u32([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]))
    }

    fn i64(self, bytes: [u8; 8]) -> i64 {
        match self {
            Self::Little => i64::from_le_bytes(bytes),
            Self::Big => i64::from_be_bytes(bytes),
        }
    }
}

/// Fields that stand one after the other; `None` where they end too early.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
    order: ByteOrder,
}

impl<'a> Fields<'a> {
    pub(super) fn new(bytes: &'a [u8], order: ByteOrder) -> Self {
        Self { rest: bytes, order }
    }

    pub(super) fn next_u16(&mut self) -> Option<u16> {
        let bytes = self.next_array()?;
        Some(self.order.u16(bytes))
    }

    pub(super) fn next_u32(&mut self) -> Option<u32> {
        let bytes = self.next_array()?;
        Some(self.order.u32(bytes))
    }

    pub(super) fn next_four_u32(&mut self) -> Option<[u32; 4]> {
        let bytes = self.next_array()?;
        Some(self.order.four_u32(bytes))
    }

    pub(super) fn next_i64(&mut self) -> Option<i64> {
        let bytes = self.next_array()?;
        Some(self.order.i64(bytes))
    }

    pub(super) fn next_bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(bytes)
    }

    /// The bytes that no field was read from yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn next_array<const COUNT: usize>(&mut self) -> Option<[u8; COUNT]> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*bytes)
    }
}
