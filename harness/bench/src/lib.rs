//! Captures of known content, made from a seed: to measure readers with and to test them.
//!
//! ```text
//! traffic (who says what) ─► conversation (numbers, acknowledgments) ─► capture (headers, payload, records)
//! ```
//!
//! Nothing here knows `synfin-core`: what checks a reader shares no code with it.

mod capture;
mod conversation;
mod random;
mod traffic;

pub use traffic::{Traffic, UnknownTraffic};
