//! A scenario's steps as a whole: what one entry cannot know of itself.

use std::collections::{BTreeMap, BTreeSet};
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
struct Sequence {
    clients: u32,
    connected: BTreeSet<u32>,
    uploaded: BTreeSet<String>,
    /// Files that were downloaded before any step uploaded them, and where: the harness places them on the server.
    placed: BTreeMap<String, Range<usize>>,
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
            if let Err(message) = self.act(&entry.step, client, &span) {
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

    /// Records what the client does, or says why it cannot.
    fn act(&mut self, step: &Step, client: u32, span: &Range<usize>) -> Result<(), String> {
        match step {
            Step::Connect => {
                self.connected.insert(client);
            }
            Step::Hold => {}
            Step::List | Step::Quit | Step::Kill => self.need_connection(step, client)?,
            Step::Upload { .. } => {
                self.need_connection(step, client)?;
                self.uploaded.extend(step.file_name(ClientNumber(client)));
            }
            Step::Download { .. } => {
                self.need_connection(step, client)?;
                let name = step.file_name(ClientNumber(client));
                let new = name.filter(|name| !self.uploaded.contains(name));
                self.placed.extend(new.map(|name| (name, span.clone())));
            }
        }
        Ok(())
    }

    fn need_connection(&self, step: &Step, client: u32) -> Result<(), String> {
        if self.connected.contains(&client) {
            return Ok(());
        }
        let name = step.name();
        Err(format!("client {client} has not connected before `{name}`"))
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
