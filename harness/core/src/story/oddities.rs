//! What is odd about a connection as a whole.

use super::row::Anomaly;
use crate::pcap::FrameNumber;

/// The anomalies of a connection, in the order in which they were first seen. It knows them all, however few rows are
/// kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Oddities {
    seen: Vec<Occurrence>,
}

/// An anomaly: where it was first seen, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// What.
    pub anomaly: Anomaly,
    /// The first frame that shows it.
    pub first: FrameNumber,
    /// How many frames do.
    pub frames: u64,
}

impl Oddities {
    pub(super) fn add(&mut self, anomalies: &[Anomaly], frame: FrameNumber) {
        for &anomaly in anomalies {
            let known = self.seen.iter_mut().find(|known| known.anomaly == anomaly);
            match known {
                Some(known) => known.frames += 1,
                None => self.seen.push(Occurrence {
                    anomaly,
                    first: frame,
                    frames: 1,
                }),
            }
        }
    }

    /// Where and how often an anomaly was seen, if it was.
    pub fn of(&self, anomaly: Anomaly) -> Option<Occurrence> {
        self.seen
            .iter()
            .find(|seen| seen.anomaly == anomaly)
            .copied()
    }

    /// All of them, in the order in which they were first seen.
    pub fn iter(&self) -> impl Iterator<Item = &Occurrence> {
        self.seen.iter()
    }
}
