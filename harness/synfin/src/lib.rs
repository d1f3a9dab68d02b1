//! The edge of synfin: what reaches outside the process, and the command line.
//!
//! ```text
//! cli ─► grading ─► store      grade a recording: every platform
//! ```
//!
//! The modules stand in reading order; each names only those above it and `synfin_core`.

pub mod store;

pub mod grading;
pub mod options;

pub mod cli;
