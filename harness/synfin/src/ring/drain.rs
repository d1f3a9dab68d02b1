//! The thread that empties the ring: the only one that numbers frames, writes the capture, and reads the kernel's counters.

use std::fs::File;
use std::io;
use std::mem;
use std::os::fd::OwnedFd;

use rustix::event::{PollFd, PollFlags, poll};
use synfin_core::pcap::{FrameNumber, LinkType, Writer};
use synfin_core::time::Timestamp;
use synfin_core::wire::{self, Packet, Segment};
use tokio::sync::mpsc::UnboundedSender;

use super::memory::{Ring, RingFrame};
use super::sentinel::Sentinels;
use crate::clock;
use crate::sandbox::Brake;

/// `lo` pretends to be an Ethernet.
const LINK_TYPE: LinkType = LinkType::Ethernet;

/// Programs are paused when one block in so many is waiting to be drained,
const PAUSE_ABOVE: usize = 4;
/// and go on when no more than one in so many is.
const RESUME_BELOW: usize = 20;

/// One frame as the drive sees it, while the file is being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveFrame {
    /// Its place in the capture.
    pub number: FrameNumber,
    /// When it was captured.
    pub timestamp: Timestamp,
    /// Its TCP segment, if it is one, without payload bytes; `payload_len` is true.
    pub segment: Option<Segment<'static>>,
}

/// What the drain does with frames.
pub(super) struct Outlets {
    pub(super) file: File,
    pub(super) live: UnboundedSender<Vec<LiveFrame>>,
    pub(super) sentinels: Sentinels,
    pub(super) brake: Brake,
}

/// What the drain counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) frames: u64,
    pub(super) dropped: u64,
    pub(super) cut: u64,
    pub(super) pauses: Vec<(Timestamp, Timestamp)>,
}

/// Empties the ring until `stop` can be read. Everything that came before the sentinels seen last is in the file then.
/// The ring is given back, for its end waits some 30 ms for the kernel.
pub(super) fn drain(ring: Ring, outlets: Outlets, stop: &OwnedFd) -> (Ring, io::Result<Tally>) {
    let mut drain = Drain {
        ring,
        next_block: 0,
        paused_at: None,
        tally: Tally::default(),
        live: outlets.live,
        sentinels: outlets.sentinels,
        brake: outlets.brake,
    };
    let result = Writer::new(outlets.file, LINK_TYPE).and_then(|writer| drain.run(writer, stop));
    let Drain { ring, tally, .. } = drain;
    (ring, result.map(|()| tally))
}

struct Drain {
    ring: Ring,
    next_block: usize,
    paused_at: Option<Timestamp>,
    tally: Tally,
    live: UnboundedSender<Vec<LiveFrame>>,
    sentinels: Sentinels,
    brake: Brake,
}

impl Drain {
    /// A file that cannot be written ends the capture only when it is asked to stop: the drive needs the frames until then.
    fn run(&mut self, mut writer: Writer<File>, stop: &OwnedFd) -> io::Result<()> {
        let mut written = Ok(());
        while !self.wait(stop)? {
            self.empty(&mut writer, &mut written)?;
        }
        self.empty(&mut writer, &mut written)?;
        self.resume()?;
        written?;
        self.tally.dropped = self.ring.statistics()?.drops;
        writer.finish().map(drop)
    }

    /// Waits for a block or for the word to stop; tells whether it was the latter.
    fn wait(&self, stop: &OwnedFd) -> io::Result<bool> {
        let mut ready = [
            PollFd::new(&self.ring, PollFlags::IN),
            PollFd::new(stop, PollFlags::IN),
        ];
        match poll(&mut ready, None) {
            Err(rustix::io::Errno::INTR) => Ok(false),
            polled => {
                polled?;
                Ok(!ready[1].revents().is_empty())
            }
        }
    }

    /// Takes every block that is ready.
    fn empty(&mut self, writer: &mut Writer<File>, written: &mut io::Result<()>) -> io::Result<()> {
        while self.ring.is_ready(self.next_block) {
            self.brake_or_resume()?;
            self.take_block(writer, written)?;
        }
        self.brake_or_resume()
    }

    fn take_block(
        &mut self,
        writer: &mut Writer<File>,
        written: &mut io::Result<()>,
    ) -> io::Result<()> {
        let (tally, sentinels) = (&mut self.tally, &self.sentinels);
        let mut batch = Vec::new();
        self.ring.take(self.next_block, |frame| {
            tally.frames += 1;
            tally.cut += u64::from(frame.data.len() as u64 != u64::from(frame.original_len));
            let RingFrame {
                timestamp,
                original_len,
                data,
            } = frame;
            if written.is_ok() {
                *written = writer.write(timestamp, original_len, data);
            }
            batch.push(live_frame(FrameNumber(tally.frames), frame, sentinels));
        })?;
        self.next_block = (self.next_block + 1) % self.ring.blocks();
        // Without a drive, nobody listens.
        let _ = self.live.send(batch);
        Ok(())
    }

    fn brake_or_resume(&mut self) -> io::Result<()> {
        match self.paused_at {
            None if self.waiting_above(PAUSE_ABOVE) => {
                self.brake.pause()?;
                self.paused_at = Some(clock::now());
                Ok(())
            }
            Some(_) if !self.waiting_above(RESUME_BELOW) => self.resume(),
            None | Some(_) => Ok(()),
        }
    }

    /// Whether more than one block in `share` is waiting: the kernel hands them over in order.
    fn waiting_above(&self, share: usize) -> bool {
        let blocks = self.ring.blocks();
        self.ring
            .is_ready((self.next_block + blocks / share) % blocks)
    }

    fn resume(&mut self) -> io::Result<()> {
        if let Some(from) = mem::take(&mut self.paused_at) {
            self.brake.resume()?;
            self.tally.pauses.push((from, clock::now()));
        }
        Ok(())
    }
}

fn live_frame(number: FrameNumber, frame: RingFrame<'_>, sentinels: &Sentinels) -> LiveFrame {
    let segment = match wire::parse(LINK_TYPE, frame.original_len, frame.data) {
        Packet::Tcp(segment) => Some(without_payload(segment)),
        Packet::Udp { payload } => {
            sentinels.see(payload, number);
            None
        }
        Packet::Other | Packet::Malformed(_) => None,
    };
    LiveFrame {
        number,
        timestamp: frame.timestamp,
        segment,
    }
}

fn without_payload(segment: Segment<'_>) -> Segment<'static> {
    let Segment {
        source,
        destination,
        seq,
        ack,
        flags,
        window,
        payload_len,
        payload: _,
    } = segment;
    Segment {
        source,
        destination,
        seq,
        ack,
        flags,
        window,
        payload_len,
        payload: &[],
    }
}
