//! The socket table at deadlines and milestones.

use std::fmt;
use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Role;

/// The socket table at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SocketSample {
    /// When.
    pub at: u64,
    /// Why then.
    pub reason: SampleReason,
    /// TCP sockets of the namespace.
    pub sockets: Vec<SocketRow>,
    /// Connections the kernel dropped because an accept queue was full, so far (`ListenOverflows`).
    pub listen_overflows: u64,
    /// Whether a server thread was running at that moment; absent if unknown.
    pub server_runs: Option<bool>,
    /// TCP sockets that the server's processes hold and that stand in no table, by their inodes: they were never connected, or
    /// have lost their connection (`CLOSED`). Absent if they were not looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlisted: Option<Vec<u64>>,
}

/// Why a socket sample was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum SampleReason {
    /// The server was first seen in LISTEN, or its deadline passed.
    Listen,
    /// All clients alive reached a `hold`.
    Hold {
        /// Which entry of the scenario's steps.
        entry: u32,
    },
    /// A client's step ended or its deadline passed.
    Step {
        /// Which client.
        client: u32,
        /// Which entry of the scenario's steps.
        entry: u32,
    },
    /// The server had ended at a `restart`, and was about to be started again.
    Restart {
        /// Which entry of the scenario's steps.
        entry: u32,
    },
    /// Before the first stop action.
    Stop,
}

/// One TCP socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SocketRow {
    /// Its own address.
    pub local: SocketAddr,
    /// Its peer's; port 0 for a listener.
    pub remote: SocketAddr,
    /// Its state.
    pub state: SocketState,
    /// Its inode; 0 for a connection that was not accepted.
    pub inode: u64,
    /// Who holds it, if it was looked up.
    pub owner: Option<Role>,
    /// Unread bytes; for a listener, connections waiting to be accepted.
    pub receive_queue: u32,
    /// Unacknowledged bytes; for a listener, its backlog.
    pub send_queue: u32,
    /// For an IPv6 socket, whether it also takes IPv4; absent if the kernel did not say.
    pub v6_only: Option<bool>,
}

/// The state of a TCP socket (RFC 9293, 3.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the RFC's own names")]
pub enum SocketState {
    Established,
    SynSent,
    SynReceived,
    FinWait1,
    FinWait2,
    TimeWait,
    Closed,
    CloseWait,
    LastAck,
    Listen,
    Closing,
    NewSynReceived,
}

impl fmt::Display for SocketState {
    /// As netstat(8) writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Established => "ESTABLISHED",
            Self::SynSent => "SYN_SENT",
            Self::SynReceived | Self::NewSynReceived => "SYN_RECV",
            Self::FinWait1 => "FIN_WAIT1",
            Self::FinWait2 => "FIN_WAIT2",
            Self::TimeWait => "TIME_WAIT",
            Self::Closed => "CLOSE",
            Self::CloseWait => "CLOSE_WAIT",
            Self::LastAck => "LAST_ACK",
            Self::Listen => "LISTEN",
            Self::Closing => "CLOSING",
        })
    }
}
