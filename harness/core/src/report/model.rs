//! `report.json`: everything else is rendered from it. It holds no clock, host or path of the grading: the same recording
//! gives the same bytes anywhere.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A graded run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Version of this format, 1.
    pub schema: u32,
    /// Version of synfin that recorded the run; absent for a capture made elsewhere.
    pub recorded_by: Option<String>,
    /// The run's name; for a capture made elsewhere its file name.
    pub run: String,
    /// The rubric's title.
    pub title: String,
    /// What was graded.
    pub target: String,
    /// How the programs were isolated and recorded, in words.
    pub level: String,
    /// Wall time of the recorded run, milliseconds; absent for a capture made elsewhere.
    pub wall_ms: Option<u64>,
    /// How slow the machine was found to be, percent of nominal, if it was slow: deadlines were so much longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slowness_percent: Option<u32>,
    /// The exit status that follows from the items.
    pub status: Status,
    /// The points.
    pub points: Points,
    /// The rubric's items, in its order.
    pub items: Vec<ItemReport>,
    /// The recordings, in the run's order.
    pub recordings: Vec<RecordingReport>,
}

/// What a run comes to; also the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// No Fail, Flaky or Inconclusive.
    Passed,
    /// At least one Fail or Flaky.
    Failed,
    /// At least one Inconclusive, nothing failed.
    Inconclusive,
}

/// Points reached. Skipped items leave the total; SHOULD items never enter it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Points {
    /// Reached.
    pub reached: u32,
    /// Reachable.
    pub possible: u32,
    /// How many items were skipped.
    pub skipped_items: u32,
    /// How many items need a person's eye.
    pub needs_review: u32,
}

/// One row of the rubric table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemReport {
    /// Its number in the rubric, from 1 on.
    pub number: u32,
    /// Its id.
    pub id: String,
    /// The column *Fail (0)*.
    pub fail: String,
    /// The column *Pass (1)*.
    pub pass: String,
    /// Whether it is scored.
    pub scored: bool,
    /// Points it is worth.
    pub points: u32,
    /// Points reached.
    pub reached: u32,
    /// The first that occurs among its checks: fail, flaky, inconclusive, skipped, pass.
    pub result: ResultName,
    /// What qualifies the result: `under Wine 8.0`, `needs review`, `see item 1`.
    pub remark: Option<String>,
    /// The short evidence of the table's last column.
    pub evidence: String,
    /// Its checks, in the rubric's order.
    pub checks: Vec<CheckReport>,
}

/// A result's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ResultName {
    /// The requirement was seen to hold.
    Pass,
    /// It was seen not to hold.
    Fail,
    /// It held in some repetitions and not in others.
    Flaky,
    /// It could not be decided.
    Inconclusive,
    /// It does not apply, because of how the harness was called.
    Skipped,
}

/// One check of an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckReport {
    /// The check's id.
    pub check: String,
    /// The scenario it judged.
    pub scenario: String,
    /// What it concluded.
    pub result: ResultName,
    /// Whose doing an inconclusive result is.
    pub cause: Option<CauseName>,
    /// What was seen.
    pub saw: String,
    /// What the requirement asks for.
    pub expected: String,
    /// Where that is written.
    pub source: String,
    /// What it stands on, a line each.
    pub evidence: Vec<String>,
    /// What usually causes it.
    pub usually: Vec<Usually>,
    /// Where to look.
    pub look: Vec<Look>,
    /// What its repetitions came to, if the scenario was recorded more than once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repetitions: Option<Repetitions>,
}

/// What a check concluded from the repetitions of one scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repetitions {
    /// In how many it passed.
    pub passed: u32,
    /// In how many it failed.
    pub failed: u32,
    /// Those that decided nothing, which count as neither: captures, or why there is none.
    pub undecided: Vec<String>,
    /// The first event at which a passing and a failing recording part.
    pub parting: Option<String>,
}

/// Whose doing it is that a check could not decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CauseName {
    /// synfin's.
    Harness,
    /// The machine's.
    Machine,
    /// The program's.
    Program,
}

/// A usual cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Usually {
    /// The cause.
    pub cause: String,
    /// What to do instead.
    pub remedy: String,
    /// Where that is written.
    pub source: String,
}

/// Where to look in Wireshark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// The capture's file name in the run's folder.
    pub capture: String,
    /// A display filter.
    pub filter: String,
    /// The frame to go to.
    pub frame: u64,
}

/// One recording: its capture and its connections.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordingReport {
    /// The scenario.
    pub scenario: String,
    /// Its capture.
    pub capture: CaptureSummary,
    /// Its connections, by number.
    pub connections: Vec<ConnectionRow>,
}

/// A capture's health.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaptureSummary {
    /// Its file name in the run's folder.
    pub file: String,
    /// Frames in it.
    pub frames: u64,
    /// Frames dropped; absent if nobody counted.
    pub dropped: Option<u64>,
    /// Whether it is whole: absence in it proves absence on the wire.
    pub whole: bool,
    /// What is wrong with it, and what is not the programs' in it (the sentinels), a line each.
    pub notes: Vec<String>,
}

/// A row of the connection table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectionRow {
    /// Its number in the capture, from 0 on.
    pub connection: u32,
    /// The client it belongs to.
    pub client: Option<u32>,
    /// Who sent the first SYN.
    pub initiator: String,
    /// Who answered.
    pub responder: String,
    /// SYN, SYN-ACK and the ACK that completes the handshake.
    pub setup: Vec<Stage>,
    /// First and last payload frame each way, in the order of frames.
    pub transfer: Vec<Stage>,
    /// FINs, their acknowledgments and RSTs, in the order of frames.
    pub teardown: Vec<Stage>,
    /// Payload bytes that the initiator sent, each once.
    pub initiator_bytes: u64,
    /// Payload bytes that the responder sent, each once.
    pub responder_bytes: u64,
    /// How it ended, in words: `closed by the initiator first`, `reset by the responder`.
    pub ending: String,
    /// Wireshark's `tcp.completeness`, from the flags seen.
    pub completeness: u32,
    /// Zeek's `conn_state`.
    pub conn_state: String,
}

/// Something at a frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// What: `SYN`, `initiator first byte`, `responder FIN`, …
    pub what: String,
    /// The frame.
    pub frame: u64,
}
