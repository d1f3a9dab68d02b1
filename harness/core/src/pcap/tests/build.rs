//! Captures put together byte by byte.

/// How numbers are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}
pub(super) use Order::{Big, Little};

/// A capture in the making.
#[derive(Clone, Debug)]
pub(super) struct Capture {
    order: Order,
    pub(super) bytes: Vec<u8>,
}

/// An option of a block that ends the list.
pub(super) const END: (u16, &[u8]) = (0, b"");

impl Capture {
    /// A classic file header of this magic and this link type field.
    pub(super) fn classic(order: Order, magic: u32, network: u32) -> Self {
        let empty = Self {
            order,
            bytes: Vec::new(),
        };
        // A snap length of 2 is a lie, and is told in every test.
        empty
            .u32(magic)
            .u16(2)
            .u16(4)
            .u32(0)
            .u32(0)
            .u32(2)
            .u32(network)
    }

    /// A classic record.
    pub(super) fn record(self, seconds: u32, fraction: u32, original: u32, data: &[u8]) -> Self {
        self.u32(seconds)
            .u32(fraction)
            .u32(len(data))
            .u32(original)
            .raw(data)
    }

    /// A pcapng file with one section.
    pub(super) fn blocks(order: Order) -> Self {
        Self {
            order,
            bytes: Vec::new(),
        }
        .section(order, u64::MAX)
    }

    /// A section header; what follows is in its byte order.
    pub(super) fn section(mut self, order: Order, section_bytes: u64) -> Self {
        self.order = order;
        let body = self.body().u32(0x1A2B_3C4D).u16(1).u16(0);
        let body = match order {
            Little => body.raw(&section_bytes.to_le_bytes()),
            Big => body.raw(&section_bytes.to_be_bytes()),
        };
        self.block(0x0A0D_0D0A, &body.bytes)
    }

    pub(super) fn interface(self, link: u16, snap_len: u32, options: &[(u16, &[u8])]) -> Self {
        let mut body = self.body().u16(link).u16(0).u32(snap_len);
        for (code, value) in options {
            body = body
                .u16(*code)
                .u16(u16::try_from(value.len()).expect("an option is short"))
                .raw(value)
                .padded();
        }
        self.block(1, &body.bytes)
    }

    /// An enhanced packet of this interface, counted in 64 bits, followed by these options' bytes.
    pub(super) fn packet(self, interface: u32, count: u64, data: &[u8], options: &[u8]) -> Self {
        let body = self.body().u32(interface).timed(count, data).raw(options);
        self.block(6, &body.bytes)
    }

    /// An obsolete packet block.
    pub(super) fn obsolete(self, interface: u16, count: u64, data: &[u8]) -> Self {
        let body = self.body().u16(interface).u16(0xFFFF).timed(count, data);
        self.block(2, &body.bytes)
    }

    /// A simple packet block; its data is what fits.
    pub(super) fn simple(self, original: u32, data: &[u8]) -> Self {
        let body = self.body().u32(original).raw(data).padded();
        self.block(3, &body.bytes)
    }

    /// A block of this type, its body padded.
    pub(super) fn block(self, block_type: u32, body: &[u8]) -> Self {
        let bytes = len(body).next_multiple_of(4) + 12;
        self.u32(block_type)
            .u32(bytes)
            .raw(body)
            .padded()
            .u32(bytes)
    }

    pub(super) fn u16(self, number: u16) -> Self {
        let bytes = match self.order {
            Little => number.to_le_bytes(),
            Big => number.to_be_bytes(),
        };
        self.raw(&bytes)
    }

    pub(super) fn u32(self, number: u32) -> Self {
        let bytes = match self.order {
            Little => number.to_le_bytes(),
            Big => number.to_be_bytes(),
        };
        self.raw(&bytes)
    }

    pub(super) fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// What follows the interface in a packet block; the original length is one more than the captured.
    fn timed(self, count: u64, data: &[u8]) -> Self {
        let half = |number| u32::try_from(number).expect("it is half of a number");
        let (high, low) = (half(count >> 32), half(count & 0xFFFF_FFFF));
        self.u32(high)
            .u32(low)
            .u32(len(data))
            .u32(len(data) + 1)
            .raw(data)
            .padded()
    }

    /// Nothing yet, in the byte order of this.
    pub(super) fn body(&self) -> Self {
        Self {
            order: self.order,
            bytes: Vec::new(),
        }
    }

    fn padded(mut self) -> Self {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        self
    }
}

fn len(data: &[u8]) -> u32 {
    u32::try_from(data.len()).expect("a test's data is short")
}
