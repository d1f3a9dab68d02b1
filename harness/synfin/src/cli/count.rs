//! Numbers of the command line: those that count something, of which there must be some, and levels.

use std::num::{NonZeroU32, NonZeroUsize};

use synfin_core::manifest::Level;
use synfin_core::spec::{MOST_CLIENTS, MOST_REPETITIONS};

/// The text is no such number.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CountError {
    /// Of clients.
    #[error("write how many clients, from 1 to {MOST_CLIENTS}")]
    Clients,
    /// Of repetitions.
    #[error("write how many times, from 1 to {MOST_REPETITIONS}")]
    Repetitions,
    /// Of levels.
    #[error("write a level, from 0 to 4; synfin doctor tells what they are")]
    Level,
    /// Of anything else.
    #[error("write a whole number, 1 or more")]
    Some,
}

/// How many clients take part.
pub(super) fn clients(text: &str) -> Result<NonZeroU32, CountError> {
    up_to(MOST_CLIENTS, text).ok_or(CountError::Clients)
}

/// How often a scenario is recorded.
pub(super) fn repetitions(text: &str) -> Result<NonZeroU32, CountError> {
    up_to(MOST_REPETITIONS, text).ok_or(CountError::Repetitions)
}

fn up_to(most: u32, text: &str) -> Option<NonZeroU32> {
    let count: NonZeroU32 = text.parse().ok()?;
    (count.get() <= most).then_some(count)
}

/// A level, by its number.
pub(super) fn level(text: &str) -> Result<Level, CountError> {
    let mut levels = Level::ALL.into_iter();
    levels
        .find(|level| level.number().to_string() == text)
        .ok_or(CountError::Level)
}

/// How many of something happen at once.
pub(super) fn at_once(text: &str) -> Result<NonZeroUsize, CountError> {
    text.parse().map_err(|_| CountError::Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_clients_and_too_many_are_told_what_can_be() {
        assert_eq!(clients("40").map(NonZeroU32::get), Ok(40));
        for text in ["0", "10001", "-1", "many"] {
            let error = clients(text).unwrap_err();
            assert_eq!(error.to_string(), "write how many clients, from 1 to 10000");
        }
    }

    #[test]
    fn nothing_at_once_is_told_to_be_one_or_more() {
        assert_eq!(at_once("2").map(NonZeroUsize::get), Ok(2));
        assert_eq!(at_once("0"), Err(CountError::Some));
    }
}
