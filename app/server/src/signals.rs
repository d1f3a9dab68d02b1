//! The ways to tell a program to stop: SIGTERM and SIGINT, on Windows Ctrl-C, Ctrl-Break and the closing of the console.

use std::io;

use tokio_util::sync::CancellationToken;

/// Cancelled one after the other, by the first and by the second signal.
pub(crate) struct Stop {
    pub(crate) first: CancellationToken,
    pub(crate) second: CancellationToken,
}

/// Begins to listen for signals. Must be called within a tokio runtime.
pub(crate) fn watch() -> io::Result<Stop> {
    let mut signals = Signals::new()?;
    let stop = Stop {
        first: CancellationToken::new(),
        second: CancellationToken::new(),
    };
    let (first, second) = (stop.first.clone(), stop.second.clone());
    tokio::spawn(async move {
        signals.receive().await;
        first.cancel();
        signals.receive().await;
        second.cancel();
    });
    Ok(stop)
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn receive(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals {
    ctrl_c: tokio::signal::windows::CtrlC,
    ctrl_break: tokio::signal::windows::CtrlBreak,
    ctrl_close: tokio::signal::windows::CtrlClose,
}

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close};
        Ok(Self {
            ctrl_c: ctrl_c()?,
            ctrl_break: ctrl_break()?,
            ctrl_close: ctrl_close()?,
        })
    }

    async fn receive(&mut self) {
        tokio::select! {
            _ = self.ctrl_c.recv() => {}
            _ = self.ctrl_break.recv() => {}
            _ = self.ctrl_close.recv() => {}
        }
    }
}
