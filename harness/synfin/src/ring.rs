//! The capture of one scenario: every frame that crosses its `lo`, into a file, and a proof that none is missing.
//!
//! ```text
//! kernel ─► memory (TPACKET_V3 ring) ─► drain (its own thread) ─► capture file
//!                                          ├─► live: the same frames' headers, under the same numbers
//!                                │         └─► sentinels seen
//!                                └─► pacer (its own thread): programs are paused before the ring is full
//! ```
//!
//! There is one packet socket. A block reaches the drain a millisecond after its first frame, at the latest (a tick on kernels
//! before 6.18): what is driven by the wire accepts that, and gets frame numbers that are the file's.

mod capture;
mod drain;
mod memory;
mod pacer;
mod sentinel;

pub use capture::{Capture, Captured, Config, RingError};
pub use drain::LiveFrame;
