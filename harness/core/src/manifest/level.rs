//! The levels at which a run can be recorded, and what each of them offers.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How programs are isolated and recorded, from best to least.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// 0: a user namespace of an ordinary user.
    RootlessNamespaces,
    /// 1: namespaces made by root.
    RootNamespaces,
    /// 2: root with `CAP_NET_RAW` only: the host's `lo`.
    RawSocketOnly,
    /// 3: a capture helper with file capabilities.
    CaptureHelper,
    /// 4: nothing: wire rows are *Inconclusive*.
    Nothing,
}

/// What a recording may or may not hold, as far as its level decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The frames that cross the wire.
    Wire,
    /// The kernel's table of TCP sockets.
    SocketTable,
    /// Programs that the harness starts, watches and ends, with their files.
    Programs,
    /// A Wine prefix for each program: an overlay, which is a mount.
    WinePrefix,
}

impl Level {
    /// All levels, from best to least.
    pub const ALL: [Self; 5] = [
        Self::RootlessNamespaces,
        Self::RootNamespaces,
        Self::RawSocketOnly,
        Self::CaptureHelper,
        Self::Nothing,
    ];

    /// The number that documents and `--level` call it by.
    pub fn number(self) -> u8 {
        match self {
            Self::RootlessNamespaces => 0,
            Self::RootNamespaces => 1,
            Self::RawSocketOnly => 2,
            Self::CaptureHelper => 3,
            Self::Nothing => 4,
        }
    }

    /// Whether a recording made at this level can hold this.
    pub fn offers(self, need: Need) -> bool {
        match (self, need) {
            (Self::RootlessNamespaces | Self::RootNamespaces, _) => true,
            (Self::RawSocketOnly | Self::CaptureHelper, need) => need != Need::WinePrefix,
            (Self::Nothing, _) => false,
        }
    }
}

impl Level {
    /// Whether of all that crosses the host's `lo` only what comes from or goes to the server's port is recorded.
    pub fn records_one_port(self) -> bool {
        match self {
            Self::RawSocketOnly | Self::CaptureHelper => true,
            Self::RootlessNamespaces | Self::RootNamespaces | Self::Nothing => false,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RootlessNamespaces => "rootless namespaces",
            Self::RootNamespaces => "namespaces made by root",
            Self::RawSocketOnly => "raw socket only, no namespaces",
            Self::CaptureHelper => "capture helper",
            Self::Nothing => "nothing recorded from the wire",
        })
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wire => "the wire",
            Self::SocketTable => "the kernel's socket table",
            Self::Programs => "programs that the harness starts",
            Self::WinePrefix => "a Wine prefix for each program",
        })
    }
}
