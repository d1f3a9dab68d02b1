//! A rubric file → a rubric.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::ops::Range;

use toml::{Spanned, Value};

use super::file::{
    BandFile, CallFile, ItemFile, ProgramsFile, RubricFile, ScenarioFile, ServerFile,
};
use super::link::link;
use super::selection::selection;
use super::steps::steps;
use super::{Problems, check_schema, did_you_mean};
use crate::spec::{Band, CheckCall, Item, Programs, Rubric, Scenario, ServerState};

/// More clients than this are a typing error.
pub const MOST_CLIENTS: u32 = 10_000;

/// More raw clients than this are better one that floods.
const MOST_RAW_CLIENTS: u32 = 100;

/// More repetitions than this are a typing error.
pub const MOST_REPETITIONS: u32 = 1000;

pub(super) fn rubric(file: RubricFile, problems: &mut Problems) -> Option<Rubric> {
    check_schema(&file.schema, problems);
    check_distinct(
        "scenario",
        file.scenarios.iter().map(|it| &it.name),
        problems,
    );
    check_distinct("item", file.items.iter().map(|it| &it.id), problems);
    check_some("scenario", file.scenarios.len(), problems);
    check_some("item", file.items.len(), problems);
    let scenarios = all(file.scenarios, |it| scenario(it, problems))?;
    let items = all(file.items, |it| item(it, &scenarios, problems))?;
    Some(Rubric {
        title: file.title,
        scenarios,
        items,
    })
}

/// Every element's reading, or `None` once all were tried and one failed.
fn all<F, T>(files: Vec<F>, mut reading: impl FnMut(F) -> Option<T>) -> Option<Vec<T>> {
    let read: Vec<Option<T>> = files.into_iter().map(&mut reading).collect();
    read.into_iter().collect()
}

fn check_distinct<'a>(
    kind: &str,
    names: impl Iterator<Item = &'a Spanned<String>>,
    problems: &mut Problems,
) {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name.get_ref()) {
            let message = format!("a second {kind} is called {:?}", name.get_ref());
            problems.add(name.span(), message);
        }
    }
}

fn check_some(kind: &str, count: usize, problems: &mut Problems) {
    if count == 0 {
        problems.add(0..0, format!("a rubric has at least one {kind}"));
    }
}

fn scenario(file: ScenarioFile, problems: &mut Problems) -> Option<Scenario> {
    check_name(&file.name, problems);
    let repeat = count(
        "repetitions",
        file.repeat.as_ref(),
        MOST_REPETITIONS,
        problems,
    );
    let clients = count("clients", file.clients.as_ref(), MOST_CLIENTS, problems);
    let raw = raw(file.raw.as_ref(), problems);
    let link = link(&file, problems);
    let mut scenario = Scenario {
        name: file.name.into_inner(),
        clients: clients?,
        raw: raw?,
        steps: Vec::new(),
        server: match file.server {
            ServerFile::Up => ServerState::Up,
            ServerFile::Down => ServerState::Down,
        },
        programs: match file.programs {
            ProgramsFile::Target => Programs::Target,
            ProgramsFile::Windows => Programs::Windows,
        },
        link,
        repeat: repeat?,
    };
    scenario.steps = steps(&file.steps, &scenario, problems)?;
    Some(scenario)
}

fn check_name(name: &Spanned<String>, problems: &mut Problems) {
    let text = name.get_ref();
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.is_empty() || text.len() > 64 || text.starts_with('-') || !text.chars().all(is_plain) {
        let message = format!("{text:?} cannot name a recording");
        let help = "at most 64 lower-case letters, digits and hyphens".to_owned();
        problems.suggest(name.span(), message, Some(help));
    }
}

/// A number from 1 to `most`; 1 if absent.
fn count(
    what: &str,
    count: Option<&Spanned<u32>>,
    most: u32,
    problems: &mut Problems,
) -> Option<NonZeroU32> {
    let Some(written) = count else {
        return Some(NonZeroU32::MIN);
    };
    let count = NonZeroU32::new(*written.get_ref()).filter(|count| count.get() <= most);
    if count.is_none() {
        let message = format!("a scenario has from 1 to {most} {what}");
        problems.add(written.span(), message);
    }
    count
}

fn raw(raw: Option<&Spanned<u32>>, problems: &mut Problems) -> Option<u32> {
    let Some(raw) = raw else {
        return Some(0);
    };
    let count = Some(*raw.get_ref()).filter(|count| *count <= MOST_RAW_CLIENTS);
    if count.is_none() {
        let message = format!("a scenario has at most {MOST_RAW_CLIENTS} raw clients");
        let help = "one of them can `flood` the server with connections".to_owned();
        problems.suggest(raw.span(), message, Some(help));
    }
    count
}

fn item(file: ItemFile, scenarios: &[Scenario], problems: &mut Problems) -> Option<Item> {
    let id = file.id.get_ref().clone();
    if id.trim().is_empty() {
        problems.add(file.id.span(), "an item needs an id");
    }
    if file.checks.get_ref().is_empty() {
        problems.add(file.checks.span(), "an item has at least one check");
    }
    let checks = all(file.checks.into_inner(), |call| {
        check_call(call, scenarios, problems)
    })?;
    Some(Item {
        points: file.points.unwrap_or(1),
        fail: file.fail.unwrap_or_else(|| format!("Not met: {id}.")),
        pass: file.pass.unwrap_or_else(|| format!("Met: {id}.")),
        id,
        band: match file.band {
            BandFile::Must => Band::Must,
            BandFile::Should => Band::Should,
        },
        checks,
    })
}

fn check_call(
    call: Spanned<CallFile>,
    scenarios: &[Scenario],
    problems: &mut Problems,
) -> Option<CheckCall> {
    let span = call.span();
    let mut keys = Keys {
        call: call.into_inner(),
        span: span.clone(),
    };
    let named = keys.take_required("in", problems);
    let check = keys.take_required("check", problems);
    let scenario = scenario_named(&named?, scenarios, problems)?;
    let selection = selection(&mut keys, scenario, problems)?;
    Some(CheckCall {
        scenario: scenario.name.clone(),
        check: check?,
        selection,
        parameters: keys.rest(),
        span,
    })
}

fn scenario_named<'a>(
    name: &Spanned<String>,
    scenarios: &'a [Scenario],
    problems: &mut Problems,
) -> Option<&'a Scenario> {
    let found = scenarios.iter().find(|it| it.name == *name.get_ref());
    if found.is_none() {
        let message = format!("no scenario is called {:?}", name.get_ref());
        let known = scenarios.iter().map(|it| it.name.as_str());
        problems.suggest(name.span(), message, did_you_mean(name.get_ref(), known));
    }
    found
}

/// The keys of a check call that nobody has taken yet.
pub(super) struct Keys {
    call: CallFile,
    span: Range<usize>,
}

impl Keys {
    /// The value of a key, which must be a string.
    pub(super) fn take(&mut self, key: &str, problems: &mut Problems) -> Option<Spanned<String>> {
        let value = self.call.remove(key)?;
        let span = value.span();
        match value.into_inner() {
            Value::String(text) => Some(Spanned::new(span, text)),
            other => {
                let message = format!(
                    "`{key}` must be a string; this is of type {}",
                    other.type_str()
                );
                problems.add(span, message);
                None
            }
        }
    }

    fn take_required(&mut self, key: &str, problems: &mut Problems) -> Option<Spanned<String>> {
        if !self.call.contains_key(key) {
            problems.add(self.span.clone(), format!("the check needs `{key}`"));
        }
        self.take(key, problems)
    }

    /// What is left: the check's own parameters.
    fn rest(self) -> toml::Table {
        let plain = |(key, value): (Spanned<String>, Spanned<Value>)| {
            (key.into_inner(), value.into_inner())
        };
        self.call.into_iter().map(plain).collect()
    }
}
