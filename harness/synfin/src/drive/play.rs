//! What is recorded: a scenario, the programs that act in it, and their command lines.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use synfin_core::spec::{
    ClientNumber, ClientValues, Scenario, Step, StepFile, Target, client_words_at, words_at,
};

/// What is to be recorded: a scenario and the programs that act in it.
#[derive(Clone, Debug)]
pub(crate) struct Play {
    /// The scenario.
    pub(crate) scenario: Scenario,
    /// The programs.
    pub(crate) target: Target,
    /// Their command lines, resolved and filled in.
    pub(crate) commands: Commands,
    /// The seed of all file contents.
    pub(crate) seed: u64,
}

/// The command lines of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commands {
    /// The server's.
    pub(crate) server: Vec<String>,
    /// Every client's.
    pub(crate) client: ClientCommands,
    /// What their environment has beside the usual.
    pub(crate) environment: Vec<(String, String)>,
}

impl Play {
    /// Whether the target says how the client makes the step's request; a step that makes none needs no words.
    pub(super) fn can_do(&self, client: ClientNumber, step: &Step) -> bool {
        let Some(request) = step.request().map(Step::name) else {
            return true;
        };
        if self.scenario.is_raw(client) {
            return self.target.raw.message(request).is_some();
        }
        match &self.commands.client {
            ClientCommands::Session(_) => self.target.client.script(request).is_some(),
            ClientCommands::PerStep(of_steps) => of_steps.contains_key(request),
        }
    }

    /// The command line by which a client is known.
    pub(crate) fn client_command(&self, client: ClientNumber) -> Vec<String> {
        let values = self.values(client, None);
        let words = self.commands.client.first().iter();
        words.map(|word| values.fill(word)).collect()
    }

    /// What stands for the placeholders in what a client is told.
    pub(super) fn values<'a>(
        &self,
        client: ClientNumber,
        file: Option<&'a StepFile>,
    ) -> ClientValues<'a> {
        let listen = self.target.server.listen;
        ClientValues {
            client,
            listen,
            file,
        }
    }
}

impl Commands {
    /// The commands with the address filled in where they have a place for it.
    pub(crate) fn at(self, listen: SocketAddr) -> Self {
        Self {
            server: words_at(&self.server, listen),
            client: self.client.map(|argv| client_words_at(&argv, listen)),
            environment: self.environment,
        }
    }
}

/// The command line of every client, or of every step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ClientCommands {
    /// One for all steps.
    Session(Vec<String>),
    /// One for each step, by the step's name.
    PerStep(BTreeMap<String, Vec<String>>),
}

impl ClientCommands {
    /// Each command line changed.
    pub(crate) fn map(self, change: impl Fn(Vec<String>) -> Vec<String>) -> Self {
        match self {
            Self::Session(argv) => Self::Session(change(argv)),
            Self::PerStep(of_steps) => {
                let changed = of_steps
                    .into_iter()
                    .map(|(step, argv)| (step, change(argv)));
                Self::PerStep(changed.collect())
            }
        }
    }

    /// The command line by which the client is known: the only one, or the first.
    pub(crate) fn first(&self) -> &[String] {
        match self {
            Self::Session(argv) => argv,
            Self::PerStep(of_steps) => of_steps.values().next().map_or(&[], Vec::as_slice),
        }
    }

    /// Whether each step is a process of its own.
    pub(crate) fn is_per_step(&self) -> bool {
        match self {
            Self::Session(_) => false,
            Self::PerStep(_) => true,
        }
    }

    /// The command line of the step alone, if it has one.
    pub(crate) fn of_step(&self, step: &str) -> Option<&[String]> {
        match self {
            Self::Session(_) => None,
            Self::PerStep(of_steps) => of_steps.get(step).map(Vec::as_slice),
        }
    }
}
