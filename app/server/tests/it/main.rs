//! The server as its clients meet it: over real connections, with frames and with raw bytes, one file a concern.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod support;

mod binary;
mod containment;
mod deaths;
mod limits;
mod parallel;
mod sessions;
mod shutdown;
mod uploads;
