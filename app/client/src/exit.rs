//! Exit status.

use std::process::ExitCode;

use synfin_client::{ClientError, ErrorCode};

/// How a run of the program ended; the numbers stand in `--help` and do not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done.
    Success = 0,
    /// The server said no, for a reason without a number of its own here.
    Refused = 1,
    /// A name or an address that cannot be. (clap uses the same number.)
    Usage = 2,
    /// Nobody listens at that address, or it cannot be reached.
    NoServer = 3,
    /// The server is full or going down; later may be better.
    Busy = 4,
    /// The file is not there.
    NotFound = 5,
    /// The file is there already, and `--overwrite` was not given.
    Exists = 6,
    /// What arrived is not what was sent, or it changed meanwhile.
    Integrity = 7,
    /// The connection broke, timed out or spoke another protocol.
    Lost = 8,
    /// A local file cannot be read or written.
    LocalFile = 9,
}

impl Exit {
    pub(crate) fn of(error: &ClientError) -> Self {
        match error {
            ClientError::Address { .. } | ClientError::Name(_) => Self::Usage,
            ClientError::NoServer { .. } | ClientError::Connect { .. } => Self::NoServer,
            ClientError::Timeout
            | ClientError::Closed
            | ClientError::Lost(_)
            | ClientError::Frame(_)
            | ClientError::Unexpected(_)
            | ClientError::Disorder => Self::Lost,
            ClientError::Refused(refusal) => Self::of_refusal(refusal.code),
            ClientError::LocalExists(_) => Self::Exists,
            ClientError::Local { .. } | ClientError::NotRegular(_) => Self::LocalFile,
            ClientError::SourceChanged(_) | ClientError::DigestMismatch => Self::Integrity,
        }
    }

    fn of_refusal(code: ErrorCode) -> Self {
        match code {
            ErrorCode::Busy | ErrorCode::ShuttingDown => Self::Busy,
            ErrorCode::NotFound => Self::NotFound,
            ErrorCode::Exists | ErrorCode::NameCollision => Self::Exists,
            ErrorCode::WrongSize | ErrorCode::DigestMismatch | ErrorCode::SourceChanged => {
                Self::Integrity
            }
            ErrorCode::Timeout => Self::Lost,
            ErrorCode::BadName => Self::Usage,
            ErrorCode::Protocol
            | ErrorCode::UnknownType
            | ErrorCode::Version
            | ErrorCode::FrameTooLarge
            | ErrorCode::NotRegular
            | ErrorCode::Permission
            | ErrorCode::NoSpace
            | ErrorCode::FileTooLarge
            | ErrorCode::ReadOnly
            | ErrorCode::Internal
            | ErrorCode::Unknown(_) => Self::Refused,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
