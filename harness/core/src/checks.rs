//! The catalogue of checks: one file a check, each `fn(&Observation, &Params) -> Verdict`.
//!
//! ```text
//! rubric's CheckCall ─► bind ─► Bound ─► gate (could we look at all?) ─► the check ─► Verdict
//! ```
//!
//! A check names the requirement it enforces and its source, its precondition, what it saw with frame numbers, and causes
//! from `diagnosis`. What follows from another check's failure says so ([`Link`]).

mod verdict;

mod bind;
mod catalogue;
mod gate;
mod parameters;
mod server_end;
mod taken_port;

mod absence;
mod close;
mod each;
mod program;
mod service;

mod closes_first;
mod connection_accepted;
mod handshake_completes;
mod lifecycle_in_order;
mod no_data_after_fin;
mod no_leaked_sockets;
mod no_reset;
mod not_spinning;
mod orderly_close;
mod rebinds;
mod refused_when_down;
mod replies_within;
mod runs_on_windows;
mod sequence;
mod served_concurrently;
mod server_listens;
mod stops_on_sigterm;
mod survives;
mod transfer_intact;
mod value;

pub use bind::{Bound, SourceText, bind};
pub use catalogue::{CATALOGUE, Check, Judge, ParameterDoc, Requirement, find};
pub use verdict::{Cause, Evidence, Finding, Link, Root, Verdict};

pub use crate::diagnosis::Usually;
