//! Grades a whole run.

use std::collections::BTreeMap;

use super::item::{self, JudgedItem};
use super::recording::Recording;
use super::repetitions::{self, Repetition};
use super::scenario::{self, Judged};
use super::{GradeError, RecordingInput, RunInput, aggregate, recording};
use crate::checks::{Bound, SourceText, bind};
use crate::manifest::{LinkRecord, Role, RunFile, ScenarioEntry};
use crate::observation::{Health, Observation, Problem, Replies, Setting};
use crate::report::{RecordingReport, Report};
use crate::spec::{
    MOST_CLIENTS, Programs, Rubric, Scenario, ServerState, SpecError, Step, StepEntry, Target,
};

/// The version of the report's format.
pub(super) const SCHEMA: u32 = 1;

/// Grades a run by a rubric.
///
/// # Errors
/// If the rubric, one of its check calls or a target is wrong. What a capture lacks becomes a verdict.
pub fn grade(input: &RunInput<'_>) -> Result<Report, GradeError> {
    let rubric = Rubric::parse(input.rubric.name, input.rubric.text)?;
    let calls = bind_all(&rubric, input.rubric)?;
    let run = Run {
        input,
        rubric: &rubric,
        lone: Lone::of(input)?,
    };
    let (judged, recordings) = run.judge(&calls);
    let items = item::reports(assemble(&rubric, &calls, judged));
    let file = &input.run;
    Ok(Report {
        schema: SCHEMA,
        recorded_by: Some(file.synfin.clone()),
        run: file.name.clone(),
        title: rubric.title.clone(),
        target: file.targets.name.clone(),
        level: file.level.to_string(),
        wall_ms: Some(file.wall_ms),
        slowness_percent: file.slowness_percent.filter(|percent| *percent > 100),
        status: aggregate::status(&items),
        points: aggregate::points(&items),
        items,
        recordings,
    })
}

/// A rubric by which a run can be graded, for those who record before they grade.
///
/// # Errors
/// If the rubric or one of its check calls is wrong.
pub fn gradable(rubric: SourceText<'_>) -> Result<Rubric, SpecError> {
    let parsed = Rubric::parse(rubric.name, rubric.text)?;
    bind_all(&parsed, rubric)?;
    Ok(parsed)
}

/// Each item's calls, bound; or all that is wrong with them.
pub(super) fn bind_all(
    rubric: &Rubric,
    source: SourceText<'_>,
) -> Result<Vec<Vec<Bound>>, SpecError> {
    let mut wrong: Option<SpecError> = None;
    let mut bound = |call| {
        bind(call, source)
            .map_err(|error| match &mut wrong {
                Some(errors) => errors.add(error),
                None => wrong = Some(error),
            })
            .ok()
    };
    let calls = rubric
        .items
        .iter()
        .map(|item| item.checks.iter().filter_map(&mut bound).collect())
        .collect();
    wrong.map_or(Ok(calls), Err)
}

/// Each item with its calls' verdicts.
pub(super) fn assemble<'a>(
    rubric: &'a Rubric,
    calls: &[Vec<Bound>],
    mut judged: BTreeMap<(usize, usize), Judged>,
) -> Vec<JudgedItem<'a>> {
    rubric
        .items
        .iter()
        .enumerate()
        .map(|(row, item)| JudgedItem {
            item,
            checks: (0..calls[row].len())
                .filter_map(|column| judged.remove(&(row, column)))
                .collect(),
        })
        .collect()
}

/// How replies are recognised in the scenarios of each kind of programs.
struct Lone {
    target: Replies,
    windows: Replies,
    connected_lines: Option<Vec<String>>,
}

struct Run<'a> {
    input: &'a RunInput<'a>,
    rubric: &'a Rubric,
    lone: Lone,
}

/// The verdict of each call, by item and place in it.
type Verdicts = BTreeMap<(usize, usize), Judged>;

impl Run<'_> {
    /// Judges every call, scenario by scenario; and reports every recording, in the run's order.
    fn judge(&self, calls: &[Vec<Bound>]) -> (Verdicts, Vec<RecordingReport>) {
        let (mut verdicts, mut recordings) = (Verdicts::new(), Vec::new());
        for entry in &self.input.run.scenarios {
            let (places, bounds): (Vec<_>, Vec<_>) = calls_on(calls, &entry.name).unzip();
            let (repetitions, reports) = self.judge_recordings(entry, &bounds);
            recordings.extend(reports);
            for (column, (place, bound)) in places.into_iter().zip(bounds).enumerate() {
                let judged = repetitions::together(bound, column, &repetitions, entry);
                verdicts.insert(place, judged);
            }
        }
        for scenario in &self.rubric.scenarios {
            for (place, bound) in calls_on(calls, &scenario.name) {
                verdicts
                    .entry(place)
                    .or_insert_with(|| scenario::not_recorded(bound, None));
            }
        }
        (verdicts, recordings)
    }

    /// Judges the recordings of a scenario that count, one after the other, and reports all of them.
    fn judge_recordings(
        &self,
        entry: &ScenarioEntry,
        calls: &[&Bound],
    ) -> (Vec<Repetition>, Vec<RecordingReport>) {
        let mut scenarios = self.rubric.scenarios.iter();
        let asked_for = scenarios.find(|it| it.name == entry.name);
        let find = |stem: &String| self.input.recordings.iter().find(|it| it.stem == *stem);
        let inputs: Vec<&RecordingInput<'_>> = entry.recordings.iter().filter_map(find).collect();
        let counted = repetitions::counted(&inputs);
        let (mut judged, mut reports) = (Vec::new(), Vec::new());
        for input in inputs {
            let recording = Recording {
                file: input.manifest.capture.file.clone(),
                observation: observe(input, self.setting(input, asked_for)),
            };
            reports.push(recording::report(&recording, &entry.name));
            if counted.contains(&input.stem.as_str()) {
                judged.push(Repetition::of(&recording, calls));
            }
        }
        (judged, reports)
    }

    fn setting(&self, recording: &RecordingInput<'_>, asked_for: Option<&Scenario>) -> Setting {
        let base = as_recorded(recording, &self.input.run);
        let Some(scenario) = asked_for else {
            return Setting {
                replies: self.lone.target.clone(),
                ..base
            };
        };
        let replies = match scenario.programs {
            Programs::Target => &self.lone.target,
            Programs::Windows => &self.lone.windows,
        };
        Setting {
            steps: scenario.steps.clone(),
            clients: clients(scenario, &self.input.run),
            raw: scenario.raw,
            link: scenario.link,
            server: scenario.server,
            replies: replies.clone(),
            output: output(scenario, recording),
            connected_lines: self.lone.connected_lines.clone(),
            ..base
        }
    }
}

/// What the clients printed, where a check compares it: where no server runs.
fn output(scenario: &Scenario, recording: &RecordingInput<'_>) -> BTreeMap<Role, Vec<String>> {
    match scenario.server {
        ServerState::Up => BTreeMap::new(),
        ServerState::Down => (1..=scenario.clients.get())
            .map(Role::Client)
            .filter_map(|role| Some((role, recording.output(role)?)))
            .collect(),
    }
}

/// How many clients a scenario asks for: `--clients` counts for those with several programs and no raw client.
fn clients(scenario: &Scenario, run: &RunFile) -> u32 {
    match (scenario.clients.get(), run.clients) {
        (several, Some(instead)) if several > 1 && scenario.raw == 0 => instead.min(MOST_CLIENTS),
        _ => scenario.client_count(),
    }
}

fn calls_on<'a>(
    calls: &'a [Vec<Bound>],
    scenario: &'a str,
) -> impl Iterator<Item = ((usize, usize), &'a Bound)> {
    calls.iter().enumerate().flat_map(move |(row, checks)| {
        checks
            .iter()
            .enumerate()
            .filter(move |(_, bound)| bound.scenario == scenario)
            .map(move |(column, bound)| ((row, column), bound))
    })
}

/// A capture that cannot even be opened is an observation too: of nothing, and not whole.
fn observe(recording: &RecordingInput<'_>, setting: Setting) -> Observation {
    let capture = (recording.capture)().map_err(|_| "the file cannot be opened".to_owned());
    let observed = capture.and_then(|capture| {
        Observation::read(capture, recording.manifest(), setting.clone())
            .map_err(|error| error.to_string())
    });
    observed.unwrap_or_else(|reason| Observation {
        manifest: recording.manifest(),
        server: recording.manifest.server,
        setting,
        connections: Vec::new(),
        file_pieces: Vec::new(),
        health: Health {
            frames: 0,
            dropped: Some(recording.manifest.capture.dropped),
            sentinels: Vec::new(),
            problems: vec![Problem::Unreadable { reason }],
        },
        stop: None,
    })
}

/// The setting of a recording by its own manifest.
fn as_recorded(recording: &RecordingInput<'_>, run: &RunFile) -> Setting {
    let steps = recording.manifest.steps.iter();
    Setting {
        steps: steps
            .filter_map(|step| step.parse::<StepEntry>().ok())
            .collect(),
        clients: recording.manifest.clients,
        raw: u32::try_from(recording.manifest.raw_clients.len()).unwrap_or(u32::MAX),
        link: recording
            .manifest
            .link
            .map(LinkRecord::link)
            .unwrap_or_default(),
        server: ServerState::Up,
        level: Some(run.level),
        os: run.machine.os.clone(),
        ..Setting::default()
    }
}

impl Lone {
    /// Learns from the target's patterns and the run's one-client recordings.
    fn of(input: &RunInput<'_>) -> Result<Self, SpecError> {
        let target = target(input)?;
        let windows = input
            .windows_target
            .map(|source| Target::parse(source.name, source.text))
            .transpose()?;
        let alone = alone(input);
        let mut asking = alone.iter().filter(|recording| asks(recording));
        let replies = asking.clone().fold(Replies::of(&target), |replies, lone| {
            replies.with_lone(&observe(lone, as_recorded(lone, &input.run)))
        });
        // The harness adds its own after the rubric's.
        let connected = asking.next_back().or(alone.last());
        Ok(Self {
            target: replies,
            windows: windows.as_ref().map(Replies::of).unwrap_or_default(),
            connected_lines: connected.and_then(|lone| lone.output(Role::Client(1))),
        })
    }
}

fn target(input: &RunInput<'_>) -> Result<Target, SpecError> {
    let client = input.target;
    match input.server_target {
        None => Target::parse(client.name, client.text),
        Some(server) => Target::parse_pair((server.name, server.text), (client.name, client.text)),
    }
}

/// The recordings of clients that were alone with the target's server, one a scenario, in the run's order.
fn alone<'a>(input: &'a RunInput<'a>) -> Vec<&'a RecordingInput<'a>> {
    let stems = input
        .run
        .scenarios
        .iter()
        .filter_map(|entry| entry.recordings.last());
    let recordings = stems.filter_map(|stem| input.recordings.iter().find(|it| it.stem == *stem));
    let is_lone = |recording: &&RecordingInput<'_>| {
        let manifest = &recording.manifest;
        manifest.clients == 1 && manifest.runner.is_none() && manifest.listening_at.is_some()
    };
    recordings.filter(is_lone).collect()
}

/// Whether the steps ask the server for something.
fn asks(recording: &RecordingInput<'_>) -> bool {
    let is_request = |step: &String| {
        step.parse::<StepEntry>()
            .is_ok_and(|entry| Step::is_request(&entry.step))
    };
    recording.manifest.steps.iter().any(is_request)
}
