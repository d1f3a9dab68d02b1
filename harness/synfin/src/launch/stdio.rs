//! A program's terminal or pipes: the ends that the program gets, and those that the harness keeps.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};
use rustix::pty::OpenptFlags;
use rustix::termios::{LocalModes, OptionalActions, OutputModes};
use synfin_core::spec::Stdin;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::sandbox::{Standard, register};

/// The byte that ends the input of a terminal, at the start of a line (VEOF).
const END_OF_FILE: u8 = 4;

/// The harness's ends.
#[derive(Debug)]
pub(super) struct Ends {
    pub(super) input: Input,
    pub(super) output: Arc<AsyncFd<OwnedFd>>,
}

/// Where the program's input is written.
#[derive(Debug)]
pub(super) enum Input {
    /// The master of its terminal, which is also read from.
    Terminal(Arc<AsyncFd<OwnedFd>>),
    /// A pipe.
    Pipe(AsyncFd<OwnedFd>),
    /// It was ended.
    Ended,
}

/// Makes both sides.
pub(super) fn make(stdin: Stdin) -> io::Result<(Standard, Ends)> {
    match stdin {
        Stdin::Pty => terminal(),
        Stdin::Pipe => pipes(),
    }
}

fn terminal() -> io::Result<(Standard, Ends)> {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let master = rustix::pty::openpt(flags)?;
    rustix::pty::grantpt(&master)?;
    rustix::pty::unlockpt(&master)?;
    let name = rustix::pty::ptsname(&master, Vec::new())?;
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let slave = rustix::fs::open(name.as_c_str(), flags, Mode::empty())?;
    make_plain(&slave)?;
    rustix::io::ioctl_fionbio(&master, true)?;
    let master = Arc::new(register(master)?);
    let standard = Standard {
        stdin: slave.try_clone()?,
        stdout: slave.try_clone()?,
        stderr: slave,
    };
    let ends = Ends {
        input: Input::Terminal(Arc::clone(&master)),
        output: master,
    };
    Ok((standard, ends))
}

/// Without echo, and with output as the program wrote it: a pattern matches what was printed, never what was typed.
fn make_plain(terminal: &OwnedFd) -> io::Result<()> {
    let mut modes = rustix::termios::tcgetattr(terminal)?;
    modes.local_modes -= LocalModes::ECHO;
    modes.output_modes -= OutputModes::OPOST;
    Ok(rustix::termios::tcsetattr(
        terminal,
        OptionalActions::Now,
        &modes,
    )?)
}

fn pipes() -> io::Result<(Standard, Ends)> {
    let (stdin, input) = io::pipe()?;
    let (output, stdout) = io::pipe()?;
    let (input, output) = (OwnedFd::from(input), OwnedFd::from(output));
    rustix::io::ioctl_fionbio(&input, true)?;
    rustix::io::ioctl_fionbio(&output, true)?;
    let standard = Standard {
        stdin: stdin.into(),
        stderr: stdout.try_clone()?.into(),
        stdout: stdout.into(),
    };
    let ends = Ends {
        input: Input::Pipe(register(input)?),
        output: Arc::new(register(output)?),
    };
    Ok((standard, ends))
}

impl Input {
    /// Writes all of `bytes`; waits while the program does not read.
    pub(super) async fn write(&self, mut bytes: &[u8]) -> io::Result<()> {
        let fd = match self {
            Self::Terminal(master) => master,
            Self::Pipe(pipe) => pipe,
            Self::Ended => return Err(io::ErrorKind::BrokenPipe.into()),
        };
        while !bytes.is_empty() {
            let written = fd
                .async_io(Interest::WRITABLE, |fd| Ok(rustix::io::write(fd, bytes)?))
                .await?;
            bytes = &bytes[written..];
        }
        Ok(())
    }

    /// Ends the program's input: closes a pipe, types the end-of-file character on a terminal. A terminal whose buffer is
    /// full is not being read, and takes no notice.
    pub(super) fn end(&mut self) {
        if let Self::Terminal(master) = self {
            let _ = rustix::io::write(master.get_ref(), &[END_OF_FILE]);
        }
        *self = Self::Ended;
    }
}
