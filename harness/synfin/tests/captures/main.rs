//! The commands that look at any capture, as their users meet them: `flows`, `explain`, `follow`.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests that run the binary and write its files"
)]

mod command;
mod explain;
mod flows;
mod follow;
mod growing;
mod segments;
mod unreadable;
