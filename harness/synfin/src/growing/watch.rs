//! What the kernel says about a file (inotify(7)).

use std::io;
use std::path::Path;
use std::thread;

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};

/// Calls `changed` whenever the file was written, cut, moved or removed, for as long as that returns true.
pub(super) fn watch(
    path: &Path,
    mut changed: impl FnMut() -> bool + Send + 'static,
) -> io::Result<()> {
    let inotify = inotify::init(CreateFlags::CLOEXEC)?;
    let events = WatchFlags::MODIFY | WatchFlags::ATTRIB | WatchFlags::MOVE_SELF;
    inotify::add_watch(&inotify, path, events)?;
    thread::Builder::new()
        .name("inotify".to_owned())
        .spawn(move || {
            let mut buffer = [const { std::mem::MaybeUninit::uninit() }; 4096];
            let mut reader = inotify::Reader::new(inotify, &mut buffer);
            while reader.next().is_ok() {
                if !changed() {
                    break;
                }
            }
        })?;
    Ok(())
}
