//! Captures that the user names, on their way in: a file, standard input, or either while it is being written.

use std::fs;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::PathBuf;

use anyhow::{Context, anyhow};
use synfin_core::flow::{Connection, FlowTable, Milestone};
use synfin_core::pcap::{Reader, Tail};
use synfin_core::report::{CaptureRecord, SkippedRecord, TailRecord};
use synfin_core::wire::{Dissector, Packet, Segment};

use super::exit::Failure;
use super::output::Output;
use super::progress::Progress;
use crate::growing::{GrowingFile, Pipe};
use crate::store;

/// A capture's file, or standard input.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct CaptureArg {
    /// A capture: pcap or pcapng, as it is or compressed by gzip or zstd; `-` reads standard input.
    #[arg(value_name = "CAPTURE")]
    path: PathBuf,
}

/// A capture that is being read.
pub(super) struct Capture {
    reader: Reader<Box<dyn Read>>,
    name: String,
    progress: Progress,
    malformed_frames: u64,
    frames: u64,
}

impl From<PathBuf> for CaptureArg {
    fn from(path: PathBuf) -> Self {
        Self { path }
    }
}

impl CaptureArg {
    /// Its name in messages.
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn is_stdin(&self) -> bool {
        self.path.as_os_str() == "-"
    }

    /// Opens it, to be read to its end.
    pub(super) fn open(&self, progress: Progress) -> Result<Capture, Failure> {
        if self.is_stdin() {
            return self.read(Box::new(io::stdin().lock()), progress);
        }
        self.refuse_folder()?;
        let file = store::open(&self.path).map_err(Failure::usage)?;
        let size = fs::metadata(&self.path).map_or(0, |metadata| metadata.len());
        self.read(Box::new(file), progress.of_bytes(size))
    }

    /// Opens it, to be read on while it is written, until the process is asked to stop.
    pub(super) fn follow(&self, output: &Output) -> Result<Capture, Failure> {
        let quiet = Progress::none();
        if self.is_stdin() {
            let pipe = Pipe::stdin().map_err(Failure::internal)?;
            return self.read(Box::new(pipe), quiet);
        }
        self.refuse_folder()?;
        let (name, talker) = (self.name(), output.clone());
        let notice = move |notice| talker.talk(format_args!("synfin: {name}: {notice}"));
        let file = GrowingFile::open(&self.path, notice)
            .with_context(|| format!("read {}", self.name()))
            .map_err(Failure::Usage)?;
        self.read(Box::new(file), quiet)
    }

    fn read(&self, source: Box<dyn Read>, progress: Progress) -> Result<Capture, Failure> {
        let reader = Reader::new(source)
            .with_context(|| format!("read {}", self.name()))
            .map_err(Failure::Usage)?;
        Ok(Capture {
            reader,
            name: self.name(),
            progress,
            malformed_frames: 0,
            frames: 0,
        })
    }

    fn refuse_folder(&self) -> Result<(), Failure> {
        if !self.path.is_dir() {
            return Ok(());
        }
        let advice = "name a capture in it; a recording's folder is for synfin grade";
        Err(Failure::Usage(anyhow!(
            "{} is a folder: {advice}",
            self.name()
        )))
    }
}

impl Capture {
    /// Gives every TCP segment, in the order of frames, until `take` breaks; what it broke with is returned.
    pub(super) fn each_segment<B>(
        &mut self,
        mut take: impl FnMut(Milestone, &Segment<'_>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let mut dissector = Dissector::default();
        while let Some(frame) = self.reader.next_frame() {
            self.frames += 1;
            let at = Milestone {
                frame: frame.number,
                at: frame.timestamp,
            };
            match dissector.dissect(&frame) {
                Packet::Tcp(segment) => take(at, &segment)?,
                Packet::Malformed(_) => self.malformed_frames += 1,
                Packet::Udp { .. } | Packet::Other => {}
            }
            if self.progress.is_due(self.frames) {
                self.progress.show(self.reader.bytes_read());
            }
        }
        ControlFlow::Continue(())
    }

    /// Gives every connection when it is over, and at the end those that are not, until `take` breaks.
    pub(super) fn each_connection<B>(
        &mut self,
        mut take: impl FnMut(&Connection) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let mut flows = FlowTable::default();
        self.each_segment(|at, segment| {
            flows.push(at, segment);
            while let Some(connection) = flows.take_finished() {
                take(&connection)?;
            }
            ControlFlow::Continue(())
        })?;
        flows.finish().iter().try_for_each(take)
    }

    /// What there is to say of the capture itself, once it was read.
    pub(super) fn record(&self, connections: u64) -> CaptureRecord {
        let skipped = self.reader.skipped().iter();
        CaptureRecord {
            file: self.name.clone(),
            frames: self.frames,
            connections,
            malformed_frames: self.malformed_frames,
            tail: match self.reader.tail() {
                Tail::Whole => TailRecord::Whole,
                Tail::Truncated { offset, reason, .. } => TailRecord::Truncated {
                    offset: *offset,
                    reason: reason.to_string(),
                },
            },
            skipped: skipped
                .map(|skipped| SkippedRecord {
                    offset: skipped.offset,
                    bytes: skipped.bytes,
                    reason: skipped.reason.to_string(),
                })
                .collect(),
            skipped_count: self.reader.skipped_count(),
        }
    }

    /// Takes the progress off the terminal.
    pub(super) fn end_progress(&self) {
        self.progress.clear();
    }

    /// Says what of the capture could not be read, once the rest was.
    pub(super) fn tell_damage(&self, output: &Output) {
        self.progress.clear();
        let name = &self.name;
        for skipped in self.reader.skipped() {
            output.talk(format_args!(
                "synfin: {name}: skipped {} bytes at offset {}: {}",
                skipped.bytes, skipped.offset, skipped.reason
            ));
        }
        let untold = self
            .reader
            .skipped_count()
            .saturating_sub(self.reader.skipped().len() as u64);
        if untold > 0 {
            output.talk(format_args!("synfin: {name}: skipped {untold} more places"));
        }
        match self.reader.tail() {
            Tail::Whole => {}
            Tail::Truncated {
                frames,
                offset,
                reason,
            } => output.talk(format_args!(
                "synfin: {name} is cut off after {frames} frames, at offset {offset}: {reason}"
            )),
        }
    }
}
