//! How far the reading of a long file has come: on standard error, if that is a terminal, after half a second.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::Output;

/// A bar, or nothing.
#[derive(Debug)]
pub(super) struct Progress {
    bar: Option<ProgressBar>,
}

/// Files that are read sooner need no bar.
const SHOWN_AFTER: Duration = Duration::from_millis(500);

/// The clock is looked at once in so many frames.
const LOOK_EVERY_FRAMES: u64 = 4096;

const TEMPLATE: &str = "{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";

impl Progress {
    /// No bar.
    pub(super) fn none() -> Self {
        Self { bar: None }
    }

    /// A bar that is still to learn how long it is; none where nobody would see it.
    pub(super) fn new(output: &Output) -> Self {
        if output.is_quiet() || !io::stderr().is_terminal() {
            return Self::none();
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template(TEMPLATE).expect("the template is well-formed");
        Self {
            bar: Some(bar.with_style(style)),
        }
    }

    /// The same beside data that comes bit by bit, which a bar on the same terminal would tear.
    pub(super) fn beside_data(output: &Output) -> Self {
        if io::stdout().is_terminal() {
            Self::none()
        } else {
            Self::new(output)
        }
    }

    /// The same for a file of so many bytes; one of none (a pipe) has no progress.
    pub(super) fn of_bytes(self, size: u64) -> Self {
        match self.bar {
            Some(bar) if size > 0 => {
                bar.set_length(size);
                Self { bar: Some(bar) }
            }
            Some(_) | None => Self::none(),
        }
    }

    /// Whether it is worth a look after so many frames.
    pub(super) fn is_due(&self, frames: u64) -> bool {
        self.bar.is_some() && frames.is_multiple_of(LOOK_EVERY_FRAMES)
    }

    /// Shows that so many bytes were read.
    pub(super) fn show(&self, read_bytes: u64) {
        let Some(bar) = &self.bar else { return };
        if bar.is_hidden() && bar.elapsed() >= SHOWN_AFTER {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        bar.set_position(read_bytes);
    }

    /// Takes it off the terminal.
    pub(super) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
