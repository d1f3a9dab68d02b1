//! A file that grows.

#![expect(
    clippy::disallowed_methods,
    reason = "opens the file that it is to follow"
)]

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
#[cfg(not(target_os = "linux"))]
use std::time::Duration;

use super::stop::Stop;

/// A file as a reader that waits at its end for more, until the process is asked to stop.
pub struct GrowingFile {
    file: File,
    path: PathBuf,
    read_bytes: u64,
    has_ended: bool,
    was_moved: bool,
    wakes: Receiver<()>,
    stop: Stop,
    notice: Box<dyn FnMut(Notice)>,
}

/// Something about a file that its reader's user should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// It became shorter than what was read of it: nothing after that can be understood, and reading ends.
    Truncated,
    /// Its name now belongs to another file, or to none; the one that was opened is followed on.
    Moved,
}

/// How often a file is looked at where the system does not tell of changes.
#[cfg(not(target_os = "linux"))]
const LOOK_EVERY: Duration = Duration::from_millis(200);

impl GrowingFile {
    /// Opens a file that is being written. `notice` is told what happens to it beside growing.
    ///
    /// # Errors
    /// If it cannot be opened or watched.
    pub fn open(path: &Path, notice: impl FnMut(Notice) + 'static) -> io::Result<Self> {
        let (alarm, wakes) = sync_channel(1);
        #[cfg(target_os = "linux")]
        {
            let alarm = alarm.clone();
            super::watch::watch(path, move || wake(&alarm))?;
        }
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok(Self {
            file,
            path: path.to_owned(),
            read_bytes: 0,
            has_ended: false,
            was_moved: false,
            wakes,
            stop: Stop::on_signal(move || {
                wake(&alarm);
            })?,
            notice: Box::new(notice),
        })
    }

    /// Waits until there may be more to read, or a reason to end.
    fn wait(&mut self) -> io::Result<()> {
        self.look_at_name();
        if self.file.metadata()?.len() < self.read_bytes {
            (self.notice)(Notice::Truncated);
            self.has_ended = true;
            return Ok(());
        }
        #[cfg(target_os = "linux")]
        let _ = self.wakes.recv();
        #[cfg(not(target_os = "linux"))]
        let _ = self.wakes.recv_timeout(LOOK_EVERY);
        Ok(())
    }

    fn look_at_name(&mut self) {
        if !self.was_moved && !is_still_at(&self.file, &self.path) {
            self.was_moved = true;
            (self.notice)(Notice::Moved);
        }
    }
}

/// Wakes the reader; if it was woken already, once is enough. Whether there still is one.
fn wake(alarm: &SyncSender<()>) -> bool {
    !matches!(alarm.try_send(()), Err(TrySendError::Disconnected(())))
}

impl Read for GrowingFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.has_ended && !self.stop.is_asked() {
            let read = self.file.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                self.read_bytes += read as u64;
                return Ok(read);
            }
            self.wait()?;
        }
        Ok(0)
    }
}

/// Whether the open file still has its name.
#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), path.metadata()) {
        (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
        (Ok(_) | Err(_), Ok(_) | Err(_)) => false,
    }
}

/// Elsewhere an open file keeps its name.
#[cfg(not(unix))]
fn is_still_at(_file: &File, _path: &Path) -> bool {
    true
}

impl fmt::Debug for GrowingFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GrowingFile")
            .field("path", &self.path)
            .field("read_bytes", &self.read_bytes)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => {
                "the file was cut shorter while it was read: it is followed no further"
            }
            Self::Moved => {
                "the file was moved, removed or replaced: the one that was opened is followed on"
            }
        })
    }
}
