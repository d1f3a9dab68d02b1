//! The binary as a person runs it: real programs, real recordings, real reports.
#![expect(clippy::disallowed_methods, reason = "tests start programs and read files")]

mod cleanup;
mod examples;
mod mutants;
mod reference;
mod support;
mod tshark;
