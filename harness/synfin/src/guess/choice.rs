//! Which of a folder's sources is the server, and which the client: by what it calls, by its name, and by whether it can be started.

use super::Source;
use super::language::Language;

/// A side of the pair that is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Server,
    Client,
}

impl Side {
    /// What a program is called, and told, that is this side.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
        }
    }
}

/// Only servers call these.
const SERVES: [&str; 9] = [
    "accept(",
    "listen(",
    "ServerSocket(",
    "ServerSocketChannel",
    "createServer(",
    "start_server(",
    "create_server(",
    "socketserver",
    "TCPServer(",
];

/// Programs that exchange datagrams call or name these.
const DATAGRAMS: [&str; 5] = [
    "SOCK_DGRAM",
    "DatagramSocket",
    "DatagramChannel",
    "dgram",
    "UDPServer",
];

/// Servers call it, and so do widgets and functions.
const BINDS: [&str; 1] = ["bind("];

/// Clients call these.
const CONNECTS: [&str; 6] = [
    "connect(",
    "connect_ex(",
    "create_connection(",
    "createConnection(",
    "new Socket(",
    "open_connection(",
];

/// What stands in the names of sources that are kept, and not meant.
const SET_ASIDE: [&str; 7] = ["test", "old", "backup", "copy", "example", "demo", "mock"];

/// The likeliest sources of a side, best first; those that do not look like it at all are left out.
pub(super) fn candidates(sources: &[Source], side: Side) -> Vec<&Source> {
    let mut found: Vec<(i32, &Source)> = sources
        .iter()
        .filter_map(|it| Some((likeness(it, side)?, it)))
        .collect();
    found.sort_by_key(|(likeness, it)| (-likeness, it.name.matches('/').count()));
    found.into_iter().map(|(_, it)| it).collect()
}

/// Whether a program's command line says which side it is.
fn is_both(text: &str) -> bool {
    ["server", "client"]
        .iter()
        .all(|side| text.contains(&format!("\"{side}\"")) || text.contains(&format!("'{side}'")))
}

/// Whether the sources talk UDP, and none TCP.
pub fn speaks_udp_only(sources: &[Source]) -> bool {
    let calls = |calls: &[&str]| {
        let mut programs = sources.iter().filter(|it| Language::of(&it.name).is_some());
        programs.any(|it| calls.iter().any(|call| it.text.contains(call)))
    };
    calls(&DATAGRAMS) && !calls(&SERVES)
}

/// Whether a source looks like one of the two programs.
pub(super) fn is_candidate(source: &Source) -> bool {
    [Side::Server, Side::Client]
        .iter()
        .any(|side| likeness(source, *side).is_some())
}

/// How much a source looks like the side; `None` if it calls nothing of what the side calls.
fn likeness(source: &Source, side: Side) -> Option<i32> {
    let language = Language::of(&source.name)?;
    let count = |calls: &[&str]| {
        let called = calls.iter().filter(|call| source.text.contains(**call));
        i32::try_from(called.count()).unwrap_or(i32::MAX)
    };
    let (serves, binds, connects) = (count(&SERVES), count(&BINDS), count(&CONNECTS));
    let calls = match side {
        Side::Server if serves + binds > 0 => 3 * serves.min(3) + binds - connects.min(1),
        // A server may connect too; a program that serves is rather that.
        Side::Client if connects > 0 && (serves == 0 || is_both(&source.text)) => {
            3 * connects.min(3)
        }
        Side::Server | Side::Client => return None,
    };
    let name = source.name.to_lowercase();
    let (own, other) = match side {
        Side::Server => (side.word(), Side::Client.word()),
        Side::Client => (side.word(), Side::Server.word()),
    };
    let is = |holds: bool, weight: i32| if holds { weight } else { 0 };
    let named = is(name.contains(own), 10) - is(name.contains(other), 10);
    let exactly = is(source.stem().eq_ignore_ascii_case(own), 3);
    let set_aside = is(SET_ASIDE.iter().any(|word| name.contains(word)), 15);
    let no_entry = is(!language.has_entry(&source.text), 20);
    Some(calls + named + exactly - set_aside - no_entry)
}
