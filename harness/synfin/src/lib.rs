//! The edge of synfin: everything that reaches outside the process, and the command line.
//!
//! ```text
//! clock  store < sandbox < ring  launch < drive < recording < runner        recording: Linux
//! guess                                                           every platform
//! store < grading    growing                                                every platform
//! runner, grading < matrix, batch, selftest                                 many runs: Linux
//! cli   calls one function of the above for each subcommand, and prints
//! ```
//!
//! Each module names only those left of it, and `synfin_core`.

mod causes;
pub mod clock;
pub mod store;

#[cfg(target_os = "linux")]
pub mod sandbox;

#[cfg(target_os = "linux")]
pub mod launch;
#[cfg(target_os = "linux")]
pub mod ring;

#[cfg(target_os = "linux")]
mod drive;
#[cfg(target_os = "linux")]
mod recording;
#[cfg(target_os = "linux")]
pub mod runner;

pub mod guess;
pub mod options;

pub mod grading;
pub mod growing;

#[cfg(target_os = "linux")]
pub mod batch;
#[cfg(target_os = "linux")]
pub mod matrix;
#[cfg(target_os = "linux")]
pub mod selftest;

pub mod cli;
