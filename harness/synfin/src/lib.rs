//! The edge of synfin: what reaches outside the process, and the command line.
//!
//! ```text
//! cli ─► grading ─► store      grade a recording: every platform
//! ```
//!
//! The modules stand in reading order; each names only those above it and `synfin_core`.

pub mod store;

pub mod options;

#[cfg(target_os = "linux")] pub mod clock;
#[cfg(target_os = "linux")] pub mod sandbox;
#[cfg(target_os = "linux")] pub mod ring;
#[cfg(target_os = "linux")] pub mod launch;
#[cfg(target_os = "linux")] mod drive;
#[cfg(target_os = "linux")] mod recording;
#[cfg(target_os = "linux")] pub mod runner;
