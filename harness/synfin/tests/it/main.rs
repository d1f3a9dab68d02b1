//! The binary as a person runs it: real programs, real recordings, real reports.

#![cfg(target_os = "linux")]
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests start programs, read files, and end where something is missing"
)]

mod batch;
mod cleanup;
mod examples;
mod faults;
mod ladder;
mod link;
mod matrix;
mod mutants;
mod pair;
mod reference;
mod repeat;
mod server_end;
mod support;
mod targets;
mod tshark;
mod unusual;
