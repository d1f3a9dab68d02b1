//! The numbers of `ERR_`.

/// Why a server said no. Numbers are for ever, names are for people, the message beside them is free text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// 1: bytes or an order of frames that the protocol does not allow.
    Protocol,
    /// 2: a frame type that this version does not have.
    UnknownType,
    /// 3: no common version.
    Version,
    /// 4: all places are taken; try again later.
    Busy,
    /// 5: the peer was silent, or too slow, for longer than the limit.
    Timeout,
    /// 6: the server is going down.
    ShuttingDown,
    /// 7: a frame longer than its type allows.
    FrameTooLarge,
    /// 10: no such file.
    NotFound,
    /// 11: a file of that name is there, and overwriting was not asked for.
    Exists,
    /// 12: a name that cannot be stored on every system.
    BadName,
    /// 13: a file is there whose name differs in case only.
    NameCollision,
    /// 14: the name belongs to something that is no regular file.
    NotRegular,
    /// 15: the server's own rights do not suffice.
    Permission,
    /// 20: the server's disk, or its quota, is full.
    NoSpace,
    /// 21: larger than the server accepts.
    FileTooLarge,
    /// 22: the server's file system cannot be written.
    ReadOnly,
    /// 31: `DONE` came before the announced size was reached.
    WrongSize,
    /// 32: what arrived has another digest than what was sent.
    DigestMismatch,
    /// 33: the file changed while it was being sent.
    SourceChanged,
    /// 40: the server's fault; its log says more.
    Internal,
    /// Any other number: a later version's. Its meaning is "no".
    Unknown(u16),
}

impl ErrorCode {
    /// Every code of this version with its number and its name.
    pub const ALL: [(Self, u16, &str); 20] = [
        (Self::Protocol, 1, "protocol"),
        (Self::UnknownType, 2, "unknown-type"),
        (Self::Version, 3, "version"),
        (Self::Busy, 4, "busy"),
        (Self::Timeout, 5, "timeout"),
        (Self::ShuttingDown, 6, "shutting-down"),
        (Self::FrameTooLarge, 7, "frame-too-large"),
        (Self::NotFound, 10, "not-found"),
        (Self::Exists, 11, "exists"),
        (Self::BadName, 12, "bad-name"),
        (Self::NameCollision, 13, "name-collision"),
        (Self::NotRegular, 14, "not-regular"),
        (Self::Permission, 15, "permission"),
        (Self::NoSpace, 20, "no-space"),
        (Self::FileTooLarge, 21, "file-too-large"),
        (Self::ReadOnly, 22, "read-only"),
        (Self::WrongSize, 31, "wrong-size"),
        (Self::DigestMismatch, 32, "digest-mismatch"),
        (Self::SourceChanged, 33, "source-changed"),
        (Self::Internal, 40, "internal"),
    ];

    /// The number on the wire.
    pub fn number(self) -> u16 {
        match self {
            Self::Unknown(number) => number,
            known => Self::ALL
                .iter()
                .find(|(code, ..)| *code == known)
                .map_or(0, |(_, number, _)| *number),
        }
    }

    /// The meaning of a number on the wire.
    pub fn from_number(number: u16) -> Self {
        Self::ALL
            .iter()
            .find(|(_, known, _)| *known == number)
            .map_or(Self::Unknown(number), |(code, ..)| *code)
    }

    /// The name in PROTOCOL.md, for logs and scripts.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(code, ..)| *code == self)
            .map_or("unknown", |(.., name)| *name)
    }

    /// May the same request succeed later without anybody's doing?
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::Busy | Self::ShuttingDown)
    }
}
