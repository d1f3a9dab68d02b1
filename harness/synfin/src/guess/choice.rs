//! Which of a folder's sources is the server, and which the client: by what it calls, by its name, and by whether it can be started.

use super::Source;
use super::language::Language;

/// A side of the pair that is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Server,
    Client,
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
        Side::Client if connects > 0 && serves == 0 => 3 * connects.min(3),
        Side::Server | Side::Client => return None,
    };
    let name = source.name.to_lowercase();
    let (own, other) = match side {
        Side::Server => ("server", "client"),
        Side::Client => ("client", "server"),
    };
    let is = |holds: bool, weight: i32| if holds { weight } else { 0 };
    let named = is(name.contains(own), 10) - is(name.contains(other), 10);
    let set_aside = is(SET_ASIDE.iter().any(|word| name.contains(word)), 15);
    let no_entry = is(!language.has_entry(&source.text), 20);
    Some(calls + named - set_aside - no_entry)
}
