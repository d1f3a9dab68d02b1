//! A rubric: the scenarios to record and the items to grade them by. It belongs to an assignment or a service.

use std::num::NonZeroU32;
use std::ops::Range;

use super::{ClientNumber, Link, StepEntry};

/// A rubric whose scenario names and references are known to hold; the names of checks are resolved later.
#[derive(Clone, Debug)]
pub struct Rubric {
    /// Its heading.
    pub title: String,
    /// What is recorded, in the order of the file; at least one, names distinct.
    pub scenarios: Vec<Scenario>,
    /// What is graded, in the order of the file; at least one, ids distinct, each with at least one check.
    pub items: Vec<Item>,
}

/// One recording to make: some clients, and what they do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// Its name: the recording's file name. Lower-case letters, digits and hyphens.
    pub name: String,
    /// How many client programs take part: clients 1 and on.
    pub clients: NonZeroU32,
    /// How many raw clients take part: they are numbered after the programs.
    pub raw: u32,
    /// What they do, in order.
    pub steps: Vec<StepEntry>,
    /// Whether the server runs at all.
    pub server: ServerState,
    /// Which of the run's targets takes part.
    pub programs: Programs,
    /// What happens to the packets.
    pub link: Link,
    /// How often it is recorded.
    pub repeat: NonZeroU32,
}

impl Scenario {
    /// All clients, the raw ones last.
    pub fn everybody(&self) -> impl Iterator<Item = ClientNumber> + use<> {
        (1..=self.client_count()).map(ClientNumber)
    }

    /// The raw clients.
    pub fn raw_clients(&self) -> impl Iterator<Item = ClientNumber> + use<> {
        (self.clients.get() + 1..=self.client_count()).map(ClientNumber)
    }

    /// How many clients take part, of either kind.
    pub fn client_count(&self) -> u32 {
        self.clients.get() + self.raw
    }

    /// Whether the client is a raw one.
    pub fn is_raw(&self, client: ClientNumber) -> bool {
        client.0 > self.clients.get()
    }
}

/// Whether the server runs in a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerState {
    /// It is started before the clients.
    Up,
    /// It is never started: clients meet a closed port.
    Down,
}

/// Which programs a scenario runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Programs {
    /// The run's target.
    Target,
    /// The run's Windows target; without one the scenario is not recorded and its items are *Skipped*.
    Windows,
}

/// One row of the rubric.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its id, unique in the rubric.
    pub id: String,
    /// What passing is worth.
    pub points: u32,
    /// The author's words for failing, the column *Fail (0)*.
    pub fail: String,
    /// The author's words for passing, the column *Pass (1)*.
    pub pass: String,
    /// Whether it counts.
    pub band: Band,
    /// What decides it; never empty.
    pub checks: Vec<CheckCall>,
}

/// Whether an item counts (RFC 2119).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Band {
    /// It is scored.
    Must,
    /// It is shown, never scored.
    Should,
}

/// A call of a check on one scenario, its name and parameters not yet resolved.
#[derive(Clone, Debug)]
pub struct CheckCall {
    /// The scenario judged; one of the rubric's.
    pub scenario: String,
    /// The check's id.
    pub check: toml::Spanned<String>,
    /// Which clients and connections it looks at.
    pub selection: Selection,
    /// The check's own parameters.
    pub parameters: toml::Table,
    /// Where the whole call stands in the rubric's text.
    pub span: Range<usize>,
}

/// Which clients and connections a check looks at. By default all connections that no fault step touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Which clients.
    pub clients: Clients,
    /// Which connections of those clients.
    pub connections: Connections,
    /// Only during this step, by name.
    pub during: Option<String>,
}

/// Which clients a check looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Clients {
    /// All that no fault step touched.
    #[default]
    Untouched,
    /// From the first to the last, both included; `2..` has no last. Fault steps do not matter.
    Numbered {
        /// The first.
        from: ClientNumber,
        /// The last, if bounded.
        to: Option<ClientNumber>,
    },
}

/// Which connections of a client a check looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connections {
    /// All of them.
    #[default]
    All,
    /// The client's first.
    First,
    /// The client's last.
    Last,
}
