//! A scenario's steps as a whole: what one entry cannot know of itself.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::ops::Range;

use toml::Spanned;

use super::Problems;
use crate::spec::{ClientNumber, Step, StepEntry};

pub(super) fn steps(
    texts: &Spanned<Vec<Spanned<String>>>,
    clients: NonZeroU32,
    problems: &mut Problems,
) -> Option<Vec<StepEntry>> {
    if texts.get_ref().is_empty() {
        problems.add(texts.span(), "a scenario has at least one step");
        return None;
    }
    let found = problems.0.len();
    let mut sequence = Sequence {
        clients: clients.get(),
        connected: BTreeSet::new(),
        uploaded: BTreeSet::new(),
    };
    let mut entries = Vec::new();
    for text in texts.get_ref() {
        if let Some(entry) = entry(text, problems) {
            sequence.check(&entry, text.span(), problems);
            entries.push(entry);
        }
    }
    (problems.0.len() == found).then_some(entries)
}

fn entry(text: &Spanned<String>, problems: &mut Problems) -> Option<StepEntry> {
    let parsed: Result<StepEntry, _> = text.get_ref().parse();
    parsed
        .map_err(|error| problems.suggest(text.span(), error.to_string(), error.suggestion()))
        .ok()
}

/// What the clients have done before the entry at hand.
struct Sequence {
    clients: u32,
    connected: BTreeSet<u32>,
    uploaded: BTreeSet<String>,
}

impl Sequence {
    fn check(&mut self, entry: &StepEntry, span: Range<usize>, problems: &mut Problems) {
        if let Some(ClientNumber(client)) = entry.only
            && client > self.clients
        {
            let message = format!("there is no client {client}, only {}", self.clients);
            problems.add(span, message);
            return;
        }
        for client in self.actors(entry) {
            if let Err(message) = self.act(&entry.step, client) {
                problems.add(span, message);
                return;
            }
        }
    }

    fn actors(&self, entry: &StepEntry) -> Range<u32> {
        match entry.only {
            Some(ClientNumber(client)) => client..client + 1,
            None => 1..self.clients + 1,
        }
    }

    fn act(&mut self, step: &Step, client: u32) -> Result<(), String> {
        let name = step.file_name(ClientNumber(client));
        match step {
            Step::Connect => {
                self.connected.insert(client);
                return Ok(());
            }
            Step::Hold => return Ok(()),
            Step::List | Step::Upload { .. } | Step::Download { .. } | Step::Quit | Step::Kill => {}
        }
        if !self.connected.contains(&client) {
            return Err(format!(
                "client {client} has not connected before `{}`",
                step.name()
            ));
        }
        match (step, name) {
            (Step::Upload { .. }, Some(name)) => {
                self.uploaded.insert(name);
                Ok(())
            }
            (Step::Download { .. }, Some(name)) if !self.uploaded.contains(&name) => {
                Err(format!("no earlier step uploads `{name}`"))
            }
            _ => Ok(()),
        }
    }
}
