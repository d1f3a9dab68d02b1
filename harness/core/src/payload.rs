//! The payload of one half-connection in the order of its stream, each byte once.
//!
//! ```text
//! fresh ranges, as `flow` tells them ─► Stream ─► pieces: bytes in order, and what is missing between them
//! ```
//!
//! What comes early waits for what stands before it, in bounded memory. A hole that the other side acknowledged is not
//! waited for: those bytes arrived, and the capture does not hold them.

mod digest;
mod stream;

pub use digest::Digest;
pub use stream::{Absence, Piece, Stream};

#[cfg(test)]
mod tests;
