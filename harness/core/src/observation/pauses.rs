//! Spans in which we held the programs, so that the capture stayed whole: no time is graded across one.

use super::Observation;
use crate::time::Timestamp;

impl Observation {
    /// Whether the programs were paused at that time.
    pub fn is_paused_at(&self, time: Timestamp) -> bool {
        self.is_paused_within(time, time)
    }

    /// Whether the programs were paused at any time from `from` to `to`.
    pub fn is_paused_within(&self, from: Timestamp, to: Timestamp) -> bool {
        self.recorded().is_some_and(|recorded| {
            let mut pauses = recorded.capture.pauses.iter();
            pauses.any(|&(began, ended)| began <= to.as_nanos() && from.as_nanos() <= ended)
        })
    }
}
