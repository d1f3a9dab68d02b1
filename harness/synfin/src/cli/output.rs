//! Where output goes, how wide it is, and whether it has colours.

use std::env;
use std::error::Error;
use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::ops::ControlFlow;

use synfin_core::report::{Colour, Page, harmless, labelled, visible};
use synfin_core::spec::Palette;

use super::exit::Failure;
use crate::causes::with_causes;

/// `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum ColourChoice {
    /// If standard output is a terminal and NO_COLOR is not set.
    #[default]
    Auto,
    /// Even into a pipe.
    Always,
    /// Not at all.
    Never,
}

/// The two streams of the process.
#[derive(Clone, Debug)]
pub(super) struct Output {
    colour: Colour,
    columns: usize,
    quiet: bool,
}

/// A pipe has no width; this one suits a mail, a log and a review.
const PIPED_COLUMNS: usize = 100;

impl Output {
    pub(super) fn new(choice: ColourChoice, quiet: bool) -> Self {
        Self {
            colour: colour(choice),
            columns: columns(),
            quiet,
        }
    }

    /// A page of standard output's width that names no folders.
    pub(super) fn page(&self) -> Page {
        Page {
            colour: self.colour,
            ..Page::plain(self.columns)
        }
    }

    /// Whether standard error is for errors only.
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    fn palette(&self) -> Palette {
        match self.colour {
            Colour::Plain => Palette::Plain,
            Colour::Ansi => Palette::Coloured,
        }
    }

    /// Text behind a label, wrapped to standard output's width, with its line end.
    pub(super) fn labelled(&self, label: &str, text: &str) -> String {
        labelled(label, &visible(text), self.page().width()).join("\n") + "\n"
    }

    /// Says something on standard error, unless told to be quiet.
    pub(super) fn talk(&self, text: impl Display) {
        if !self.quiet {
            say(&text.to_string());
        }
    }

    /// Says why a command failed: the error, then its causes.
    pub(super) fn failure(&self, failure: &Failure) {
        match failure {
            Failure::Usage(error) | Failure::Internal(error) => {
                say(&format!("synfin: {}", with_causes(error.as_ref())));
            }
            Failure::Spec(error) => say(&error.render(self.palette())),
        }
    }
}

/// Writes data to standard output. That its reader has gone (`| head`) is no failure.
pub(super) fn data(text: &str) -> Result<(), Failure> {
    let mut stream = DataStream::open();
    let written = stream.write(text.as_bytes());
    ended(match written {
        ControlFlow::Continue(()) => stream.flush(),
        ControlFlow::Break(end) => ControlFlow::Break(end),
    })
}

/// Standard output for data that comes bit by bit.
pub(super) struct DataStream {
    stdout: Stdout,
}

/// Standard output behind a buffer.
pub(super) type Stdout = BufWriter<StdoutLock<'static>>;

/// Standard output for a renderer that writes by itself.
pub(super) fn stdout() -> Stdout {
    const BUFFER_BYTES: usize = 64 << 10;
    BufWriter::with_capacity(BUFFER_BYTES, io::stdout().lock())
}

/// Why nothing more is written: nobody reads on (`| head`), which is no failure, or it failed.
pub(super) type End = Result<(), Failure>;

impl DataStream {
    pub(super) fn open() -> Self {
        Self { stdout: stdout() }
    }

    /// Writes some, perhaps later.
    pub(super) fn write(&mut self, bytes: &[u8]) -> ControlFlow<End> {
        going_on(self.stdout.write_all(bytes))
    }

    /// Writes all that was held back.
    pub(super) fn flush(&mut self) -> ControlFlow<End> {
        going_on(self.stdout.flush())
    }
}

/// Whether there is somebody to write on for.
pub(super) fn going_on(written: io::Result<()>) -> ControlFlow<End> {
    match written {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ControlFlow::Break(Ok(())),
        Err(error) => {
            let error = anyhow::Error::new(error).context("write to standard output");
            ControlFlow::Break(Err(Failure::internal(error)))
        }
    }
}

/// What a stream of data came to.
pub(super) fn ended(flow: ControlFlow<End>) -> End {
    flow.break_value().unwrap_or(Ok(()))
}

/// Says what went wrong on the side, even to those who want quiet.
pub(super) fn warn(what: &str, error: &dyn Error) {
    say(&format!("synfin: {what}: {}", with_causes(error)));
}

/// Nobody is left to tell if standard error is gone.
fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", harmless(text));
}

fn colour(choice: ColourChoice) -> Colour {
    let is_wanted = match choice {
        ColourChoice::Always => true,
        ColourChoice::Never => false,
        ColourChoice::Auto => io::stdout().is_terminal() && !is_colour_declined(),
    };
    if is_wanted {
        Colour::Ansi
    } else {
        Colour::Plain
    }
}

fn is_colour_declined() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    is_set("NO_COLOR") || env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// `COLUMNS`, else the terminal's, else a pipe's.
fn columns() -> usize {
    let asked = env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let of_terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    asked.or_else(of_terminal).unwrap_or(PIPED_COLUMNS)
}
