//! `<scenario>.json`: one recording's facts beside its capture.

use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LimitHit, LinkRecord, Role, SocketSample};

/// What is known of a capture beside its frames.
#[derive(Clone, Debug, PartialEq)]
pub enum Manifest {
    /// Recorded by synfin.
    Recorded(Box<Recorded>),
    /// A capture made elsewhere: only the server's address is known, because the user gave it.
    Foreign {
        /// Where the server listens.
        server: SocketAddr,
    },
}

impl Manifest {
    /// Where the server should listen.
    pub fn server(&self) -> SocketAddr {
        match self {
            Self::Recorded(recorded) => recorded.server,
            Self::Foreign { server } => *server,
        }
    }
}

/// The facts of one recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// Version of this format, 1.
    pub schema: u32,
    /// The scenario's name.
    pub scenario: String,
    /// Which repetition of the scenario this is, from 1 on.
    pub repetition: u32,
    /// Which attempt at that repetition it is, from 1 on: another is made where the capture is not whole.
    #[serde(default = "first_attempt")]
    pub attempt: u32,
    /// The steps it was recorded under, as the rubric wrote them.
    pub steps: Vec<String>,
    /// How many clients it had, raw ones included.
    pub clients: u32,
    /// The raw clients: those that the harness was itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub raw_clients: Vec<RawClientRecord>,
    /// What happened to the packets on purpose; absent if nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkRecord>,
    /// Where the server should listen.
    pub server: SocketAddr,
    /// The seed of all file contents.
    pub seed: u64,
    /// What executed the programs: absent for the operating system, else `wine-8.0` or the like.
    pub runner: Option<String>,
    /// How slow the machine was found to be before the run, percent of nominal; checks that grade a time allow so much more.
    /// Absent if nobody measured.
    pub slowness_percent: Option<u32>,
    /// The capture and whether it is whole.
    pub capture: CaptureHealth,
    /// When the first stop action came; what the wire showed later may be our doing.
    pub stopped_at: Option<u64>,
    /// When the server was first seen in LISTEN.
    pub listening_at: Option<u64>,
    /// Why the recording ended early, if it did: what the harness could not do.
    pub harness_fault: Option<String>,
    /// Whether Ctrl-C ended it early.
    pub interrupted: bool,
    /// What each client did.
    pub client_steps: Vec<ClientSteps>,
    /// Which connection is whose.
    pub attributions: Vec<Attribution>,
    /// The connections of which clients held both ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past_server: Vec<PastServer>,
    /// Every program that ran.
    pub processes: Vec<ProcessRecord>,
    /// The socket table at deadlines and milestones.
    pub socket_samples: Vec<SocketSample>,
    /// Every file that a step transferred.
    pub files: Vec<FileRecord>,
}

/// Absent in recordings of which there could be but one.
fn first_attempt() -> u32 {
    1
}

/// The capture of a recording, and what could have made it less than whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaptureHealth {
    /// Its file, beside the manifest.
    pub file: String,
    /// Its SHA-256, hexadecimal.
    pub sha256: String,
    /// Frames in it, sentinels included.
    pub frames: u64,
    /// Frames the kernel dropped (`PACKET_STATISTICS`).
    pub dropped: u64,
    /// Frames the snap length cut.
    pub cut: u64,
    /// The sentinels, in the order they were sent.
    pub sentinels: Vec<Sentinel>,
    /// Spans in which the programs were paused because the ring filled: from, to.
    pub pauses: Vec<(u64, u64)>,
}

/// A datagram that proves the capture whole up to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sentinel {
    /// `first` or `last`.
    pub place: SentinelPlace,
    /// The processor that sent it.
    pub cpu: u32,
    /// Its payload, hexadecimal.
    pub token: String,
    /// The frame that carried it; absent if it was never seen.
    pub frame: Option<u64>,
}

/// Which end of the capture a sentinel guards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SentinelPlace {
    /// Before the first child was started.
    First,
    /// After the last frame.
    Last,
}

/// What one client did, entry by entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientSteps {
    /// Its number.
    pub client: u32,
    /// One record for each entry that was the client's; entries it did not reach are `not-reached`.
    pub steps: Vec<StepRecord>,
}

/// One step of one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepRecord {
    /// Which entry of the scenario's steps, from 0 on.
    pub entry: u32,
    /// The entry, as the rubric wrote it.
    pub step: String,
    /// When the step began; absent if it was not reached.
    pub began_at: Option<u64>,
    /// When it was done or given up.
    pub ended_at: Option<u64>,
    /// The last frame captured when it began.
    pub after_frame: Option<u64>,
    /// The last frame captured when it was done or given up.
    pub done_frame: Option<u64>,
    /// How it ended.
    pub outcome: StepOutcome,
}

/// Begins what a step waits for as long as nothing of it has been typed: the program's prompt.
pub const PROMPT: &str = "output that matches";

impl StepOutcome {
    /// Whether the program was told what the step asks for, or the first line of it.
    pub fn has_typed(&self) -> bool {
        match self {
            Self::Done | Self::ProgramEnded | Self::Disconnected | Self::CameTooLate => true,
            Self::TimedOut { waiting_for } | Self::ServerEnded { waiting_for } => {
                !waiting_for.starts_with(PROMPT)
            }
            Self::Obstructed { .. } | Self::Unsupported | Self::NotReached => false,
        }
    }
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum StepOutcome {
    /// Its end was seen: reply, acknowledgments, and the program wants input again (or ended, for `quit`).
    Done,
    /// Its deadline passed.
    TimedOut {
        /// What was still missing.
        waiting_for: String,
    },
    /// The program ended in the middle of it.
    ProgramEnded,
    /// The server had ended, and the client waited on and did nothing more.
    ServerEnded {
        /// What was still missing.
        waiting_for: String,
    },
    /// The raw client's connection was refused, closed or reset by the server in the middle of it.
    Disconnected,
    /// The program stood in its own way: its folder does not take the step's file.
    Obstructed {
        /// What its folder answered.
        why: String,
    },
    /// What was to happen in the middle of a transfer came after its end: the file was faster than we.
    CameTooLate,
    /// The target does not say how its client does this step.
    Unsupported,
    /// An earlier step failed, or the recording ended first.
    NotReached,
}

/// A connection that was found to be a client's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attribution {
    /// The client.
    pub client: u32,
    /// The connection's initiator.
    pub initiator: SocketAddr,
    /// The connection's responder.
    pub responder: SocketAddr,
    /// Who owned the initiator's socket when the SYN was seen: `None` if it was gone already.
    pub owner: Option<Role>,
}

/// A connection that a client made to a client, itself perhaps: what crosses there passes the server by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PastServer {
    /// The connection's initiator.
    pub initiator: SocketAddr,
    /// The connection's responder.
    pub responder: SocketAddr,
}

/// One program, from start to end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessRecord {
    /// Its part.
    pub role: Role,
    /// The entry of the scenario's steps for which alone it was started; absent for a program that does all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<u32>,
    /// Its command line.
    pub argv: Vec<String>,
    /// When it was started; absent if it could not be.
    pub started_at: Option<u64>,
    /// When and how it ended; absent if it never started or its end was not seen.
    pub exited_at: Option<u64>,
    /// How it ended.
    pub exit: Option<Exit>,
    /// Why it could not be started.
    pub start_error: Option<String>,
    /// What we did to end it, in order.
    pub stop_actions: Vec<StopAction>,
    /// Its full output (first and last 256 KiB), beside the manifest.
    pub log: String,
    /// Bytes of output left out in the middle of the log.
    pub output_left_out: u64,
    /// Its last lines.
    pub last_lines: Vec<String>,
    /// Bytes that it had printed when we first did something to end it: what came later may be about that. Absent if we did nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printed_before_stop: Option<u64>,
    /// Whether its executable is a Windows one (a PE image).
    pub is_pe: bool,
    /// What its threads did while wire and input were idle.
    pub supervision: Vec<Supervision>,
    /// The limit that it reached, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_hit: Option<LimitHit>,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Exit {
    /// By itself, with this code.
    Code {
        /// The exit code.
        code: i32,
    },
    /// By this signal.
    Signal {
        /// The signal's number.
        signal: i32,
    },
}

/// One raw client: connections that the harness made from inside, to send what no program sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawClientRecord {
    /// Its number.
    pub client: u32,
    /// What it sent and received, beside the manifest: the beginning of each, with its time.
    pub log: String,
    /// Bytes that it sent.
    pub sent_bytes: u64,
    /// Bytes that it received.
    pub received_bytes: u64,
}

/// Something we did to end a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StopAction {
    /// When.
    pub at: u64,
    /// What.
    pub signal: SignalSent,
    /// Whether a step of the scenario asked for it.
    pub is_fault_step: bool,
}

/// A way to end a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SignalSent {
    /// Its input was closed.
    EndOfInput,
    /// SIGTERM.
    Term,
    /// SIGKILL.
    Kill,
    /// SIGSTOP: it is there and does nothing.
    Stop,
}

/// A watch over a role's threads while wire and input were idle, sampled at 20 Hz: a thread seen asleep once is cleared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Supervision {
    /// When it began.
    pub from: u64,
    /// When it ended.
    pub to: u64,
    /// Each thread that was seen.
    pub threads: Vec<ThreadSample>,
}

/// One thread under watch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ThreadSample {
    /// Thread id inside the scenario.
    pub tid: u32,
    /// Its name (`/proc/…/comm`).
    pub name: String,
    /// Samples taken of it.
    pub samples: u32,
    /// Samples in which it was running (state R).
    pub running: u32,
    /// Processor time it used over the watch, milliseconds.
    pub cpu_ms: u64,
}

/// One file that one step transferred.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileRecord {
    /// The client.
    pub client: u32,
    /// Which entry of the scenario's steps.
    pub entry: u32,
    /// Which way.
    pub transfer: Transfer,
    /// The file's name where it was sent from.
    pub name: String,
    /// Its size, bytes.
    pub size: u64,
    /// SHA-256 of what was sent, hexadecimal.
    pub source_sha256: String,
    /// Size of what arrived; absent if nothing did.
    pub arrived_size: Option<u64>,
    /// SHA-256 of what arrived.
    pub arrived_sha256: Option<String>,
    /// A file of the same contents beside the receiver, if none arrived under the name that was expected: its path from the folder
    /// where it should be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_as: Option<String>,
}

/// The direction of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Transfer {
    /// Client to server.
    Upload,
    /// Server to client.
    Download,
}
