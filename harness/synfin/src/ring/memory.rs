//! The ring that the kernel writes frames into: TPACKET_V3 of packet(7) and the kernel's `packet_mmap` document.

#![expect(
    unsafe_code,
    reason = "memory shared with the kernel, and socket options that no crate wraps"
)]

use std::io;
use std::mem::offset_of;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use memmap2::{MmapOptions, MmapRaw};
use synfin_core::time::Timestamp;

/// Larger than any frame of `lo` (64 KiB and headers), so that none is cut; and small, because a block is used up every
/// millisecond however little is in it: their number is the time for which the reader may be kept from reading.
const BLOCK_BYTES: usize = 1 << 18;

/// Blocks in a mebibyte.
const BLOCKS_PER_MIB: u32 = 4;

/// How long the kernel keeps a block that is not full to itself, milliseconds.
const RETIRE_AFTER_MS: u32 = 1;

/// A packet socket's ring, mapped into this process.
#[derive(Debug)]
struct Ring {
    // Declared first, dropped first: a mapping keeps the socket and its timer alive.
    map: MmapRaw,
    socket: OwnedFd,
    blocks: usize,
    /// The block that the reader takes next; the kernel fills them in order.
    next_block: AtomicUsize,
}

/// The one who takes frames from the ring.
#[derive(Debug)]
pub(super) struct RingReader(Arc<Ring>);

/// Shows how full the ring is.
#[derive(Debug)]
pub(super) struct Gauge(Arc<Ring>);

/// One frame in the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RingFrame<'a> {
    pub(super) timestamp: Timestamp,
    pub(super) original_len: u32,
    pub(super) data: &'a [u8],
}

/// What the kernel counted; reading it sets it to zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Statistics {
    /// Frames that came, dropped ones included.
    pub(super) packets: u64,
    /// Frames for which the ring had no room.
    pub(super) drops: u64,
}

/// Gives the socket, which receives already, a ring of so many MiB, and drops what came before. No privilege is needed. Waits
/// some 20 ms for the kernel.
pub(super) fn set_up(socket: OwnedFd, mib: u32) -> io::Result<RingReader> {
    let blocks = mib * BLOCKS_PER_MIB;
    let version = libc::tpacket_versions::TPACKET_V3 as i32;
    set_option(&socket, libc::PACKET_VERSION, &version)?;
    let block_bytes = u32::try_from(BLOCK_BYTES).expect("a block is small");
    let request = libc::tpacket_req3 {
        tp_block_size: block_bytes,
        tp_block_nr: blocks,
        // Meaningless in version 3, but checked: one frame a block.
        tp_frame_size: block_bytes,
        tp_frame_nr: blocks,
        tp_retire_blk_tov: RETIRE_AFTER_MS,
        tp_sizeof_priv: 0,
        tp_feature_req_word: 0,
    };
    set_option(&socket, libc::PACKET_RX_RING, &request)?;
    let blocks = usize::try_from(blocks).expect("a ring fits into memory");
    let map = MmapOptions::new()
        .len(blocks * BLOCK_BYTES)
        .map_raw(&socket)?;
    let reader = RingReader(Arc::new(Ring {
        map,
        socket,
        blocks,
        next_block: AtomicUsize::new(0),
    }));
    // What the ring had no part in.
    reader.statistics()?;
    Ok(reader)
}

impl RingReader {
    /// A gauge of this ring.
    pub(super) fn gauge(&self) -> Gauge {
        Gauge(Arc::clone(&self.0))
    }

    /// Shows the frames of the next block, in order, and gives it back to the kernel; tells whether there was one.
    pub(super) fn take_block(&mut self, mut each: impl FnMut(RingFrame<'_>)) -> io::Result<bool> {
        let ring = &*self.0;
        let block = ring.next_block.load(Ordering::Relaxed);
        if !ring.is_ready(block) {
            return Ok(false);
        }
        // SAFETY: the block lies in the map. It is this process's until its status is set back below, and of this process only
        // the one reader, borrowed mutably, looks into it.
        let bytes = unsafe { std::slice::from_raw_parts(ring.start_of(block), BLOCK_BYTES) };
        let read = Block { bytes }.for_each(&mut each);
        ring.status(block)
            .store(libc::TP_STATUS_KERNEL, Ordering::Release);
        let next = (block + 1) % ring.blocks;
        ring.next_block.store(next, Ordering::Release);
        read.map(|()| true)
    }

    /// What the kernel counted since the last reading.
    pub(super) fn statistics(&self) -> io::Result<Statistics> {
        let mut counted = libc::tpacket_stats_v3 {
            tp_packets: 0,
            tp_drops: 0,
            tp_freeze_q_cnt: 0,
        };
        let mut length = length_of(&counted);
        // SAFETY: the kernel writes no more than `length` bytes of a struct that any bytes are valid for.
        check(unsafe {
            libc::getsockopt(
                self.0.socket.as_raw_fd(),
                libc::SOL_PACKET,
                libc::PACKET_STATISTICS,
                (&raw mut counted).cast(),
                &raw mut length,
            )
        })?;
        Ok(Statistics {
            packets: counted.tp_packets.into(),
            drops: counted.tp_drops.into(),
        })
    }
}

impl Gauge {
    /// Whether more than one block in `share` is waiting to be taken.
    pub(super) fn is_above(&self, share: usize) -> bool {
        let ring = &*self.0;
        let next = ring.next_block.load(Ordering::Acquire);
        ring.is_ready((next + ring.blocks / share) % ring.blocks)
    }
}

impl Ring {
    /// Whether the kernel has handed this block over.
    fn is_ready(&self, block: usize) -> bool {
        self.status(block).load(Ordering::Acquire) & libc::TP_STATUS_USER != 0
    }

    fn start_of(&self, block: usize) -> *const u8 {
        assert!(block < self.blocks, "the ring has no such block");
        // SAFETY: the map has `blocks` blocks.
        unsafe { self.map.as_ptr().add(block * BLOCK_BYTES) }
    }

    /// The word by which a block changes hands.
    #[expect(
        clippy::cast_ptr_alignment,
        reason = "blocks begin at pages, and the kernel aligns the word in them"
    )]
    fn status(&self, block: usize) -> &AtomicU32 {
        const STATUS: usize = offset_of!(libc::tpacket_block_desc, hdr)
            + offset_of!(libc::tpacket_hdr_v1, block_status);
        let status = self.start_of(block).wrapping_add(STATUS).cast::<u32>();
        // SAFETY: in the map, which lives as long as self, aligned (blocks are pages), and accessed as an atomic only.
        unsafe { AtomicU32::from_ptr(status.cast_mut()) }
    }
}

impl AsFd for RingReader {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.socket.as_fd()
    }
}

impl AsFd for Gauge {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.socket.as_fd()
    }
}

/// A block's bytes: a header, then frames, each with the offset of the next.
struct Block<'a> {
    bytes: &'a [u8],
}

impl<'a> Block<'a> {
    fn for_each(&self, each: &mut impl FnMut(RingFrame<'a>)) -> io::Result<()> {
        const HEADER: usize = offset_of!(libc::tpacket_block_desc, hdr);
        let frames = self.word(HEADER + offset_of!(libc::tpacket_hdr_v1, num_pkts))?;
        let mut at = self.word(HEADER + offset_of!(libc::tpacket_hdr_v1, offset_to_first_pkt))?;
        for _ in 0..frames {
            let (frame, next) = self.frame(at as usize)?;
            each(frame);
            at += next;
        }
        Ok(())
    }

    /// The frame whose header begins at `at`, and how far away the next one is.
    fn frame(&self, at: usize) -> io::Result<(RingFrame<'a>, u32)> {
        let word = |field: usize| self.word(at + field);
        let seconds = word(offset_of!(libc::tpacket3_hdr, tp_sec))?;
        let nanos = word(offset_of!(libc::tpacket3_hdr, tp_nsec))?;
        let mac = offset_of!(libc::tpacket3_hdr, tp_mac);
        let begins = at + usize::from(u16::from_ne_bytes(self.array(at + mac)?));
        let captured = word(offset_of!(libc::tpacket3_hdr, tp_snaplen))? as usize;
        let frame = RingFrame {
            timestamp: Timestamp::from_nanos(u64::from(seconds) * 1_000_000_000 + u64::from(nanos)),
            original_len: word(offset_of!(libc::tpacket3_hdr, tp_len))?,
            data: self
                .bytes
                .get(begins..begins + captured)
                .ok_or_else(inconsistent)?,
        };
        Ok((frame, word(offset_of!(libc::tpacket3_hdr, tp_next_offset))?))
    }

    fn word(&self, at: usize) -> io::Result<u32> {
        self.array(at).map(u32::from_ne_bytes)
    }

    fn array<const N: usize>(&self, at: usize) -> io::Result<[u8; N]> {
        self.bytes
            .get(at..at + N)
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(inconsistent)
    }
}

fn inconsistent() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "a block of the packet ring is inconsistent",
    )
}

fn set_option<T>(socket: &OwnedFd, option: libc::c_int, value: &T) -> io::Result<()> {
    // SAFETY: the kernel reads one T.
    check(unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_PACKET,
            option,
            (&raw const *value).cast(),
            length_of(value),
        )
    })
}

fn length_of<T>(value: &T) -> libc::socklen_t {
    libc::socklen_t::try_from(size_of_val(value)).expect("a socket option is short")
}

fn check(result: libc::c_int) -> io::Result<()> {
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
