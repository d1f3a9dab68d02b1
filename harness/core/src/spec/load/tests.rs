//! Whole files in; values or rendered errors out.

use insta::assert_snapshot;

use super::*;
use crate::spec::{
    BUILTIN_RUBRICS, ClientNumber, Clients, Connections, Programs, ServerState, reference_target,
};

/// The example of the handbook, as it stands there.
const EXAMPLE_RUBRIC: &str = r#"
schema = 1
title = "Installation 1: client–server communication"

[[scenario]]
name = "five-at-once"
clients = 6
steps = ["connect", "list", "hold", "upload notes.bin 64KiB", "download notes.bin", "quit"]

[[scenario]]
name = "client-dies"
clients = 2
steps = ["connect", "list", "kill@1", "list@2", "quit@2"]

[[item]]
id = "serves-five-clients"
points = 1
fail = "… if server is not able to serve more than 5 clients."
pass = "… by serving at least 5 clients at a time."
checks = [{ in = "five-at-once", check = "served-concurrently", at_least = 5 }]

[[item]]
id = "survives"
checks = [{ in = "client-dies", check = "survives" }, { in = "client-dies", clients = "2..", check = "orderly-close" }]
"#;

const EXAMPLE_TARGET: &str = r#"
schema = 1
build = ["javac *.java"]
[server]
command = ["python3", "server.py"]
listen = "127.0.0.1:5001"
[client]
command = ["python3", "client.py"]
stdin = "pty"
[client.steps]
list     = [{ send = "LIST", reply = "(?m)^Files" }]
upload   = [{ send = "UPLOAD" }, { expect = "[Ff]ilename", send = "{name}" }]
download = [{ send = "DOWNLOAD" }, { send = "{name}" }]
quit     = [{ send = "EXIT" }]
[files]
client_dir = "client-files"
server_dir = "server-files"
"#;

#[track_caller]
fn rubric_of(text: &str) -> Rubric {
    Rubric::parse("rubric.toml", text).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn target_of(text: &str) -> Target {
    Target::parse("target.toml", text).unwrap_or_else(|error| panic!("{error}"))
}

/// What is said about the example after an edit.
#[track_caller]
fn edited_rubric(from: &str, to: &str) -> String {
    assert!(
        EXAMPLE_RUBRIC.contains(from),
        "{from:?} is not in the example"
    );
    let text = EXAMPLE_RUBRIC.replacen(from, to, 1);
    Rubric::parse("rubric.toml", &text).unwrap_err().to_string()
}

#[track_caller]
fn edited_target(from: &str, to: &str) -> String {
    assert!(
        EXAMPLE_TARGET.contains(from),
        "{from:?} is not in the example"
    );
    let text = EXAMPLE_TARGET.replacen(from, to, 1);
    Target::parse("target.toml", &text).unwrap_err().to_string()
}

#[test]
fn the_example_rubric_parses() {
    let rubric = rubric_of(EXAMPLE_RUBRIC);
    let survives = &rubric.items[1];
    let close = &survives.checks[1];
    assert_eq!(close.check.get_ref(), "orderly-close");
    assert_eq!(close.selection.connections, Connections::All);
    assert_eq!(
        close.selection.clients,
        Clients::Numbered {
            from: ClientNumber(2),
            to: None
        }
    );
    assert_eq!(
        &EXAMPLE_RUBRIC[close.span.clone()],
        r#"{ in = "client-dies", clients = "2..", check = "orderly-close" }"#
    );
    assert_eq!(
        rubric.items[0].checks[0].parameters,
        toml::toml! { at_least = 5 }
    );
}

#[test]
fn every_built_in_rubric_parses() {
    for (name, text) in BUILTIN_RUBRICS {
        let rubric = rubric_of(text);
        assert!(!rubric.title.is_empty(), "{name}");
    }
}
