//! A scenario's steps as a whole: what one entry cannot know of itself.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::Spanned;

use super::Problems;
use crate::spec::{ClientNumber, Fault, Scenario, ServerState, Step, StepEntry, Victim};

/// Why a step cannot be, and what may have been meant.
struct Refusal {
    message: String,
    help: Option<String>,
}

impl From<String> for Refusal {
    fn from(message: String) -> Self {
        let help = None;
        Self { message, help }
    }
}

/// The steps of a scenario of which all else is known.
pub(super) fn steps(
    texts: &Spanned<Vec<Spanned<String>>>,
    scenario: &Scenario,
    problems: &mut Problems,
) -> Option<Vec<StepEntry>> {
    if texts.get_ref().is_empty() {
        problems.add(texts.span(), "a scenario has at least one step");
        return None;
    }
    let found = problems.0.len();
    let mut sequence = Sequence {
        scenario,
        connected: BTreeSet::new(),
        uploaded: BTreeSet::new(),
        placed: BTreeMap::new(),
    };
    let mut entries = Vec::new();
    for text in texts.get_ref() {
        if let Some(entry) = entry(text, problems) {
            sequence.check(&entry, text.span(), problems);
            entries.push(entry);
        }
    }
    sequence.check_placed(problems);
    (problems.0.len() == found).then_some(entries)
}

fn entry(text: &Spanned<String>, problems: &mut Problems) -> Option<StepEntry> {
    let parsed: Result<StepEntry, _> = text.get_ref().parse();
    parsed
        .map_err(|error| problems.suggest(text.span(), error.to_string(), error.suggestion()))
        .ok()
}

/// What the clients have done before the entry at hand.
struct Sequence<'a> {
    scenario: &'a Scenario,
    connected: BTreeSet<u32>,
    uploaded: BTreeSet<String>,
    /// Files that were downloaded before any step uploaded them, and where: the harness places them on the server.
    placed: BTreeMap<String, Range<usize>>,
}

impl Sequence<'_> {
    fn check(&mut self, entry: &StepEntry, span: Range<usize>, problems: &mut Problems) {
        let clients = self.scenario.client_count();
        if let Some(ClientNumber(client)) = entry.only
            && client > clients
        {
            let message = format!("there is no client {client}, only {clients}");
            problems.add(span, message);
            return;
        }
        let refused = self.check_victims(entry).and_then(|()| {
            let mut actors = self.actors(entry);
            actors.try_for_each(|client| self.act(&entry.step, client, &span))
        });
        if let Err(Refusal { message, help }) = refused {
            problems.suggest(span, message, help);
        }
    }

    /// The clients that do the step; nobody restarts the server but the harness.
    fn actors(&self, entry: &StepEntry) -> Range<u32> {
        match entry.only {
            Some(ClientNumber(client)) => client..client + 1,
            None if entry.step.fault() == Some(&Fault::Restart) => 0..0,
            None => 1..self.scenario.client_count() + 1,
        }
    }

    /// A fault needs somebody to whom it can be done.
    fn check_victims(&self, entry: &StepEntry) -> Result<(), Refusal> {
        let Some(fault) = entry.step.fault() else {
            return Ok(());
        };
        let is_raw = |client| self.scenario.is_raw(ClientNumber(client));
        match fault.victim() {
            Victim::Server if self.scenario.server == ServerState::Down => {
                Err(Refusal::from("no server runs in this scenario".to_owned()))
            }
            Victim::Server => Ok(()),
            Victim::Program => match self.actors(entry).find(|&client| is_raw(client)) {
                None => Ok(()),
                Some(raw) => Err(Refusal {
                    message: format!("client {raw} is a raw client: it has no process"),
                    help: Some(self.instead_of_a_program(raw)),
                }),
            },
            Victim::Raw => match self.actors(entry).find(|&client| !is_raw(client)) {
                None => Ok(()),
                Some(program) => Err(Refusal {
                    message: format!(
                        "client {program} is a program, and `{}` is for raw clients",
                        fault.name()
                    ),
                    help: Some(self.where_raw_clients_are(fault)),
                }),
            },
        }
    }

    fn instead_of_a_program(&self, raw: u32) -> String {
        match self.scenario.clients.get() {
            1 => format!("write `reset@{raw}`; the program is client 1"),
            last => format!("write `reset@{raw}`; the programs are clients 1 to {last}"),
        }
    }

    fn where_raw_clients_are(&self, fault: &Fault) -> String {
        let first = self.scenario.clients.get() + 1;
        let name = fault.name();
        match self.scenario.raw {
            0 => format!("add `raw = 1` to the scenario and write `{name}@{first}`"),
            1 => format!("write `{name}@{first}`: the raw client"),
            _ => format!(
                "write `{name}@{first}`: the raw clients are {first} to {}",
                self.scenario.client_count()
            ),
        }
    }

    /// Records what the client does, or says why it cannot.
    fn act(&mut self, step: &Step, client: u32, span: &Range<usize>) -> Result<(), Refusal> {
        match step {
            Step::Hold => return Ok(()),
            Step::Connect => {
                self.connected.insert(client);
            }
            Step::Fault(Fault::OpenOnly) if !self.connected.insert(client) => {
                let message = format!("client {client} has connected before `open-only`");
                return Err(message.into());
            }
            Step::Fault(Fault::OpenOnly) => {}
            Step::List
            | Step::Quit
            | Step::Upload { .. }
            | Step::Download { .. }
            | Step::Fault(_) => {
                self.need_connection(step, client)?;
            }
        }
        self.note_file(step, client, span);
        Ok(())
    }

    fn note_file(&mut self, step: &Step, client: u32, span: &Range<usize>) {
        let Some(name) = step.file_name(ClientNumber(client)) else {
            return;
        };
        if let Some(Step::Upload { .. }) = step.request() {
            self.uploaded.insert(name);
        } else if !self.uploaded.contains(&name) {
            self.placed.insert(name, span.clone());
        }
    }

    fn need_connection(&self, step: &Step, client: u32) -> Result<(), Refusal> {
        if self.connected.contains(&client) {
            return Ok(());
        }
        let name = step.name();
        Err(format!("client {client} has not connected before `{name}`").into())
    }

    /// A placed file that a later step uploads would be two files of one name.
    fn check_placed(&self, problems: &mut Problems) {
        for (name, span) in &self.placed {
            if self.uploaded.contains(name) {
                let message = format!("`{name}` is uploaded only by a later step");
                problems.add(span.clone(), message);
            }
        }
    }
}
