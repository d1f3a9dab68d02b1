//! `run.json`: what was asked for, on what machine, and which recordings came of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Level;

/// A run: a rubric × its targets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunFile {
    /// Version of this format, 1.
    pub schema: u32,
    /// Version of the recording synfin.
    pub synfin: String,
    /// The run's name, also that of its folder: when it began, `2026-11-22T14-03-11Z`.
    pub name: String,
    /// The rubric's copy in the run's folder.
    pub rubric: String,
    /// The targets' copies.
    pub targets: Targets,
    /// The seed of all file contents.
    pub seed: u64,
    /// `--clients`: how many clients the scenarios with several clients ran instead.
    pub clients: Option<u32>,
    /// `--repeat`: how often each scenario was to be recorded, whatever the rubric says.
    pub repeat: Option<u32>,
    /// Where it ran.
    pub machine: Machine,
    /// How slow the machine was found to be before the run, percent of nominal: all deadlines of programs were so much
    /// longer. 100 is as fast as asked for; absent if nobody measured.
    pub slowness_percent: Option<u32>,
    /// How the programs were isolated and recorded.
    pub level: Level,
    /// Wall time of the run, milliseconds.
    pub wall_ms: u64,
    /// Whether Ctrl-C ended it early.
    pub interrupted: bool,
    /// The rubric's scenarios, in its order, then those the harness added (a lone client for reply shapes).
    pub scenarios: Vec<ScenarioEntry>,
}

/// The targets' copies in the run's folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Targets {
    /// What reports call the target.
    pub name: String,
    /// The target under test; where the server is another's, the one whose client ran.
    pub target: String,
    /// The target whose server ran, if it is another than the client's.
    pub server: Option<String>,
    /// The Windows target, if one was given.
    pub windows: Option<String>,
}

/// The machine a run was recorded on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// `linux`, `windows`, …
    pub os: String,
    /// Kernel release, `6.18.44`.
    pub kernel: String,
    /// `x86_64`, …
    pub arch: String,
    /// Processors available.
    pub cpus: u32,
}

/// One scenario of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScenarioEntry {
    /// Its name.
    pub name: String,
    /// Its recordings in order: file stems, `five-at-once` or `five-at-once.1`, `five-at-once.2`. Of a repetition the last
    /// attempt is graded; the one before (`five-at-once`, then `five-at-once.again`) was not whole.
    pub recordings: Vec<String>,
    /// Why there is none, or why a repetition is missing.
    pub not_recorded: Option<NotRecorded>,
}

/// Why a scenario has no recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum NotRecorded {
    /// No Windows programs were given.
    NoWindowsTarget,
    /// `--only` left it out.
    NotSelected,
    /// Ctrl-C came first.
    Interrupted,
    /// A build command of the target failed.
    BuildFailed {
        /// The command.
        command: Vec<String>,
        /// How it ended.
        exit: super::Exit,
        /// Its last lines.
        last_lines: Vec<String>,
        /// The limit that it reached, if it did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit_hit: Option<super::LimitHit>,
        /// Its whole output, in the run's folder.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        log: Option<String>,
    },
    /// The harness could not.
    Harness {
        /// What failed.
        why: String,
    },
}
