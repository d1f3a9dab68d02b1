//! The abstract steps of a scenario: what every program of the kind can be told to do.

use std::fmt;

use super::Fault;

/// A client's number in its scenario, from 1 on: the order in which clients connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientNumber(pub u32);

impl fmt::Display for ClientNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A file's size in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileSize(pub u64);

/// One entry of a scenario's `steps`, in the order in which they stand.
///
/// Without a client, every client does it, each after its own earlier entries. With one (`kill@1`), that client alone does
/// it, once all earlier entries are done by everybody. `restart` is the server's, and everybody waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepEntry {
    /// What is done.
    pub step: Step,
    /// Whose alone it is.
    pub only: Option<ClientNumber>,
}

/// What a client does, or has done to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Start the client program and let it connect; clients connect one after the other.
    Connect,
    /// Ask for the list of files.
    List,
    /// Send a file of fresh, incompressible contents to the server: `upload notes-{client}.bin 64KiB`. The contents follow
    /// from the name: clients that upload the same name send the same bytes.
    Upload {
        /// The file's name, one path component; `{client}` stands for the client's number.
        name: String,
        /// Its size.
        size: FileSize,
    },
    /// Fetch a file from the server: `download notes.bin`. One that no step uploads the harness places there beforehand.
    Download {
        /// The file's name, one path component; `{client}` stands for the client's number.
        name: String,
    },
    /// End the session as the program's user would.
    Quit,
    /// Wait until every client still alive has done all earlier entries.
    Hold,
    /// Let something go wrong.
    Fault(Fault),
}

impl Step {
    /// The step's name, as rubrics and targets write it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::List => "list",
            Self::Upload { .. } => "upload",
            Self::Download { .. } => "download",
            Self::Quit => "quit",
            Self::Hold => "hold",
            Self::Fault(fault) => fault.name(),
        }
    }

    /// The request that the step makes, whole or in part: itself, or that of its fault.
    pub fn request(&self) -> Option<&Self> {
        match self {
            Self::List | Self::Upload { .. } | Self::Download { .. } => Some(self),
            Self::Fault(fault) => fault.request(),
            Self::Connect | Self::Quit | Self::Hold => None,
        }
    }

    /// The name of the file that this client transfers by the step, `{client}` filled in; `None` if the step transfers none.
    pub fn file_name(&self, client: ClientNumber) -> Option<String> {
        match self.request()? {
            Self::Upload { name, .. } | Self::Download { name } => {
                Some(name.replace("{client}", &client.to_string()))
            }
            Self::Connect | Self::List | Self::Quit | Self::Hold | Self::Fault(_) => None,
        }
    }

    /// Whether the step asks the server for something that a reply must follow.
    pub fn is_request(&self) -> bool {
        match self {
            Self::List | Self::Upload { .. } | Self::Download { .. } => true,
            Self::Connect | Self::Quit | Self::Hold | Self::Fault(_) => false,
        }
    }

    /// What goes wrong by the step, if anything.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            Self::Connect
            | Self::List
            | Self::Upload { .. }
            | Self::Download { .. }
            | Self::Quit
            | Self::Hold => None,
        }
    }
}

/// As a rubric writes it: `upload notes.bin 65536`.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Upload { name, size } => write!(f, "upload {name} {}", size.0),
            Self::Download { name } => write!(f, "download {name}"),
            Self::Fault(fault) => fault.fmt(f),
            Self::Connect | Self::List | Self::Quit | Self::Hold => f.write_str(self.name()),
        }
    }
}

/// As a rubric writes it: `kill@1`, `upload@2 notes.bin 65536`.
impl fmt::Display for StepEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.step.to_string();
        match self.only {
            None => f.write_str(&text),
            Some(client) => {
                let rest = &text[self.step.name().len()..];
                write!(f, "{}@{client}{rest}", self.step.name())
            }
        }
    }
}
