//! Watches a role: how its main program ended, and when nothing of the role is left.

use std::io;
use std::os::fd::OwnedFd;

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::sync::watch;

use crate::sandbox::Ended;

/// What is known of a role's end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RoleState {
    /// How its main program ended, if it did.
    pub(super) ended: Option<Ended>,
    /// Whether all that the program left behind has ended too.
    pub(super) is_gone: bool,
}

/// Follows the pipe on which the role's keeper reports.
pub(super) fn follow(ended: OwnedFd) -> io::Result<watch::Receiver<RoleState>> {
    let mut pipe = Receiver::from_owned_fd(ended)?;
    let (state, follower) = watch::channel(RoleState::default());
    tokio::spawn(async move {
        let mut report = Vec::new();
        // A report is shorter than a pipe's atomic write, hence whole whenever anything can be read.
        while pipe
            .read_buf(&mut report)
            .await
            .is_ok_and(|length| length > 0)
        {
            let ended = Ended::parse(&report);
            state.send_modify(|state| state.ended = ended);
        }
        state.send_modify(|state| state.is_gone = true);
    });
    Ok(follower)
}
