//! The file-transfer server of the synfin pair: [`run`] serves one directory on one listener until it is told to stop.
//!
//! ```text
//!  accept ──► session ──► connection    one task a client; frames in, frames out, deadlines on all of it
//!                │
//!                ├──► transfer          one upload or download, frame by frame
//!                └──► store             the directory: names, temporary files, atomic publication (blocking code)
//! ```
//! What a stranger controls has a limit in [`Limits`]: how many come, how long they may be silent, how slow they may be,
//! how much they may send. A session keeps no buffer while no file is moving, and a transfer keeps one.
//! The wire protocol is `synfin_protocol` and `app/PROTOCOL.md`.
#![forbid(unsafe_code)]

mod accept;
mod config;
mod connection;
mod session;
mod store;
mod transfer;

pub use accept::{LISTEN_BACKLOG, bind, run};
pub use config::{Config, Limits};
pub use store::Root;
