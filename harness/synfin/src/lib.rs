//! The edge of synfin: everything that touches clocks, files, namespaces and processes.
//!
//! ```text
//! clock < sandbox < ring, launch
//! ```
//!
//! Recording is Linux's: elsewhere `sandbox`, `ring` and `launch` do not exist.

pub mod clock;
#[cfg(target_os = "linux")]
pub mod launch;
#[cfg(target_os = "linux")]
pub mod ring;
#[cfg(target_os = "linux")]
pub mod sandbox;
