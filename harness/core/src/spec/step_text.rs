//! The text of a step entry: `upload@2 notes.bin 64KiB`.

use std::str::{FromStr, SplitWhitespace};

use super::error::did_you_mean;
use super::{ClientNumber, FileSize, Step, StepEntry, is_one_component};

const STEPS: [&str; 7] = [
    "connect", "list", "upload", "download", "quit", "hold", "kill",
];

/// Steps of the design that no program can be put through yet.
const LATER_STEPS: [&str; 8] = [
    "reset",
    "half-close",
    "stall",
    "slow",
    "garbage",
    "open-only",
    "flood",
    "stop",
];

/// The largest file a step may transfer: its contents are made in memory.
const LARGEST_BYTES: u64 = 1 << 30;

/// Why a text is no step entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum StepError {
    #[error("the step is empty")]
    Empty,
    #[error("no step is called {0:?}")]
    Unknown(String),
    #[error("the step `{0}` is not supported yet")]
    Later(String),
    #[error("{0:?} is no client; they are numbered from 1 on")]
    Client(String),
    #[error("`hold` is for all clients, not for one")]
    HoldOfOne,
    #[error("`{0}` needs a file name")]
    NoName(&'static str),
    #[error("{0:?} is not one path component")]
    Name(String),
    #[error("`upload` needs a size")]
    NoSize,
    #[error("{0:?} is no size up to 1 GiB")]
    Size(String),
    #[error("nothing may follow here: {0:?}")]
    Rest(String),
}

impl StepError {
    /// What was probably meant.
    pub fn suggestion(&self) -> Option<String> {
        match self {
            Self::Unknown(word) => did_you_mean(word, STEPS)
                .or_else(|| Some(format!("the steps are {}", STEPS.join(", ")))),
            Self::NoSize | Self::Size(_) => {
                Some("write `upload notes.bin 64KiB`; units are B, KiB, MiB and GiB".to_owned())
            }
            Self::NoName(step) => Some(format!("write `{step} notes.bin`")),
            Self::Empty
            | Self::Later(_)
            | Self::Client(_)
            | Self::HoldOfOne
            | Self::Name(_)
            | Self::Rest(_) => None,
        }
    }
}

impl FromStr for StepEntry {
    type Err = StepError;

    fn from_str(text: &str) -> Result<Self, StepError> {
        let mut words = text.split_whitespace();
        let head = words.next().ok_or(StepError::Empty)?;
        let (name, only) = match head.split_once('@') {
            None => (head, None),
            Some((name, client)) => (name, Some(client_number(client)?)),
        };
        let step = step(name, &mut words)?;
        if let Some(word) = words.next() {
            return Err(StepError::Rest(word.to_owned()));
        }
        if step == Step::Hold && only.is_some() {
            return Err(StepError::HoldOfOne);
        }
        Ok(Self { step, only })
    }
}

fn client_number(text: &str) -> Result<ClientNumber, StepError> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number
        .map(ClientNumber)
        .ok_or_else(|| StepError::Client(text.to_owned()))
}

fn step(name: &str, words: &mut SplitWhitespace<'_>) -> Result<Step, StepError> {
    match name {
        "connect" => Ok(Step::Connect),
        "list" => Ok(Step::List),
        "upload" => Ok(Step::Upload {
            name: file_name("upload", words)?,
            size: file_size(&words.collect::<String>())?,
        }),
        "download" => Ok(Step::Download {
            name: file_name("download", words)?,
        }),
        "quit" => Ok(Step::Quit),
        "hold" => Ok(Step::Hold),
        "kill" => Ok(Step::Kill),
        later if LATER_STEPS.contains(&later) => Err(StepError::Later(later.to_owned())),
        unknown => Err(StepError::Unknown(unknown.to_owned())),
    }
}

fn file_name(step: &'static str, words: &mut SplitWhitespace<'_>) -> Result<String, StepError> {
    let name = words.next().ok_or(StepError::NoName(step))?;
    if is_one_component(name) {
        Ok(name.to_owned())
    } else {
        Err(StepError::Name(name.to_owned()))
    }
}

/// `65536`, `64KiB`, `64 KiB` (its words joined).
fn file_size(text: &str) -> Result<FileSize, StepError> {
    if text.is_empty() {
        return Err(StepError::NoSize);
    }
    bytes(text)
        .filter(|bytes| *bytes <= LARGEST_BYTES)
        .map(FileSize)
        .ok_or_else(|| StepError::Size(text.to_owned()))
}

/// So many bytes: `65536`, `64KiB`.
pub(super) fn bytes(text: &str) -> Option<u64> {
    let digits_end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(digits_end);
    let unit_bytes: u64 = match unit {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    let count: u64 = digits.parse().ok()?;
    count.checked_mul(unit_bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn refused(text: &str) -> StepError {
        text.parse::<StepEntry>().unwrap_err()
    }

    #[test]
    fn sizes_have_binary_units() {
        let size_of = |text: &str| match text.parse::<StepEntry>().unwrap().step {
            Step::Upload { size, .. } => size.0,
            step => panic!("{step} is no upload"),
        };
        assert_eq!(size_of("upload a 0"), 0);
        assert_eq!(size_of("upload a 17B"), 17);
        assert_eq!(size_of("upload a 64KiB"), 65_536);
        assert_eq!(size_of("upload a 1 MiB"), 1_048_576);
        assert_eq!(size_of("upload a 1GiB"), LARGEST_BYTES);
    }

    #[test]
    fn a_size_that_no_file_has_is_refused() {
        for size in [
            "2GiB",
            "64kB",
            "KiB",
            "-1",
            "1.5MiB",
            "99999999999999999999",
            "18014398509481984KiB",
        ] {
            assert_eq!(
                refused(&format!("upload a {size}")),
                StepError::Size(size.to_owned())
            );
        }
        assert_eq!(refused("upload a"), StepError::NoSize);
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_refused() {
        for name in ["../a", "a/b", "a\\b", "..", "C:a"] {
            assert_eq!(
                refused(&format!("download {name}")),
                StepError::Name(name.to_owned())
            );
        }
        assert_eq!(refused("download"), StepError::NoName("download"));
    }

    #[test]
    fn clients_are_numbered_from_1_on() {
        for client in ["0", "", "x", "-1", "4294967296"] {
            assert_eq!(
                refused(&format!("list@{client}")),
                StepError::Client(client.to_owned())
            );
        }
        assert_eq!(refused("hold@1"), StepError::HoldOfOne);
    }

    #[test]
    fn nothing_follows_a_whole_step() {
        assert_eq!(refused("quit now"), StepError::Rest("now".to_owned()));
        assert_eq!(refused(" "), StepError::Empty);
    }

    #[test]
    fn the_placeholder_is_the_clients_number() {
        let upload: StepEntry = "upload notes-{client}.bin 1".parse().unwrap();
        assert_eq!(
            upload.step.file_name(ClientNumber(3)).as_deref(),
            Some("notes-3.bin")
        );
        assert_eq!(Step::List.file_name(ClientNumber(3)), None);
    }

    fn any_step() -> impl Strategy<Value = Step> {
        let name = "[a-z][a-z{}.-]{0,8}";
        prop_oneof![
            Just(Step::Connect),
            Just(Step::List),
            (name, 0..=LARGEST_BYTES).prop_map(|(name, size)| Step::Upload {
                name,
                size: FileSize(size)
            }),
            name.prop_map(|name| Step::Download { name }),
            Just(Step::Quit),
            Just(Step::Kill),
        ]
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(step in any_step(), only in proptest::option::of(1..=u32::MAX)) {
            let entry = StepEntry { step, only: only.map(ClientNumber) };
            prop_assert_eq!(entry.to_string().parse(), Ok(entry));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,40}") {
            let _ = text.parse::<StepEntry>();
        }
    }
}
