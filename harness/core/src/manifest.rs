//! The recording's JSON: all that is not on the wire. `run.json` describes a run, `<scenario>.json` one recording.
//!
//! These types *are* the file format: they hold what was seen, unjudged. Times are nanoseconds since the epoch on the clock
//! that stamps the capture's frames, so that both can be put in one order.

//!
//! `json` reads and writes them.

mod json;
mod level;
mod limit;
mod link;
mod recorded;
mod role;
mod run;
mod sockets;

pub use json::{ManifestError, SCHEMA};
pub use level::{Level, Need};
pub use limit::{Bytes, Limit, LimitHit};
pub use link::LinkRecord;
pub use recorded::{
    Attribution, CaptureHealth, ClientSteps, Exit, FileRecord, Manifest, PROMPT, PastServer,
    ProcessRecord, RawClientRecord, Recorded, Sentinel, SentinelPlace, SignalSent, StepOutcome,
    StepRecord, StopAction, Supervision, ThreadSample, Transfer,
};
pub use role::{Role, UnknownRole};
pub use run::{Machine, NotRecorded, RunFile, ScenarioEntry, Targets};
pub use sockets::{SampleReason, SocketRow, SocketSample, SocketState};
