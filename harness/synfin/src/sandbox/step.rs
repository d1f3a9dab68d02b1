//! The steps of setting a scenario up.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A step of setting a scenario up, in order; the last ones are those of a scenario without namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Starting init.
    Start,
    /// unshare(2) of user, network, mount, pid, ipc and uts namespaces.
    Unshare,
    /// Writing `setgroups`, `uid_map` and `gid_map`.
    MapIds,
    /// Forking process 1 of the new pid namespace.
    Fork,
    /// Setting `lo` up.
    Loopback,
    /// Giving `lo` another MTU.
    Mtu,
    /// Having nft(8) lose segments.
    Loss,
    /// Having tc(8) delay packets.
    Delay,
    /// Writing the network settings of the namespace.
    NetworkSettings,
    /// Making mounts private and mounting a fresh `/proc`.
    Proc,
    /// Host name and `/etc/hosts`.
    HostName,
    /// Hiding what programs must not see.
    Hide,
    /// Forbidding further user namespaces.
    ForbidUserNamespaces,
    /// Mounting scratch.
    Scratch,
    /// Making the file system read-only.
    ReadOnly,
    /// Waiting for the turn on the host's `lo`.
    Turn,
    /// Waiting until the server's port on the host is free.
    Port,
    /// Finding users that nobody else is.
    Users,
    /// Acting with the rights of one of them.
    ActAsUser,
    /// Fencing programs in.
    Fence,
    /// Keeping signals in by Landlock.
    EncloseSignals,
    /// Refusing programs system calls.
    RefuseCalls,
    /// Having the capture helper open a packet socket.
    Helper,
    /// Making a folder of the host in which every user reaches its scratch.
    SharedScratch,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "start init",
            Self::Unshare => "make user, network, mount, pid, ipc and uts namespaces",
            Self::MapIds => "map user and group ids",
            Self::Fork => "fork process 1 of the pid namespace",
            Self::Loopback => "set lo up",
            Self::Mtu => "give lo another MTU",
            Self::Loss => "have nft lose segments",
            Self::Delay => "have tc delay packets",
            Self::NetworkSettings => "write network settings",
            Self::Proc => "mount a fresh /proc",
            Self::HostName => "set host name and /etc/hosts",
            Self::Hide => "hide files",
            Self::ForbidUserNamespaces => "forbid further user namespaces",
            Self::Scratch => "mount scratch",
            Self::ReadOnly => "make the file system read-only",
            Self::Turn => "take a turn on the host's lo",
            Self::Port => "wait for a free port",
            Self::Users => "find users for the programs",
            Self::ActAsUser => "act as another user",
            Self::Fence => "fence programs in by Landlock",
            Self::EncloseSignals => "keep signals in by Landlock",
            Self::RefuseCalls => "refuse programs system calls",
            Self::Helper => "get a packet socket from the capture helper",
            Self::SharedScratch => "make a folder for the programs' scratch",
        })
    }
}
