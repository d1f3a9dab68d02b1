//! The repetitions of one scenario: which recordings count, and what a check's verdicts on them come to together.

use std::collections::BTreeMap;

use super::recording::Recording;
use super::scenario::{self, Judged};
use super::{RecordingInput, aggregate};
use crate::baseline::{WireStory, part, wire_story};
use crate::checks::Bound;
use crate::manifest::ScenarioEntry;
use crate::report::{Repetitions, ResultName};

/// One repetition, judged: what is kept of it when its capture is dropped.
pub(super) struct Repetition {
    file: String,
    story: WireStory,
    /// By the calls on the scenario, in their order.
    judged: Vec<Judged>,
}

impl Repetition {
    /// Judges a recording by all calls on its scenario.
    pub(super) fn of(recording: &Recording, calls: &[&Bound]) -> Self {
        Self {
            file: recording.file.clone(),
            story: wire_story(&recording.observation),
            judged: calls
                .iter()
                .map(|bound| scenario::judge(bound, recording))
                .collect(),
        }
    }
}

/// The stems of the recordings that count: of each repetition the last attempt.
pub(super) fn counted<'a>(recordings: &[&'a RecordingInput<'_>]) -> Vec<&'a str> {
    let last: BTreeMap<u32, &str> = recordings
        .iter()
        .map(|recording| (recording.manifest.repetition, recording.stem.as_str()))
        .collect();
    last.into_values().collect()
}

/// What the call in this column says of the scenario.
pub(super) fn together(
    bound: &Bound,
    column: usize,
    repetitions: &[Repetition],
    entry: &ScenarioEntry,
) -> Judged {
    let of_call = |repetition: &Repetition| repetition.judged[column].clone();
    let mut judged: Vec<Judged> = repetitions.iter().map(of_call).collect();
    if judged.is_empty() || entry.not_recorded.is_some() {
        judged.push(scenario::not_recorded(bound, entry.not_recorded.as_ref()));
    }
    match judged.len() {
        1 => judged.remove(0),
        _ => aggregated(judged, repetitions),
    }
}

/// The judgement to show of several, with what all of them came to.
fn aggregated(mut judged: Vec<Judged>, repetitions: &[Repetition]) -> Judged {
    let results: Vec<_> = judged.iter().map(|judged| judged.report.result).collect();
    let result = aggregate::of_repetitions(&results);
    let counts = Repetitions {
        passed: count(&results, ResultName::Pass),
        failed: count(&results, ResultName::Fail),
        undecided: undecided(&judged),
        parting: parting(&judged, repetitions),
    };
    let (shown, label) = match result {
        ResultName::Flaky => (ResultName::Fail, "; failing: "),
        ResultName::Fail | ResultName::Inconclusive | ResultName::Skipped | ResultName::Pass => {
            (result, ": ")
        }
    };
    let mut chosen = judged.swap_remove(last(&judged, shown).unwrap_or_default());
    if result != ResultName::Skipped {
        chosen.report.saw = format!("{}{label}{}", rate(&counts), chosen.report.saw);
        chosen.report.repetitions = Some(counts);
    }
    chosen.report.result = result;
    chosen
}

fn count(results: &[ResultName], which: ResultName) -> u32 {
    let count = results.iter().filter(|result| **result == which).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The captures that decided nothing, or that there is none.
fn undecided(judged: &[Judged]) -> Vec<String> {
    judged
        .iter()
        .filter(|judged| judged.report.result == ResultName::Inconclusive)
        .map(|judged| match &judged.capture {
            Some(file) => file.clone(),
            None => "what was not recorded".to_owned(),
        })
        .collect()
}

/// `3 of 4 passed, five-at-once.2.pcap undecided`: what is undecided is counted as neither. `none decided` is no rate.
fn rate(counts: &Repetitions) -> String {
    let decided = counts.passed.saturating_add(counts.failed);
    let rate = match decided {
        0 => "none decided".to_owned(),
        decided => format!("{} of {decided} passed", counts.passed),
    };
    match counts.undecided.as_slice() {
        [] => rate,
        undecided => format!("{rate}, {} undecided", undecided.join(", ")),
    }
}

/// The last of these results: the one that is shown.
fn last(judged: &[Judged], which: ResultName) -> Option<usize> {
    judged
        .iter()
        .rposition(|judged| judged.report.result == which)
}

/// Where one that passed and the one that is shown for those that failed part on the wire, for the clients that it is about.
fn parting(judged: &[Judged], repetitions: &[Repetition]) -> Option<String> {
    let index = last(judged, ResultName::Fail)?;
    let failing = repetitions.get(index)?;
    let passing = repetitions.get(last(judged, ResultName::Pass)?)?;
    Some(
        match part(&passing.story, &failing.story, &judged[index].clients) {
            Some(parting) => parting.words(&passing.file, &failing.file),
            None => format!(
                "the wire tells the same of {} and {}",
                passing.file, failing.file
            ),
        },
    )
}
