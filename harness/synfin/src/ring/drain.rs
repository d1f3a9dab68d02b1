//! The thread that empties the ring: the only one that numbers frames, writes the capture, and reads the kernel's counters.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;

use rustix::event::Timespec;
use synfin_core::pcap::{Frame, FrameNumber, LinkType, Writer};
use synfin_core::time::Timestamp;
use synfin_core::wire::{Dissector, Packet, Segment};
use tokio::sync::mpsc::UnboundedSender;

use super::memory::{RingFrame, RingReader};
use super::pacer::{Pacer, wait};
use super::sentinel::Sentinels;

/// `lo` pretends to be an Ethernet.
const LINK_TYPE: LinkType = LinkType::Ethernet;

/// The most that the options of a TCP header can be, bytes (RFC 9293, 3.1).
const MAX_OPTIONS_BYTES: usize = 40;

/// One frame as the drive sees it, while the file is being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveFrame {
    /// Its place in the capture.
    pub number: FrameNumber,
    /// When it was captured.
    pub timestamp: Timestamp,
    /// Its TCP segment, if it is one, without options and payload.
    segment: Option<Segment<'static>>,
    options: [u8; MAX_OPTIONS_BYTES],
    options_len: usize,
}

impl LiveFrame {
    /// Its TCP segment, if it is one, without payload bytes; `payload_len` is true.
    pub fn segment(&self) -> Option<Segment<'_>> {
        Some(Segment {
            options: &self.options[..self.options_len],
            ..self.segment?
        })
    }
}

/// What the drain does with frames.
pub(super) struct Outlets {
    pub(super) file: File,
    pub(super) live: UnboundedSender<Vec<LiveFrame>>,
    pub(super) sentinels: Sentinels,
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
pub(super) fn drain(
    reader: &mut RingReader,
    pacer: &Pacer,
    outlets: Outlets,
    stop: &OwnedFd,
) -> io::Result<Tally> {
    let drain = Drain {
        reader,
        pacer,
        tally: Tally::default(),
        writer: Writer::new(outlets.file, LINK_TYPE)?,
        written: Ok(()),
        live: outlets.live,
        dissector: Dissector::without_tunnels(),
        sentinels: outlets.sentinels,
    };
    let drained = drain.run(stop);
    // Whatever happened, nobody stays paused.
    let pauses = pacer.finish()?;
    drained.map(|tally| Tally { pauses, ..tally })
}

struct Drain<'a> {
    reader: &'a mut RingReader,
    pacer: &'a Pacer,
    tally: Tally,
    writer: Writer<File>,
    /// A file that cannot be written ends the capture only when it is asked to stop: the drive needs the frames until then.
    written: io::Result<()>,
    live: UnboundedSender<Vec<LiveFrame>>,
    dissector: Dissector,
    sentinels: Sentinels,
}

impl Drain<'_> {
    fn run(mut self, stop: &OwnedFd) -> io::Result<Tally> {
        let at_once = Timespec::default();
        while !wait(&[stop], Some(&at_once))? {
            wait(&[&*self.reader, stop], None)?;
            self.empty()?;
        }
        self.empty()?;
        self.written?;
        self.tally.dropped = self.reader.statistics()?.drops;
        self.writer.finish()?;
        Ok(self.tally)
    }

    /// Takes every block that is ready.
    fn empty(&mut self) -> io::Result<()> {
        while self.take_block()? {
            self.pacer.resume_if_empty()?;
        }
        Ok(())
    }

    fn take_block(&mut self) -> io::Result<bool> {
        let (tally, writer, written) = (&mut self.tally, &mut self.writer, &mut self.written);
        let dissector = &mut self.dissector;
        let mut batch = Vec::new();
        let taken = self.reader.take_block(|frame| {
            tally.frames += 1;
            tally.cut += u64::from(frame.data.len() as u64 != u64::from(frame.original_len));
            if written.is_ok() {
                *written = writer.write(frame.timestamp, frame.original_len, frame.data);
            }
            let frame = numbered(tally.frames, frame);
            let packet = dissector.dissect(&frame);
            batch.push(live_frame(&frame, packet, &self.sentinels));
        })?;
        if taken {
            // Without a drive, nobody listens.
            let _ = self.live.send(batch);
        }
        Ok(taken)
    }
}

fn numbered(number: u64, frame: RingFrame<'_>) -> Frame<'_> {
    Frame {
        number: FrameNumber(number),
        timestamp: frame.timestamp,
        original_len: frame.original_len,
        link_type: LINK_TYPE,
        data: frame.data,
    }
}

fn live_frame(frame: &Frame<'_>, packet: Packet<'_>, sentinels: &Sentinels) -> LiveFrame {
    let mut options = [0; MAX_OPTIONS_BYTES];
    let mut options_len = 0;
    let segment = match packet {
        Packet::Tcp(segment) => {
            options_len = segment.options.len().min(MAX_OPTIONS_BYTES);
            options[..options_len].copy_from_slice(&segment.options[..options_len]);
            Some(without_bytes(segment))
        }
        Packet::Udp { payload } => {
            sentinels.see(payload, frame.number);
            None
        }
        Packet::Other | Packet::Malformed(_) => None,
    };
    LiveFrame {
        number: frame.number,
        timestamp: frame.timestamp,
        segment,
        options,
        options_len,
    }
}

fn without_bytes(segment: Segment<'_>) -> Segment<'static> {
    let Segment {
        network,
        ip_id,
        source,
        destination,
        seq,
        ack,
        flags,
        window,
        options: _,
        payload_len,
        payload: _,
    } = segment;
    Segment {
        network,
        ip_id,
        source,
        destination,
        seq,
        ack,
        flags,
        window,
        options: &[],
        payload_len,
        payload: &[],
    }
}
