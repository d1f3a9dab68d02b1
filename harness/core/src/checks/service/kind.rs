//! The ways of not serving a client.

use crate::checks::Root;
use crate::diagnosis::Pattern;

/// A way of not serving a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::checks) enum Kind {
    /// It was never accepted.
    NeverAccepted,
    /// Its request lies unread while the server sleeps.
    Unread,
    /// Its request was read, and the server sleeps.
    Silent,
    /// The server closed without an answer.
    Closed,
    /// It got something else than an answer.
    TurnedAway,
    /// Its SYN was answered by RST.
    Refused,
    /// Its SYN was not answered.
    SynUnanswered,
    /// Its connection stands, and it waits without a request.
    Waits,
    /// It was answered before, and waits without a further request.
    WaitsOn,
    /// It sent no SYN, or ended before its request.
    NotAsked,
}

impl Kind {
    /// As part of a count: `5 never accepted (no server-side socket)`.
    pub(in crate::checks) fn phrase(self) -> &'static str {
        match self {
            Self::NeverAccepted => "never accepted (no server-side socket)",
            Self::Unread => "accepted with the request lying unread while the server slept",
            Self::Silent => "read and not answered while the server slept",
            Self::Closed => "closed by the server without an answer",
            Self::TurnedAway => "turned away",
            Self::Refused => "refused",
            Self::SynUnanswered => "without an answer to their SYN",
            Self::Waits => "waiting, and sent no request",
            Self::WaitsOn => "waiting after a reply, and sent no further request",
            Self::NotAsked => "without a request",
        }
    }

    /// What is known of it.
    pub(in crate::checks) fn pattern(self) -> Pattern {
        match self {
            Self::NeverAccepted => Pattern::NeverAccepted,
            Self::Unread | Self::Silent => Pattern::RequestIgnored,
            Self::Closed => Pattern::ClosedUnanswered,
            Self::TurnedAway => Pattern::TurnedAway,
            Self::Refused => Pattern::Refused,
            Self::SynUnanswered => Pattern::SynUnanswered,
            Self::Waits => Pattern::NoRequest,
            Self::WaitsOn => Pattern::StuckAfterReply,
            Self::NotAsked => Pattern::NoSyn,
        }
    }

    /// Whether it is for the server to answer for.
    pub(in crate::checks) fn root(self) -> Option<Root> {
        match self {
            Self::NeverAccepted
            | Self::Unread
            | Self::Silent
            | Self::Closed
            | Self::TurnedAway
            | Self::Refused
            | Self::SynUnanswered => Some(Root::ClientNotServed),
            Self::Waits | Self::WaitsOn | Self::NotAsked => None,
        }
    }
}
