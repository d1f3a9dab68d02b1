//! Which scenarios a run records, and which it only lists.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use synfin_core::manifest::NotRecorded;
use synfin_core::spec::{Link, Programs, Rubric, Scenario, ServerState, Step, StepEntry, Target};

/// The scenario that the harness adds when no one-client scenario shows what a reply looks like, or what a connected client
/// prints.
const LONE: &str = "lone-client";

/// One scenario of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Planned {
    /// It is recorded.
    Record(Scenario),
    /// It is not.
    Leave(String, NotRecorded),
}

impl Planned {
    /// How many recordings it asks for.
    pub(crate) fn recordings(&self) -> u32 {
        match self {
            Self::Record(scenario) => scenario.repeat.get(),
            Self::Leave(..) => 0,
        }
    }
}

/// What the caller asked for beside the rubric.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wishes<'a> {
    /// Scenario names and item ids; empty for all.
    pub(crate) only: &'a [String],
    /// How many clients the scenarios with several clients run instead.
    pub(crate) clients: Option<NonZeroU32>,
    /// How often each scenario is recorded, whatever the rubric says.
    pub(crate) repeat: Option<NonZeroU32>,
    /// Whether Windows programs were given.
    pub(crate) has_windows: bool,
}

/// `--only` names what the rubric does not have.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("no scenario or item of the rubric is called {name:?}; it has {known}")]
pub struct UnknownName {
    name: String,
    known: String,
}

/// The scenarios of the rubric in its order, then the one that is added to compare with, if it is needed.
pub(crate) fn plan(
    rubric: &Rubric,
    target: &Target,
    wishes: &Wishes<'_>,
) -> Result<Vec<Planned>, UnknownName> {
    let selected = selected(rubric, wishes.only)?;
    let decide = |scenario: &Scenario| match scenario.programs {
        _ if !selected.contains(scenario.name.as_str()) => {
            Planned::Leave(scenario.name.clone(), NotRecorded::NotSelected)
        }
        Programs::Windows if !wishes.has_windows => {
            Planned::Leave(scenario.name.clone(), NotRecorded::NoWindowsTarget)
        }
        Programs::Windows | Programs::Target => Planned::Record(as_wished(scenario, wishes)),
    };
    let mut planned: Vec<Planned> = rubric.scenarios.iter().map(decide).collect();
    planned.extend(lone_client(&planned, target).map(Planned::Record));
    Ok(planned)
}

/// The names of the scenarios that `--only` selects, by their own names or by items that judge them.
pub(crate) fn selected<'a>(
    rubric: &'a Rubric,
    only: &[String],
) -> Result<BTreeSet<&'a str>, UnknownName> {
    let all = || {
        rubric
            .scenarios
            .iter()
            .map(|scenario| scenario.name.as_str())
    };
    if only.is_empty() {
        return Ok(all().collect());
    }
    let mut names = BTreeSet::new();
    for name in only {
        let as_scenario = all().filter(|scenario| scenario == name);
        let as_item = rubric.items.iter().filter(|item| item.id == *name);
        let judged = as_item.flat_map(|item| item.checks.iter().map(|call| call.scenario.as_str()));
        let found: Vec<&str> = as_scenario.chain(judged).collect();
        names.extend(&found);
        if found.is_empty() {
            let items = rubric.items.iter().map(|item| item.id.as_str());
            let known = all().chain(items).collect::<Vec<_>>().join(", ");
            return Err(UnknownName {
                name: name.clone(),
                known,
            });
        }
    }
    Ok(names)
}

/// The scenario as often as wished, and with as many clients, where several take part and none is named in the steps.
fn as_wished(scenario: &Scenario, wishes: &Wishes<'_>) -> Scenario {
    let is_open = scenario.clients.get() > 1
        && scenario.raw == 0
        && scenario.steps.iter().all(|entry| entry.only.is_none());
    let clients = wishes.clients.filter(|_| is_open);
    Scenario {
        clients: clients.unwrap_or(scenario.clients),
        repeat: wishes.repeat.unwrap_or(scenario.repeat),
        ..scenario.clone()
    }
}

/// A one-client scenario with every request that several clients make and no recorded lone client does, for targets that do not
/// say what a reply looks like; or with those of a client without a server, if no recording shows what it prints with one.
fn lone_client(planned: &[Planned], target: &Target) -> Option<Scenario> {
    let recorded = || {
        planned.iter().filter_map(|one| match one {
            Planned::Record(scenario) => Some(scenario),
            Planned::Leave(..) => None,
        })
    };
    let of_target = recorded().filter(|one| one.programs == Programs::Target);
    let (up, down): (Vec<_>, Vec<_>) = of_target.partition(|one| one.server == ServerState::Up);
    let (lone, several): (Vec<_>, Vec<_>) = up.into_iter().partition(|one| one.client_count() == 1);
    let shown: BTreeSet<&str> = lone
        .iter()
        .flat_map(|one| requests(one))
        .map(Step::name)
        .collect();
    let has_pattern = |step: &Step| {
        target
            .client
            .script(step.name())
            .is_none_or(|script| script.replies().next().is_some())
    };
    let asked_together = several.iter().flat_map(|one| requests(one));
    let mut missing: Vec<&Step> = asked_together.filter(|step| !has_pattern(step)).collect();
    let is_compared = lone.is_empty() && !down.is_empty();
    if !is_compared && missing.iter().all(|step| shown.contains(step.name())) {
        return None;
    }
    if is_compared {
        missing.extend(down.iter().flat_map(|one| requests(one)));
    }
    Some(lone_scenario(&missing))
}

fn requests(scenario: &Scenario) -> impl Iterator<Item = &Step> {
    let steps = scenario.steps.iter().map(|entry| &entry.step);
    steps.filter(|step| step.is_request())
}

/// The scenario in which one client asks for each of these once.
fn lone_scenario(requests: &[&Step]) -> Scenario {
    let mut steps = vec![Step::Connect];
    for step in requests {
        if !steps.contains(step) {
            steps.push((*step).clone());
        }
    }
    steps.push(Step::Quit);
    let everybody = |step| StepEntry { step, only: None };
    Scenario {
        name: LONE.to_owned(),
        clients: NonZeroU32::MIN,
        raw: 0,
        steps: steps.into_iter().map(everybody).collect(),
        server: ServerState::Up,
        programs: Programs::Target,
        link: Link::default(),
        repeat: NonZeroU32::MIN,
    }
}

#[cfg(test)]
mod tests;
