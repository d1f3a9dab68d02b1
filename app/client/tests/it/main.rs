//! The client against a real server, and against servers that lie.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod support;

mod hostile;
mod killed;
mod library;
mod menu;
mod one_shot;
