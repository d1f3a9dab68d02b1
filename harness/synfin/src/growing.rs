//! Captures that are still being written, as readers that wait for more: a file that grows, or a pipe.
//!
//! ```text
//! file at its end ─┬─ changed   (inotify; elsewhere looked at again five times a second) ─► read on
//! pipe             ├─ its bytes (a thread reads them)                                    ─► given on
//!                  └─ Ctrl-C, SIGTERM                                                    ─► the end
//! ```
//!
//! Being asked to stop is the ordinary end: the reader says that nothing more comes, and what was read is told.

mod file;
mod pipe;
mod stop;
#[cfg(target_os = "linux")]
mod watch;

pub use file::{GrowingFile, Notice};
pub use pipe::Pipe;
