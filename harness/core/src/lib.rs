//! Reads recordings of TCP programs and grades them: the pure half of synfin.
//!
//! Bytes, segments and timestamps come in; values go out. Nothing here opens a file, reads a clock or starts a process.
//!
//! ```text
//! pcap ─► wire ─► flow ─┐
//!                       ├─► observation ─► checks ─► grade ─► report
//! manifest, spec ───────┘        └─► story, diagnosis
//! ```
//!
//! The modules stand in reading order; each names only those above it (`tests/layers.rs` holds the table).

pub mod content;
pub mod text;
pub mod time;

pub mod pcap;
pub mod wire;

pub mod flow;
pub mod payload;

pub mod manifest;
pub mod spec;

pub mod observation;
pub mod record;

pub mod diagnosis;
pub mod story;

pub mod checks;

pub mod baseline;
pub mod report;

pub mod grade;
