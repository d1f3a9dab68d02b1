//! Programs under test, as the harness meets them: started in the sandbox, talked to over a terminal or pipe, read for ever.
//!
//! ```text
//! Program ── stdio (pty or pipe) ── output (what was printed: first and last 256 KiB)
//!        └── watch (its end, and the end of all it left behind)
//! ```

mod limits;
mod output;
mod program;
mod stdio;
mod watch;

pub use limits::{hold_to_limits, look};
pub use output::{Output, OutputSummary};
pub use program::{InputError, Launch, LaunchError, Program};
