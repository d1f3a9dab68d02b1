//! What can go wrong in the directory, and the code under which a client hears of it.

use std::io;

use synfin_protocol::{ErrorCode, FileName, NameError};

/// A request that the store cannot fulfil.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error(transparent)]
    BadName(NameError),
    #[error("there is no file \"{0}\"")]
    NotFound(FileName),
    #[error("\"{0}\" is there already")]
    Exists(FileName),
    #[error("\"{0}\" is there already, and some systems hold the two names to be one")]
    Collision(FileName),
    #[error("\"{0}\" is no regular file")]
    NotRegular(FileName),
    #[error("{size_bytes} bytes are too many: this server takes files of up to {limit_bytes}")]
    TooLarge { size_bytes: u64, limit_bytes: u64 },
    #[error("{size_bytes} bytes do not fit: {free_bytes} are free")]
    NoSpace { size_bytes: u64, free_bytes: u64 },
    #[error("{announced_bytes} bytes were announced, {received_bytes} came")]
    WrongSize {
        announced_bytes: u64,
        received_bytes: u64,
    },
    #[error("what arrived has another digest than what was sent")]
    DigestMismatch,
    #[error("the file became shorter while it was being sent")]
    SourceChanged,
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl StoreError {
    pub(crate) fn code(&self) -> ErrorCode {
        match self {
            Self::BadName(_) => ErrorCode::BadName,
            Self::NotFound(_) => ErrorCode::NotFound,
            Self::Exists(_) => ErrorCode::Exists,
            Self::Collision(_) => ErrorCode::NameCollision,
            Self::NotRegular(_) => ErrorCode::NotRegular,
            Self::TooLarge { .. } => ErrorCode::FileTooLarge,
            Self::NoSpace { .. } => ErrorCode::NoSpace,
            Self::WrongSize { .. } => ErrorCode::WrongSize,
            Self::DigestMismatch => ErrorCode::DigestMismatch,
            Self::SourceChanged => ErrorCode::SourceChanged,
            Self::Io(error) => code_of(error),
        }
    }

    /// What a client is told: never the operating system's words, which may hold paths.
    pub(crate) fn public_message(&self) -> String {
        match self {
            Self::Io(error) => words_for(code_of(error)).to_owned(),
            other => other.to_string(),
        }
    }
}

/// The wire's code for an error of the operating system.
fn code_of(error: &io::Error) -> ErrorCode {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorCode::NoSpace,
        io::ErrorKind::FileTooLarge => ErrorCode::FileTooLarge,
        io::ErrorKind::PermissionDenied => ErrorCode::Permission,
        io::ErrorKind::ReadOnlyFilesystem => ErrorCode::ReadOnly,
        io::ErrorKind::NotFound => ErrorCode::NotFound,
        io::ErrorKind::IsADirectory => ErrorCode::NotRegular,
        _ => ErrorCode::Internal,
    }
}

fn words_for(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::NoSpace => "the server's disk is full",
        ErrorCode::FileTooLarge => "the file is larger than the server's file system allows",
        ErrorCode::Permission => "the server lacks the permission for it",
        ErrorCode::ReadOnly => "the server's file system cannot be written",
        ErrorCode::NotFound => "the file is gone",
        ErrorCode::NotRegular => "the name belongs to no regular file",
        _ => "the server failed; its log says more",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn what_linux_says_of_a_failed_write_reaches_the_client_as_its_own_code() {
        use rustix::io::Errno;

        let cases = [
            (Errno::NOSPC, ErrorCode::NoSpace),
            (Errno::DQUOT, ErrorCode::NoSpace),
            (Errno::FBIG, ErrorCode::FileTooLarge),
            (Errno::ACCESS, ErrorCode::Permission),
            (Errno::PERM, ErrorCode::Permission),
            (Errno::ROFS, ErrorCode::ReadOnly),
            (Errno::ISDIR, ErrorCode::NotRegular),
            (Errno::IO, ErrorCode::Internal),
        ];
        let mapped = cases.map(|(errno, _)| (errno, code_of(&errno.into())));
        assert_eq!(mapped, cases);
    }

    #[test]
    fn no_word_of_the_operating_system_reaches_a_client() {
        let error = StoreError::Io(io::Error::other("/home/secret: broken"));
        assert_eq!(
            error.public_message(),
            "the server failed; its log says more"
        );
    }
}
