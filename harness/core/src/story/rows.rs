//! The rows of a connection, as many as a person can read.

use std::ops::Deref;

use super::fold;
use super::row::{Anomaly, Control, Row};
use crate::flow::Side;
use crate::pcap::FrameNumber;

/// The first and the last rows of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    kept: Vec<Row>,
    most: usize,
    left_out: Option<LeftOut>,
}

/// What stands between the first rows and the last, and is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// It stands before this row.
    pub before: usize,
    /// How many rows.
    pub rows: u64,
    /// How many frames in them.
    pub frames: u64,
    /// The first of those.
    pub first: FrameNumber,
    /// The first frame of the last of those rows.
    pub last: FrameNumber,
}

impl Rows {
    pub(super) fn at_most(most: usize) -> Self {
        Self {
            most: most.max(2),
            ..Self::default()
        }
    }

    /// Adds a row, folding it with those before if they are one long run.
    pub(super) fn push(&mut self, row: Row) {
        fold::push(&mut self.kept, row);
        if self.kept.len() >= 2 * self.most {
            self.leave_out();
        }
    }

    /// Marks the last RST of a side, and gives its frame, if its row is kept.
    pub(super) fn mark_last_reset(&mut self, from: Side, anomaly: Anomaly) -> Option<FrameNumber> {
        let is_reset = |row: &&mut Row| row.control == Control::Rst && row.from == from;
        let row = self.kept.iter_mut().rev().find(is_reset)?;
        row.anomalies.push(anomaly);
        Some(row.at.frame)
    }

    /// Counts a side's offsets from an earlier begin.
    pub(super) fn begin_earlier(&mut self, from: Side, bytes: u64) {
        let theirs = |row: &&mut Row| row.from == from && !row.offsets.is_empty();
        for row in self.kept.iter_mut().filter(theirs) {
            row.offsets = row.offsets.start + bytes..row.offsets.end + bytes;
        }
    }

    /// No more than were asked for.
    pub(super) fn bounded(mut self) -> Self {
        if self.kept.len() > self.most {
            self.leave_out();
        }
        self
    }

    /// What stands between the first rows and the last, if anything was left out.
    pub fn left_out(&self) -> Option<LeftOut> {
        self.left_out
    }

    /// Leaves out what stands between the first half of those asked for and the last half.
    fn leave_out(&mut self) {
        let before = self.most / 2;
        let after = self.kept.len() - (self.most - before);
        let dropped: Vec<Row> = self.kept.drain(before..after).collect();
        let (Some(first), Some(last)) = (dropped.first(), dropped.last()) else {
            return;
        };
        let frames: u64 = dropped.iter().map(|row| row.frames).sum();
        let earlier = self.left_out;
        self.left_out = Some(LeftOut {
            before,
            rows: earlier.map_or(0, |left| left.rows) + dropped.len() as u64,
            frames: earlier.map_or(0, |left| left.frames) + frames,
            first: earlier.map_or(first.at.frame, |left| left.first),
            last: last.at.frame,
        });
    }
}

impl Deref for Rows {
    type Target = [Row];

    fn deref(&self) -> &[Row] {
        &self.kept
    }
}
