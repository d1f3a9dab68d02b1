//! One recording in the report: its capture's health and its connections.

use super::connection;
use crate::observation::{Observation, Wholeness};
use crate::report::{CaptureSummary, RecordingReport};
use crate::text::counted;
use crate::time::Span;

/// What a capture file showed.
pub(super) struct Recording {
    /// The file's name in the run's folder.
    pub(super) file: String,
    /// What it showed.
    pub(super) observation: Observation,
}

/// The report of one recording.
pub(super) fn report(recording: &Recording, scenario: &str) -> RecordingReport {
    let Recording { file, observation } = recording;
    RecordingReport {
        scenario: scenario.to_owned(),
        capture: summary(observation, file),
        connections: observation
            .connections
            .iter()
            .map(|connection| connection::row(observation, connection))
            .collect(),
    }
}

fn summary(observation: &Observation, file: &str) -> CaptureSummary {
    let health = &observation.health;
    CaptureSummary {
        file: file.to_owned(),
        frames: health.frames,
        dropped: health.dropped,
        whole: match health.wholeness() {
            Wholeness::Proven => true,
            Wholeness::Uncontradicted | Wholeness::Broken => false,
        },
        notes: notes(observation),
    }
}

fn notes(observation: &Observation) -> Vec<String> {
    let health = &observation.health;
    let mut notes: Vec<_> = health.problems.iter().map(ToString::to_string).collect();
    if health.wholeness() == Wholeness::Uncontradicted {
        notes.push(health.summary());
    }
    if !health.sentinels.is_empty() {
        let frames: Vec<_> = health.sentinels.iter().map(ToString::to_string).collect();
        notes.push(format!(
            "frames {} are synfin's own sentinels",
            frames.join(", ")
        ));
    }
    notes.extend(pauses(observation));
    notes
}

fn pauses(observation: &Observation) -> Option<String> {
    let pauses = &observation.recorded()?.capture.pauses;
    let total: u64 = pauses.iter().fold(0, |total, (from, to)| {
        total.saturating_add(to.saturating_sub(*from))
    });
    (!pauses.is_empty()).then(|| {
        let times = counted(pauses.len() as u64, "time");
        let span = Span::from_nanos(total);
        format!("the programs were paused {times}, {span} in all, while the capture was drained")
    })
}
