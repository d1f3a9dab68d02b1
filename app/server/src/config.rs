//! What a server is told before it starts.

use std::time::Duration;

use crate::store::Root;

/// Where the files are, and how much a client may ask for.
#[derive(Debug)]
pub struct Config {
    /// The directory that is served, and nothing outside of it.
    pub root: Root,
    /// The limits.
    pub limits: Limits,
}

/// Everything a stranger could otherwise use up.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Clients at a time; one more is told so and let go.
    pub max_connections: usize,
    /// Uploads and downloads going on at a time. Each has one buffer of 128 KiB, so this bounds the memory that buffers
    /// take; one more waits its turn.
    pub max_transfers: usize,
    /// Bytes of one stored file.
    pub max_file_bytes: u64,
    /// From the accepted connection to the end of its `HELO`.
    pub handshake: Duration,
    /// Silence between two requests.
    pub idle: Duration,
    /// From the first byte of a request to its last.
    pub request: Duration,
    /// For one frame of a transfer to come or to go, whole. With 128 KiB frames and a minute, a client slower than about
    /// 2 KiB/s is let go.
    pub no_progress: Duration,
    /// For the client's own FIN, once the server has said its last word.
    pub linger: Duration,
    /// For running transfers, once the server is told to stop.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_connections: 10_000,
            max_transfers: 2_048,
            max_file_bytes: 1 << 40,
            handshake: Duration::from_secs(30),
            idle: Duration::from_mins(5),
            request: Duration::from_secs(30),
            no_progress: Duration::from_mins(1),
            linger: Duration::from_secs(2),
            grace: Duration::from_secs(30),
        }
    }
}
