//! Sentinels: datagrams that prove the capture whole up to them. `lo` hands frames over in order, one queue a processor, so one
//! datagram is sent from each: when all were seen in the ring, nothing that was sent before is still on its way.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::net::SendFlags;
use rustix::thread::CpuSet;
use synfin_core::manifest::{Sentinel, SentinelPlace};
use synfin_core::pcap::FrameNumber;
use tokio::sync::{oneshot, watch};

/// How many random bytes make a sentinel unlike any other datagram.
const RANDOM_BYTES: usize = 16;

/// What whoever reads the capture finds behind them.
const LABEL: &[u8] = b"synfin sentinel";

/// The sentinels of a capture, sent and awaited, shared with the ring's reader, who marks those it sees.
#[derive(Clone, Debug)]
pub(super) struct Sentinels(watch::Sender<Vec<Sent>>);

/// One sentinel.
#[derive(Clone, Debug)]
struct Sent {
    place: SentinelPlace,
    cpu: usize,
    payload: Vec<u8>,
    frame: Option<FrameNumber>,
}

impl Sentinels {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(Vec::new()))
    }

    /// Marks the sentinel that has this payload as seen; tells whether there is one.
    pub(super) fn see(&self, payload: &[u8], number: FrameNumber) -> bool {
        payload.ends_with(LABEL)
            && self.0.send_if_modified(|sent| {
                let seen = sent.iter_mut().find(|sent| sent.payload == payload);
                seen.map(|sent| sent.frame = Some(number)).is_some()
            })
    }

    /// Sends one sentinel from every processor and waits until all were seen; tells whether they were.
    pub(super) async fn pass(
        &self,
        place: SentinelPlace,
        sender: &OwnedFd,
        within: Duration,
    ) -> io::Result<bool> {
        let mut set = Vec::new();
        for cpu in processors()? {
            let payload = [&random()?, LABEL].concat();
            set.push(Sent {
                place,
                cpu,
                payload,
                frame: None,
            });
        }
        // Known before they are sent: the reader must not see one that it does not expect.
        self.0.send_modify(|sent| sent.extend(set.iter().cloned()));
        send_from_every_processor(sender.try_clone()?, set).await?;
        let all_seen = |sent: &Vec<Sent>| {
            sent.iter()
                .filter(|sent| sent.place == place)
                .all(|sent| sent.frame.is_some())
        };
        let mut follower = self.0.subscribe();
        let waited = tokio::time::timeout(within, follower.wait_for(all_seen)).await;
        Ok(waited.is_ok())
    }

    /// All of them, as manifests have them.
    pub(super) fn records(&self) -> Vec<Sentinel> {
        let record = |sent: &Sent| Sentinel {
            place: sent.place,
            cpu: u32::try_from(sent.cpu).unwrap_or(u32::MAX),
            token: hexadecimal(&sent.payload),
            frame: sent.frame.map(|number| number.0),
        };
        self.0.borrow().iter().map(record).collect()
    }
}

/// The processors that this process, and so every program it starts, may run on.
fn processors() -> io::Result<Vec<usize>> {
    let allowed = rustix::thread::sched_getaffinity(None)?;
    Ok((0..CpuSet::MAX_CPU)
        .filter(|cpu| allowed.is_set(*cpu))
        .collect())
}

/// From a thread of its own, whose processor nobody else minds.
async fn send_from_every_processor(sender: OwnedFd, set: Vec<Sent>) -> io::Result<()> {
    let (done, result) = oneshot::channel();
    std::thread::Builder::new()
        .name("synfin-sentinel".to_owned())
        .spawn(move || {
            // Nobody waits any more if the recording was given up.
            let _ = done.send(set.iter().try_for_each(|sent| send_from(sent, &sender)));
        })?;
    result
        .await
        .unwrap_or_else(|_| Err(io::Error::other("the sending thread panicked")))
}

fn send_from(sent: &Sent, sender: &OwnedFd) -> io::Result<()> {
    let mut only = CpuSet::new();
    only.set(sent.cpu);
    rustix::thread::sched_setaffinity(None, &only)?;
    rustix::net::send(sender, &sent.payload, SendFlags::empty())?;
    Ok(())
}

fn random() -> io::Result<[u8; RANDOM_BYTES]> {
    let mut bytes = [0; RANDOM_BYTES];
    rustix::rand::getrandom(bytes.as_mut_slice(), rustix::rand::GetRandomFlags::empty())?;
    Ok(bytes)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
