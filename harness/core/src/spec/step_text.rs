//! The text of a step entry: `upload@2 notes.bin 64KiB`.

use std::str::{FromStr, SplitWhitespace};

use super::error::did_you_mean;
use super::{ClientNumber, Fault, FileSize, Step, StepEntry, Victim, is_one_component};

const STEPS: [&str; 17] = [
    "connect",
    "list",
    "upload",
    "download",
    "quit",
    "hold",
    "kill",
    "stop",
    "open-only",
    "reset",
    "half-close",
    "garbage",
    "oversized",
    "stall",
    "slow",
    "flood",
    "restart",
];

/// The largest file a step may transfer: its contents are made in memory.
const LARGEST_BYTES: u64 = 1 << 30;

/// The smallest file in the middle of whose upload a program can be killed: a smaller one has crossed before.
const INTERRUPTIBLE_BYTES: u64 = 1 << 20;

/// The most connections that one raw client holds.
const MOST_CONNECTIONS: u32 = 1000;

/// Why a text is no step entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum StepError {
    #[error("the step is empty")]
    Empty,
    #[error("no step is called {0:?}")]
    Unknown(String),
    #[error("{0:?} is no client; they are numbered from 1 on")]
    Client(String),
    #[error("`hold` is for all clients, not for one")]
    HoldOfOne,
    #[error("`restart` is for the server, not for a client")]
    RestartOfClient,
    #[error("`{0}` needs a request")]
    NoRequest(&'static str),
    #[error("`{0}` is no request")]
    NotARequest(String),
    #[error("`{0}` transfers no file")]
    NotATransfer(String),
    #[error("a file of {0} bytes has crossed before anybody is killed")]
    TooSmall(u64),
    #[error("{0:?} is no number of connections from 1 to {MOST_CONNECTIONS}")]
    Connections(String),
    #[error("`{0}` needs a file name")]
    NoName(&'static str),
    #[error("{0:?} is not one path component")]
    Name(String),
    #[error("a file's name has no spaces: {0:?} has")]
    Spaces(String),
    #[error("`{0}` needs a size")]
    NoSize(&'static str),
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
            Self::NoSize("upload") | Self::Size(_) => {
                Some("write `upload notes.bin 64KiB`; units are B, KiB, MiB and GiB".to_owned())
            }
            Self::NoSize(step) => Some(format!("write `{step}@2 4KiB`, if client 2 is a raw one")),
            Self::NoName(step) => Some(format!("write `{step} notes.bin`")),
            Self::RestartOfClient => Some("write `restart`".to_owned()),
            Self::NoRequest(step) => {
                Some(format!("write `{step}@2 list`, if client 2 is a raw one"))
            }
            Self::NotARequest(_) => Some("the requests are list, upload and download".to_owned()),
            Self::NotATransfer(_) => Some("write `during upload notes.bin 8MiB`".to_owned()),
            Self::TooSmall(_) => Some("write `8MiB` or more".to_owned()),
            Self::Connections(_) => {
                Some("write `flood@2 200`, if client 2 is a raw one".to_owned())
            }
            Self::Name(_) => Some(
                "write a file's name alone, `notes.bin`; its folder stands in the target, [files]"
                    .to_owned(),
            ),
            Self::Spaces(name) => {
                let name = name.split_whitespace().collect::<Vec<_>>().join("-");
                Some(format!("write `{name}`"))
            }
            Self::Empty | Self::Client(_) | Self::HoldOfOne | Self::Rest(_) => None,
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
        if step.fault().map(Fault::victim) == Some(Victim::Server) && only.is_some() {
            return Err(StepError::RestartOfClient);
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
        "upload" => {
            let name = file_name("upload", words)?;
            let size = upload_size(&name, words)?;
            Ok(Step::Upload { name, size })
        }
        "download" => {
            let name = file_name("download", words)?;
            let rest: Vec<&str> = words.collect();
            match rest.as_slice() {
                [] => Ok(Step::Download { name }),
                rest => Err(StepError::Spaces(format!("{name} {}", rest.join(" ")))),
            }
        }
        "quit" => Ok(Step::Quit),
        "hold" => Ok(Step::Hold),
        other => fault(other, words).map(Step::Fault),
    }
}

fn fault(name: &str, words: &mut SplitWhitespace<'_>) -> Result<Fault, StepError> {
    Ok(match name {
        "kill" => Fault::Kill {
            during: during(words)?.map(interruptible).transpose()?,
        },
        "stop" => Fault::Stop,
        "open-only" => Fault::OpenOnly,
        "reset" => Fault::Reset {
            during: during(words)?,
        },
        "half-close" => Fault::HalfClose,
        "garbage" => Fault::Garbage {
            size: file_size("garbage", words)?,
        },
        "oversized" => Fault::Oversized {
            size: file_size("oversized", words)?,
        },
        "stall" => Fault::Stall {
            request: request("stall", words)?,
        },
        "slow" => Fault::Slow {
            request: request("slow", words)?,
        },
        "flood" => Fault::Flood {
            connections: connections(words.next().unwrap_or_default())?,
        },
        "restart" => Fault::Restart,
        unknown => return Err(StepError::Unknown(unknown.to_owned())),
    })
}

/// `during upload notes.bin 8MiB`, if that follows.
fn during(words: &mut SplitWhitespace<'_>) -> Result<Option<Box<Step>>, StepError> {
    match words.next() {
        None => Ok(None),
        Some("during") => match *request("during", words)? {
            transfer @ (Step::Upload { .. } | Step::Download { .. }) => {
                Ok(Some(Box::new(transfer)))
            }
            other => Err(StepError::NotATransfer(other.to_string())),
        },
        Some(word) => Err(StepError::Rest(word.to_owned())),
    }
}

fn interruptible(transfer: Box<Step>) -> Result<Box<Step>, StepError> {
    match *transfer {
        Step::Upload { size, .. } if size.0 < INTERRUPTIBLE_BYTES => {
            Err(StepError::TooSmall(size.0))
        }
        _ => Ok(transfer),
    }
}

fn request(of: &'static str, words: &mut SplitWhitespace<'_>) -> Result<Box<Step>, StepError> {
    let name = words.next().ok_or(StepError::NoRequest(of))?;
    let step = step(name, words)?;
    if !step.is_request() {
        return Err(StepError::NotARequest(name.to_owned()));
    }
    Ok(Box::new(step))
}

fn connections(text: &str) -> Result<u32, StepError> {
    let number = text.parse().ok();
    number
        .filter(|number| (1..=MOST_CONNECTIONS).contains(number))
        .ok_or_else(|| StepError::Connections(text.to_owned()))
}

fn file_name(step: &'static str, words: &mut SplitWhitespace<'_>) -> Result<String, StepError> {
    let name = words.next().ok_or(StepError::NoName(step))?;
    if is_one_component(name) {
        Ok(name.to_owned())
    } else {
        Err(StepError::Name(name.to_owned()))
    }
}

/// The size behind the name of a file to upload. Where the size is preceded by other words, they are of the name.
fn upload_size(name: &str, words: &mut SplitWhitespace<'_>) -> Result<FileSize, StepError> {
    let rest: Vec<&str> = words.clone().collect();
    let is_size = |from: &usize| bytes(&rest[*from..].concat()).is_some();
    match (0..rest.len()).find(is_size) {
        Some(from) if from > 0 => {
            let rest = rest[..from].join(" ");
            Err(StepError::Spaces(format!("{name} {rest}")))
        }
        Some(_) | None => file_size("upload", words),
    }
}

/// `65536`, `64KiB`, `64 KiB` (its words joined).
fn file_size(step: &'static str, words: &mut SplitWhitespace<'_>) -> Result<FileSize, StepError> {
    let text: String = words.collect();
    if text.is_empty() {
        return Err(StepError::NoSize(step));
    }
    bytes(&text)
        .filter(|bytes| *bytes <= LARGEST_BYTES)
        .map(FileSize)
        .ok_or(StepError::Size(text))
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
        assert_eq!(refused("upload a"), StepError::NoSize("upload"));
        assert_eq!(refused("garbage@2"), StepError::NoSize("garbage"));
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
    fn a_name_with_spaces_is_refused_as_one() {
        let spaces = |name: &str| StepError::Spaces(name.to_owned());
        assert_eq!(
            refused("upload my notes.bin 64 KiB"),
            spaces("my notes.bin")
        );
        assert_eq!(
            refused("download my own notes.bin"),
            spaces("my own notes.bin")
        );
        assert_eq!(
            refused("kill@1 during download my notes.bin"),
            spaces("my notes.bin")
        );
        assert_eq!(
            spaces("my own notes.bin").suggestion().as_deref(),
            Some("write `my-own-notes.bin`")
        );
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
    fn a_fault_has_what_it_needs() {
        assert_eq!(refused("restart@1"), StepError::RestartOfClient);
        assert_eq!(refused("stall@2"), StepError::NoRequest("stall"));
        assert_eq!(
            refused("slow@2 quit"),
            StepError::NotARequest("quit".to_owned())
        );
        assert_eq!(
            refused("kill@1 during list"),
            StepError::NotATransfer("list".to_owned())
        );
        assert_eq!(
            refused("kill@1 during upload a 64KiB"),
            StepError::TooSmall(65_536)
        );
        assert_eq!(refused("kill@1 now"), StepError::Rest("now".to_owned()));
        for connections in ["", "0", "1001", "many"] {
            assert_eq!(
                refused(&format!("flood@2 {connections}")),
                StepError::Connections(connections.to_owned())
            );
        }
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

    fn any_request() -> impl Strategy<Value = Step> {
        prop_oneof![Just(Step::List), any_transfer()]
    }

    fn any_transfer() -> impl Strategy<Value = Step> {
        let name = "[a-z][a-z{}.-]{0,8}";
        prop_oneof![
            (name, 0..=LARGEST_BYTES).prop_map(|(name, size)| Step::Upload {
                name,
                size: FileSize(size)
            }),
            name.prop_map(|name| Step::Download { name }),
        ]
    }

    fn any_fault() -> impl Strategy<Value = Fault> {
        let size = || (0..=LARGEST_BYTES).prop_map(FileSize);
        let request = || any_request().prop_map(Box::new);
        let during = || proptest::option::of(any_transfer().prop_map(Box::new));
        let can_be_met =
            |it: &Option<Box<Step>>| it.clone().is_none_or(|it| interruptible(it).is_ok());
        prop_oneof![
            during()
                .prop_filter("a file that can be met on its way", can_be_met)
                .prop_map(|during| Fault::Kill { during }),
            Just(Fault::Stop),
            Just(Fault::OpenOnly),
            during().prop_map(|during| Fault::Reset { during }),
            Just(Fault::HalfClose),
            size().prop_map(|size| Fault::Garbage { size }),
            size().prop_map(|size| Fault::Oversized { size }),
            request().prop_map(|request| Fault::Stall { request }),
            request().prop_map(|request| Fault::Slow { request }),
            (1..=MOST_CONNECTIONS).prop_map(|connections| Fault::Flood { connections }),
        ]
    }

    fn any_step() -> impl Strategy<Value = Step> {
        prop_oneof![
            Just(Step::Connect),
            any_request(),
            Just(Step::Quit),
            any_fault().prop_map(Step::Fault),
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
