//! The pcapng format: sections of blocks, each of which says its length before and after what is in it.
//!
//! A block whose contents are damaged is passed over by its length. Blocks that hold no packets are passed over whatever their
//! type and length, without being kept.

use std::io::Read;

use super::buffer::{Buffer, Shortage, saturating_usize};
use super::damage::{Damage, Skipped, Skips};
use super::fields::{ByteOrder, Fields};
use super::interface::Interface;
use super::step::{LONGEST_PACKET_BYTES, PacketRecord, Step};
use crate::time::Timestamp;

/// First bytes of a section, the same in both byte orders.
pub(super) const SECTION_MAGIC: [u8; 4] = [0x0A, 0x0D, 0x0D, 0x0A];

const BYTE_ORDER_MAGIC: u32 = 0x1A2B_3C4D;

/// Type, length, and the first word of the body, or the length again.
const SHORTEST_BLOCK_BYTES: usize = 12;
const TYPE_AND_LENGTH_BYTES: usize = 8;
const TRAILER_BYTES: usize = 4;

/// The longest block kept for what is in it: the longest packet, and room for its fields and options.
const LONGEST_BLOCK_BYTES: u64 = LONGEST_PACKET_BYTES as u64 + (1 << 20);

/// How many interfaces of a section are kept: as many as the obsolete packet block can tell apart.
const MOST_INTERFACES: usize = 1 << 16;

/// Where in a file of blocks the reading stands.
#[derive(Debug)]
pub(super) struct Blocks {
    order: ByteOrder,
    /// Of the section, by number; `None` where the description is damaged.
    interfaces: Vec<Option<Interface>>,
}

/// What a block's type says is in it.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Section,
    Interface,
    EnhancedPacket,
    SimplePacket,
    ObsoletePacket,
    /// No packet, but Wireshark shows it as a frame.
    Numbered,
    /// Anything else: names, statistics, secrets, and what is not known.
    Other,
}

/// A block's place in the stream.
#[derive(Clone, Copy, Debug)]
struct Extent {
    offset: u64,
    /// The length it says it has, bytes.
    stated: u32,
    /// The length it has, bytes: some writers leave the padding out of what they state.
    bytes: u64,
}

impl Kind {
    /// The types that Wireshark numbers are custom blocks, Sysdig's events and entries of systemd's journal.
    fn of_type(block_type: u32) -> Self {
        match block_type {
            0x0A0D_0D0A => Self::Section,
            1 => Self::Interface,
            2 => Self::ObsoletePacket,
            3 => Self::SimplePacket,
            6 => Self::EnhancedPacket,
            0x0BAD | 0x4000_0BAD | 0x0204 | 0x0216 | 0x0221 | 9 => Self::Numbered,
            _ => Self::Other,
        }
    }
}

impl Blocks {
    /// Before the first section.
    pub(super) fn new() -> Self {
        Self {
            order: ByteOrder::Little,
            interfaces: Vec::new(),
        }
    }

    /// Reads one block. Nothing of one that may hold a packet is consumed before all of it is there.
    #[inline]
    pub(super) fn step<R: Read>(&mut self, buffer: &mut Buffer<R>, skips: &mut Skips) -> Step {
        let offset = buffer.offset();
        let head: [u8; SHORTEST_BLOCK_BYTES] = match buffer.peek() {
            Ok(head) => head,
            Err(shortage) => return end(shortage, buffer, skips),
        };
        let [t0, t1, t2, t3, l0, l1, l2, l3, after @ ..] = head;
        if [t0, t1, t2, t3] == SECTION_MAGIC
            && let Err(reason) = self.begin_section(after)
        {
            return Step::Broken { offset, reason };
        }
        let stated = self.order.u32([l0, l1, l2, l3]);
        if head == [0; SHORTEST_BLOCK_BYTES] {
            return pass_zeros(buffer, skips);
        }
        if (stated as usize) < SHORTEST_BLOCK_BYTES {
            let reason = Damage::BlockTooShort { bytes: stated };
            return Step::Broken { offset, reason };
        }
        let block = Extent {
            offset,
            stated,
            bytes: u64::from(stated).next_multiple_of(4),
        };
        match Kind::of_type(self.order.u32([t0, t1, t2, t3])) {
            Kind::Section | Kind::Other => self.pass(block, buffer, skips),
            Kind::Numbered => match self.pass(block, buffer, skips) {
                Step::Passed => Step::Numbered,
                broken => broken,
            },
            kind @ (Kind::Interface
            | Kind::EnhancedPacket
            | Kind::SimplePacket
            | Kind::ObsoletePacket) => self.keep(kind, block, buffer, skips),
        }
    }

    /// Interfaces are numbered anew in every section.
    fn begin_section(&mut self, magic: [u8; 4]) -> Result<(), Damage> {
        self.interfaces.clear();
        self.order = match u32::from_le_bytes(magic) {
            BYTE_ORDER_MAGIC => ByteOrder::Little,
            magic if magic.swap_bytes() == BYTE_ORDER_MAGIC => ByteOrder::Big,
            magic => return Err(Damage::UnknownByteOrder { magic }),
        };
        Ok(())
    }

    /// Passes over a block, of whatever length, without keeping it.
    fn pass<R: Read>(&self, block: Extent, buffer: &mut Buffer<R>, skips: &mut Skips) -> Step {
        let passed = buffer.discard(block.bytes - TRAILER_BYTES as u64);
        match passed.and_then(|()| buffer.peek()) {
            Ok(trailer) => {
                buffer.consume(TRAILER_BYTES);
                self.compare_lengths(block, trailer, skips);
                Step::Passed
            }
            Err(shortage) => Step::at_shortage(shortage, buffer, block.offset, Some(block.bytes)),
        }
    }

    /// Reads a block for what is in it.
    fn keep<R: Read>(
        &mut self,
        kind: Kind,
        block: Extent,
        buffer: &mut Buffer<R>,
        skips: &mut Skips,
    ) -> Step {
        if block.bytes > LONGEST_BLOCK_BYTES {
            return self.pass_too_long(kind, block, buffer, skips);
        }
        let bytes = saturating_usize(block.bytes);
        let contents = match buffer.require(bytes) {
            Ok(unread) => &unread[TYPE_AND_LENGTH_BYTES..bytes],
            Err(shortage) => {
                return Step::at_shortage(shortage, buffer, block.offset, Some(block.bytes));
            }
        };
        let (body, trailer) = contents
            .split_last_chunk()
            .expect("the shortest block has a length at its end");
        self.compare_lengths(block, *trailer, skips);
        let read = self.read(kind, body);
        let body_begins = buffer.consume(bytes).start + TYPE_AND_LENGTH_BYTES;
        match read {
            Ok(Some(mut packet)) => {
                packet.data = packet.data.start + body_begins..packet.data.end + body_begins;
                Step::Packet(packet)
            }
            Ok(None) => Step::Passed,
            Err(reason) => {
                skips.note(block.skipped(reason));
                Step::Passed
            }
        }
    }

    /// A packet or interface that nobody could have written.
    #[cold]
    fn pass_too_long<R: Read>(
        &mut self,
        kind: Kind,
        block: Extent,
        buffer: &mut Buffer<R>,
        skips: &mut Skips,
    ) -> Step {
        if let Kind::Interface = kind {
            // It takes its number; what is wrong with it is told below.
            let _ = self.describe(b"");
        }
        let step = self.pass(block, buffer, skips);
        if let Step::Passed = step {
            let bytes = block.bytes;
            skips.note(block.skipped(Damage::PacketTooLong { bytes }));
        }
        step
    }

    /// What is in a block's body; a packet's data is a range of it. Options of packets are not looked at: one that is broken
    /// costs no frame.
    fn read(&mut self, kind: Kind, body: &[u8]) -> Result<Option<PacketRecord>, Damage> {
        let mut fields = Fields::new(body, self.order);
        match kind {
            Kind::EnhancedPacket => {
                let interface = fields.next_u32().ok_or(Damage::FieldsMissing)?;
                self.timed_packet(interface, fields, body).map(Some)
            }
            Kind::ObsoletePacket => {
                let interface = fields.next_u16().ok_or(Damage::FieldsMissing)?;
                let _drops = fields.next_u16();
                self.timed_packet(u32::from(interface), fields, body)
                    .map(Some)
            }
            Kind::SimplePacket => self.simple_packet(fields, body).map(Some),
            Kind::Interface => self.describe(body).map(|()| None),
            Kind::Section | Kind::Numbered | Kind::Other => Ok(None),
        }
    }

    /// A damaged description takes its number all the same, so that those after it keep theirs.
    fn describe(&mut self, body: &[u8]) -> Result<(), Damage> {
        if self.interfaces.len() == MOST_INTERFACES {
            return Err(Damage::TooManyInterfaces);
        }
        let interface = Interface::of_description(body, self.order);
        self.interfaces.push(interface);
        interface.map(drop).ok_or(Damage::FieldsMissing)
    }

    /// What follows the interface in an enhanced and in an obsolete packet block.
    fn timed_packet(
        &self,
        interface: u32,
        mut fields: Fields<'_>,
        body: &[u8],
    ) -> Result<PacketRecord, Damage> {
        let [high, low, captured, original] =
            fields.next_four_u32().ok_or(Damage::FieldsMissing)?;
        let interface = self.interface(interface)?;
        let room = fields.rest().len();
        if captured as usize > room {
            return Err(Damage::PacketOutgrowsBlock {
                captured,
                room: room as u64,
            });
        }
        let begin = body.len() - room;
        Ok(PacketRecord {
            timestamp: interface.timestamp(high, low),
            original_len: original.max(captured),
            link_type: interface.link_type,
            data: begin..begin + captured as usize,
        })
    }

    /// A packet without a time, of the section's first interface, cut to that interface's snap length.
    fn simple_packet(&self, mut fields: Fields<'_>, body: &[u8]) -> Result<PacketRecord, Damage> {
        let original_len = fields.next_u32().ok_or(Damage::FieldsMissing)?;
        let interface = self.interface(0)?;
        let kept = match interface.snap_len {
            0 => original_len,
            snap_len => original_len.min(snap_len),
        };
        let room = fields.rest().len();
        let begin = body.len() - room;
        Ok(PacketRecord {
            timestamp: Timestamp::default(),
            original_len,
            link_type: interface.link_type,
            data: begin..begin + room.min(kept as usize),
        })
    }

    fn interface(&self, number: u32) -> Result<&Interface, Damage> {
        let described = self.interfaces.get(number as usize);
        described
            .and_then(Option::as_ref)
            .ok_or(Damage::UnknownInterface { interface: number })
    }

    /// Says so if the length after a block is another than the one before it.
    fn compare_lengths(&self, block: Extent, trailer: [u8; 4], skips: &mut Skips) {
        let trailing = self.order.u32(trailer);
        if trailing != block.stated && u64::from(trailing) != block.bytes {
            skips.note(Skipped {
                offset: block.offset + block.bytes - TRAILER_BYTES as u64,
                bytes: TRAILER_BYTES as u64,
                reason: Damage::LengthsDiffer {
                    leading: block.stated,
                    trailing,
                },
            });
        }
    }
}

impl Extent {
    fn skipped(self, reason: Damage) -> Skipped {
        Skipped {
            offset: self.offset,
            bytes: self.bytes,
            reason,
        }
    }
}

/// The end that a shortage is where a block should begin.
#[cold]
fn end<R: Read>(shortage: Shortage, buffer: &mut Buffer<R>, skips: &mut Skips) -> Step {
    let rest = buffer.unread();
    if matches!(shortage, Shortage::Ended) && !rest.is_empty() && rest.iter().all(|&it| it == 0) {
        return pass_zeros(buffer, skips);
    }
    Step::at_shortage(shortage, buffer, buffer.offset(), None)
}

/// Zeros up to the end are what a file that was made larger beforehand has left over.
#[cold]
fn pass_zeros<R: Read>(buffer: &mut Buffer<R>, skips: &mut Skips) -> Step {
    let offset = buffer.offset();
    loop {
        let available = buffer.unread().len();
        let zeros = buffer.unread().iter().take_while(|&&it| it == 0).count();
        buffer.consume(zeros);
        if zeros < available {
            let reason = Damage::BlockTooShort { bytes: 0 };
            return Step::Broken { offset, reason };
        }
        match buffer.require(1) {
            Ok(_) => {}
            Err(Shortage::Ended) => break,
            Err(shortage) => return Step::at_shortage(shortage, buffer, offset, None),
        }
    }
    skips.note(Skipped {
        offset,
        bytes: buffer.offset() - offset,
        reason: Damage::ZeroPadding,
    });
    Step::End
}
