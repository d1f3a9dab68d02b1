//! A capture, from armed to closed.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use rustix::event::EventfdFlags;
use synfin_core::manifest::{Sentinel, SentinelPlace};
use tokio::sync::{mpsc, oneshot};

use super::drain::{LiveFrame, Outlets, Tally, drain};
use super::memory::{self, RingReader};
use super::pacer::Pacer;
use super::sentinel::Sentinels;
use crate::sandbox::{Brake, Sandbox, SandboxError};

/// How to capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Size of the ring, MiB.
    pub ring_mib: u32,
    /// How long a sentinel may take from its sending until it is seen.
    pub sentinel_within: Duration,
}

impl Default for Config {
    /// 64 MiB hold a bulk transfer at full speed while programs run at nice 19.
    fn default() -> Self {
        Self {
            ring_mib: 64,
            sentinel_within: Duration::from_secs(10),
        }
    }
}

/// Why a capture failed.
#[derive(Debug, thiserror::Error)]
pub enum RingError {
    /// A socket of the scenario could not be had.
    #[error("get a socket of the scenario: {0}")]
    Sandbox(#[from] SandboxError),
    /// The kernel refused the ring.
    #[error("set up a packet ring of {ring_mib} MiB: {source}")]
    SetUp {
        /// The size asked for.
        ring_mib: u32,
        /// Why.
        source: io::Error,
    },
    /// Sentinels could not be sent.
    #[error("send sentinels: {0}")]
    Send(#[source] io::Error),
    /// The first sentinels never came.
    #[error("see the first sentinels in the capture in time")]
    NotArmed,
    /// The ring could not be read, or the file not written.
    #[error("write the capture: {0}")]
    Drain(#[source] io::Error),
}

/// A running capture. Dropping it ends it without a result.
#[derive(Debug)]
pub struct Capture {
    config: Config,
    sentinels: Sentinels,
    sender: OwnedFd,
    /// Bound as long as sentinels may come: else the kernel answers them with ICMP errors.
    _sink: OwnedFd,
    stop: Stop,
    result: oneshot::Receiver<io::Result<Tally>>,
}

/// What a closed capture is known to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// Frames in the file, sentinels included.
    pub frames: u64,
    /// Frames that the kernel dropped.
    pub dropped: u64,
    /// Frames that are not whole in the file.
    pub cut: u64,
    /// The sentinels sent; those that were not seen have no frame.
    pub sentinels: Vec<Sentinel>,
    /// Spans in which the programs were paused because the ring filled: from, to, nanoseconds since the epoch.
    pub pauses: Vec<(u64, u64)>,
}

impl Capture {
    /// Starts to capture the scenario's `lo` into `file`; returns when the first sentinels were seen. Frames are sent to
    /// the receiver, too, a block at a time.
    pub async fn arm(
        sandbox: &Sandbox,
        file: File,
        config: Config,
    ) -> Result<(Self, mpsc::UnboundedReceiver<Vec<LiveFrame>>), RingError> {
        let [socket, sender, sink] = sandbox.wire_sockets().await?;
        let ring = set_up(socket, config.ring_mib).await?;
        let (live, frames) = mpsc::unbounded_channel();
        let sentinels = Sentinels::new();
        let outlets = Outlets {
            file,
            live,
            sentinels: sentinels.clone(),
        };
        let brake = sandbox.brake().map_err(RingError::Drain)?;
        let stop = Stop::new().map_err(RingError::Drain)?;
        let result = start_drain(ring, brake, outlets, &stop).map_err(RingError::Drain)?;
        let capture = Self {
            config,
            sentinels,
            sender,
            _sink: sink,
            stop,
            result,
        };
        if !capture.pass_sentinels(SentinelPlace::First).await? {
            return Err(RingError::NotArmed);
        }
        Ok((capture, frames))
    }

    /// Sends the last sentinels, waits until they were seen, and ends the capture.
    pub async fn close(self) -> Result<Captured, RingError> {
        self.pass_sentinels(SentinelPlace::Last).await?;
        let Self {
            sentinels,
            stop,
            result,
            ..
        } = self;
        drop(stop);
        let tally = result
            .await
            .unwrap_or_else(|_| Err(io::Error::other("the drain panicked")))
            .map_err(RingError::Drain)?;
        let nanos = |(from, to): &(_, _)| timestamps(*from, *to);
        Ok(Captured {
            frames: tally.frames,
            dropped: tally.dropped,
            cut: tally.cut,
            sentinels: sentinels.records(),
            pauses: tally.pauses.iter().map(nanos).collect(),
        })
    }

    async fn pass_sentinels(&self, place: SentinelPlace) -> Result<bool, RingError> {
        self.sentinels
            .pass(place, &self.sender, self.config.sentinel_within)
            .await
            .map_err(RingError::Send)
    }
}

fn timestamps(from: synfin_core::time::Timestamp, to: synfin_core::time::Timestamp) -> (u64, u64) {
    (from.as_nanos(), to.as_nanos())
}

/// Zeroing the ring's memory and the kernel's own waiting take some 20 ms: not on a thread that others wait for.
async fn set_up(socket: OwnedFd, ring_mib: u32) -> Result<RingReader, RingError> {
    tokio::task::spawn_blocking(move || memory::set_up(socket, ring_mib))
        .await
        .unwrap_or_else(|_| Err(io::Error::other("the thread panicked")))
        .map_err(|source| RingError::SetUp { ring_mib, source })
}

/// Starts the two threads of a capture. The drain's outlives its result by the ring's end, which waits some 30 ms for the
/// kernel.
fn start_drain(
    mut reader: RingReader,
    brake: Brake,
    outlets: Outlets,
    stop: &Stop,
) -> io::Result<oneshot::Receiver<io::Result<Tally>>> {
    let pacer = Arc::new(Pacer::new(reader.gauge(), brake));
    let (watcher, stopped) = (Arc::clone(&pacer), stop.0.try_clone()?);
    // Without its watch, the ring may overflow, which is seen and told.
    start_thread("synfin-pacer", move || drop(watcher.watch(&stopped)))?;
    let stopped = stop.0.try_clone()?;
    let (done, result) = oneshot::channel();
    start_thread("synfin-ring", move || {
        let tally = drain(&mut reader, &pacer, outlets, &stopped);
        // Nobody waits if the capture was dropped.
        let _ = done.send(tally);
    })?;
    Ok(result)
}

fn start_thread(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let thread = std::thread::Builder::new().name(name.to_owned());
    thread.spawn(work).map(drop)
}

/// Tells both threads to stop when it is dropped.
#[derive(Debug)]
struct Stop(OwnedFd);

impl Stop {
    fn new() -> io::Result<Self> {
        Ok(Self(rustix::event::eventfd(0, EventfdFlags::CLOEXEC)?))
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        // An event counter takes a first 1 always.
        let _ = rustix::io::write(&self.0, &1_u64.to_ne_bytes());
    }
}
