//! Whole files in; values or rendered errors out.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use insta::assert_snapshot;

use super::*;
use crate::spec::{
    BUILTIN_RUBRICS, Beside, ClientCommand, ClientNumber, Clients, Connections, Link, PhaseLimits,
    PlacedContents, Programs, ServerState, environment_at, reference_target,
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
fn an_item_without_texts_is_told_by_its_id() {
    let survives = &rubric_of(EXAMPLE_RUBRIC).items[1];
    let told = (survives.fail.as_str(), survives.pass.as_str());
    assert_eq!(told, ("Not met: survives.", "Met: survives."));
}

#[test]
fn a_table_of_which_there_may_be_several_has_two_brackets() {
    let second = "[[item]]\nid = \"survives\"";
    assert_snapshot!(edited_rubric(second, "[item]\nid = \"survives\""), @r"
    error: there may be several tables `item`
      --> rubric.toml:22:2
       |
    22 | [item]
       |  ^^^^
       |
       = help: write `[[item]]`, with two brackets
    ");
    let (scenarios, _) = EXAMPLE_RUBRIC.split_once("[[item]]").unwrap();
    let only = format!("{scenarios}[item]\nid = \"survives\"\n");
    let error = Rubric::parse("rubric.toml", &only).unwrap_err();
    let problem = &error.problems()[0];
    assert_eq!(problem.message, "there may be several tables `item`");
}

#[test]
fn every_built_in_rubric_parses() {
    for (name, text) in BUILTIN_RUBRICS {
        let rubric = rubric_of(text);
        assert!(!rubric.title.is_empty(), "{name}");
    }
}

#[test]
fn an_unknown_key_brings_the_known_one() {
    assert_snapshot!(edited_rubric("clients = 6", "clint = 6"), @"
    error: unknown field `clint`
     --> rubric.toml:7:1
      |
    7 | clint = 6
      | ^^^^^
      |
      = help: did you mean `clients`?
    ");
    assert_snapshot!(edited_rubric("title =", "colour ="), @r#"
    error: unknown field `colour`
     --> rubric.toml:3:1
      |
    3 | colour = "Installation 1: client–server communication"
      | ^^^^^^
      |
      = help: expected one of `schema`, `title`, `scenario`, `item`
    "#);
    assert_snapshot!(edited_target("stdin =", "stdinn ="), @r#"
    error: unknown field `stdinn`
     --> target.toml:9:1
      |
    9 | stdinn = "pty"
      | ^^^^^^
      |
      = help: did you mean `stdin`?
    "#);
    assert_snapshot!(edited_target(r#"stdin = "pty""#, r#"stdin = "ptty""#), @r#"
    error: unknown variant `ptty`
     --> target.toml:9:9
      |
    9 | stdin = "ptty"
      |         ^^^^^^
      |
      = help: did you mean `pty`?
    "#);
}

#[test]
fn a_wrong_type_is_placed() {
    assert_snapshot!(edited_rubric("clients = 6", r#"clients = "six""#), @r#"
    error: invalid type: string "six", expected u32
     --> rubric.toml:7:11
      |
    7 | clients = "six"
      |           ^^^^^
    "#);
    assert_snapshot!(edited_rubric(r#"check = "survives""#, "check = 3"), @r#"
    error: `check` must be a string; this is of type integer
      --> rubric.toml:24:41
       |
    24 | checks = [{ in = "client-dies", check = 3 }, { in = "client-dies", clients = "2..", check = "orderly-close" }]
       |                                         ^
    "#);
    assert_snapshot!(edited_target(r#"["python3", "server.py"]"#, r#""python3 server.py""#), @r#"
    error: a command is an array of strings
     --> target.toml:5:11
      |
    5 | command = "python3 server.py"
      |           ^^^^^^^^^^^^^^^^^^^
      |
      = help: write `command = ["python3", "server.py"]`
    "#);
}

#[test]
fn text_that_is_no_toml_is_placed() {
    assert_snapshot!(edited_rubric("clients = 6", "clients = "), @"
    error: string values must be quoted, expected literal string
     --> rubric.toml:7:11
      |
    7 | clients = 
      |           ^
    ");
}

#[test]
fn a_scenario_that_nobody_defined_brings_a_defined_one() {
    assert_snapshot!(edited_rubric(r#"in = "five-at-once""#, r#"in = "five_at_once""#), @r#"
    error: no scenario is called "five_at_once"
      --> rubric.toml:20:18
       |
    20 | checks = [{ in = "five_at_once", check = "served-concurrently", at_least = 5 }]
       |                  ^^^^^^^^^^^^^^
       |
       = help: did you mean `five-at-once`?
    "#);
}

#[test]
fn names_and_ids_are_distinct() {
    assert_snapshot!(edited_rubric(r#""client-dies""#, r#""five-at-once""#), @r#"
    error: a second scenario is called "five-at-once"
      --> rubric.toml:11:8
       |
    11 | name = "five-at-once"
       |        ^^^^^^^^^^^^^^
    error: no scenario is called "client-dies"
      --> rubric.toml:24:18
       |
    24 | checks = [{ in = "client-dies", check = "survives" }, { in = "client-dies", clients = "2..", check = "orderly-close" }]
       |                  ^^^^^^^^^^^^^
    error: no scenario is called "client-dies"
      --> rubric.toml:24:62
       |
    24 | checks = [{ in = "client-dies", check = "survives" }, { in = "client-dies", clients = "2..", check = "orderly-close" }]
       |                                                              ^^^^^^^^^^^^^
    "#);
    assert_snapshot!(edited_rubric(r#"id = "survives""#, r#"id = "serves-five-clients""#), @r#"
    error: a second item is called "serves-five-clients"
      --> rubric.toml:23:6
       |
    23 | id = "serves-five-clients"
       |      ^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn every_problem_of_a_file_is_told_at_once() {
    assert_snapshot!(
        edited_rubric(
            r#""hold", "upload notes.bin 64KiB""#,
            r#""hold@1", "uplaod x 1", "upload x 64kb", "list@7""#
        ),
        @r#"
        error: `hold` is for all clients, not for one
         --> rubric.toml:8:29
          |
        8 | steps = ["connect", "list", "hold@1", "uplaod x 1", "upload x 64kb", "list@7", "download notes.bin", "quit"]
          |                             ^^^^^^^^
        error: no step is called "uplaod"
         --> rubric.toml:8:39
          |
        8 | steps = ["connect", "list", "hold@1", "uplaod x 1", "upload x 64kb", "list@7", "download notes.bin", "quit"]
          |                                       ^^^^^^^^^^^^
          |
          = help: did you mean `upload`?
        error: "64kb" is no size up to 1 GiB
         --> rubric.toml:8:53
          |
        8 | steps = ["connect", "list", "hold@1", "uplaod x 1", "upload x 64kb", "list@7", "download notes.bin", "quit"]
          |                                                     ^^^^^^^^^^^^^^^
          |
          = help: write `upload notes.bin 64KiB`; units are B, KiB, MiB and GiB
        error: there is no client 7, only 6
         --> rubric.toml:8:70
          |
        8 | steps = ["connect", "list", "hold@1", "uplaod x 1", "upload x 64kb", "list@7", "download notes.bin", "quit"]
          |                                                                      ^^^^^^^^
        "#
    );
}

/// What is said of a scenario of two programs and raw clients after them.
#[track_caller]
fn with_raw(raw: u32, step: &str) -> String {
    let cast = format!("clients = 2\nraw = {raw}\nsteps = [\"connect\", \"{step}\",");
    edited_rubric("clients = 2\nsteps = [\"connect\",", &cast)
}

#[test]
fn a_fault_that_a_kind_of_client_cannot_have_brings_one_that_it_can() {
    assert_snapshot!(edited_rubric(r#""hold""#, r#""half-close@1""#), @r#"
    error: client 1 is a program, and `half-close` is for raw clients
     --> rubric.toml:8:29
      |
    8 | steps = ["connect", "list", "half-close@1", "upload notes.bin 64KiB", "download notes.bin", "quit"]
      |                             ^^^^^^^^^^^^^^
      |
      = help: add `raw = 1` to the scenario and write `half-close@7`
    "#);
    assert_snapshot!(with_raw(2, "reset@1 during upload a 4KiB"), @r#"
    error: client 1 is a program, and `reset` is for raw clients
      --> rubric.toml:14:21
       |
    14 | steps = ["connect", "reset@1 during upload a 4KiB", "list", "kill@1", "list@2", "quit@2"]
       |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write `reset@3`: the raw clients are 3 to 4
    "#);
    assert_snapshot!(with_raw(1, "kill@3"), @r#"
    error: client 3 is a raw client: it has no process
      --> rubric.toml:14:21
       |
    14 | steps = ["connect", "kill@3", "list", "kill@1", "list@2", "quit@2"]
       |                     ^^^^^^^^
       |
       = help: write `reset@3`; the programs are clients 1 to 2
    "#);
}

#[test]
fn a_fault_is_written_whole() {
    assert_snapshot!(with_raw(1, "half-clsoe@3"), @r#"
    error: no step is called "half-clsoe"
      --> rubric.toml:14:21
       |
    14 | steps = ["connect", "half-clsoe@3", "list", "kill@1", "list@2", "quit@2"]
       |                     ^^^^^^^^^^^^^^
       |
       = help: did you mean `half-close`?
    "#);
    assert_snapshot!(with_raw(1, "stall@3"), @r#"
    error: `stall` needs a request
      --> rubric.toml:14:21
       |
    14 | steps = ["connect", "stall@3", "list", "kill@1", "list@2", "quit@2"]
       |                     ^^^^^^^^^
       |
       = help: write `stall@2 list`, if client 2 is a raw one
    "#);
    assert_snapshot!(with_raw(1, "open-only@3"), @r#"
    error: client 3 has connected before `open-only`
      --> rubric.toml:14:21
       |
    14 | steps = ["connect", "open-only@3", "list", "kill@1", "list@2", "quit@2"]
       |                     ^^^^^^^^^^^^^
    "#);
    assert_snapshot!(with_raw(1, "restart@1"), @r#"
    error: `restart` is for the server, not for a client
      --> rubric.toml:14:21
       |
    14 | steps = ["connect", "restart@1", "list", "kill@1", "list@2", "quit@2"]
       |                     ^^^^^^^^^^^
       |
       = help: write `restart`
    "#);
    assert_snapshot!(with_raw(101, "list"), @"
    error: a scenario has at most 100 raw clients
      --> rubric.toml:13:7
       |
    13 | raw = 101
       |       ^^^
       |
       = help: one of them can `flood` the server with connections
    ");
}

#[test]
fn raw_clients_are_numbered_after_the_programs() {
    let text = EXAMPLE_RUBRIC.replacen(
        "clients = 2\nsteps = [",
        "clients = 2\nraw = 2\nsteps = [\"open-only@4\", \"restart\", ",
        1,
    );
    let text = text.replace(
        "\"open-only@4\", \"restart\", \"connect\"",
        "\"connect@1\", \"connect@2\", \"open-only@4\", \"restart\"",
    );
    let text = text.replace("\"restart\", \"list\"", "\"restart\", \"list@1\"");
    let scenario = &rubric_of(&text).scenarios[1];
    let raw: Vec<u32> = scenario.raw_clients().map(|it| it.0).collect();
    assert_eq!(raw, [3, 4]);
    assert!(!scenario.is_raw(ClientNumber(2)));
}

#[test]
fn the_bytes_of_raw_clients_are_text_digits_or_both() {
    let raw = "[raw.steps]\nlist = \"LIST\\n\"\nupload = [{ hex = \"55 50\" }, \"{name} {content}\"]\n[files]";
    let target = target_of(&EXAMPLE_TARGET.replacen("[files]", raw, 1));
    let sent = |step: &str| target.raw.message(step).map(|it| it.fill("a", 1, b"!"));
    assert_eq!(sent("list"), Some(b"LIST\n".to_vec()));
    assert_eq!(sent("upload"), Some(b"UPa !".to_vec()));
    assert_eq!(sent("quit"), None);
}

#[test]
fn bytes_that_are_none_are_refused_where_they_stand() {
    let refused = |step: &str| edited_target("[files]", &format!("[raw.steps]\n{step}\n[files]"));
    assert_snapshot!(refused(r#"list = { hex = "4c4" }"#), @r#"
    error: these are no bytes to send for "list"
      --> target.toml:16:8
       |
    16 | list = { hex = "4c4" }
       |        ^^^^^^^^^^^^^^^
       |
       = help: write `list = "LIST\n"`, `list = { hex = "4c495354" }`, or an array of such parts
    "#);
    assert_snapshot!(refused(r#"listt = "LIST""#), @r#"
    error: no raw client is told to "listt"
      --> target.toml:16:1
       |
    16 | listt = "LIST"
       | ^^^^^
       |
       = help: did you mean `list`?
    "#);
    assert_snapshot!(refused(r#"download = "{content}""#), @r#"
    error: only an upload has `{content}`
      --> target.toml:16:12
       |
    16 | download = "{content}"
       |            ^^^^^^^^^^^
       |
       = help: write it into `upload` of [raw.steps]: a program reads its file itself
    "#);
}

#[test]
fn a_client_connects_before_it_does_anything_else() {
    assert_snapshot!(edited_rubric(r#""connect", "list", "kill@1""#, r#""connect@2", "list""#), @r#"
    error: client 1 has not connected before `list`
      --> rubric.toml:13:23
       |
    13 | steps = ["connect@2", "list", "list@2", "quit@2"]
       |                       ^^^^^^
    "#);
}

#[test]
fn a_file_is_not_downloaded_before_the_step_that_uploads_it() {
    assert_snapshot!(edited_rubric(r#""upload notes.bin 64KiB", "download notes.bin""#, r#""download a-1", "upload a-{client} 1""#), @r#"
    error: `a-1` is uploaded only by a later step
     --> rubric.toml:8:37
      |
    8 | steps = ["connect", "list", "hold", "download a-1", "upload a-{client} 1", "quit"]
      |                                     ^^^^^^^^^^^^^^
    "#);
    for name in ["notes-{client}.bin", "other.bin"] {
        let text = EXAMPLE_RUBRIC.replace("download notes.bin", &format!("download {name}"));
        assert_eq!(rubric_of(&text).scenarios[0].steps.len(), 6);
    }
}

#[test]
fn a_selection_fits_its_scenario() {
    assert_snapshot!(edited_rubric(r#""2..""#, r#""3..""#), @r#"
    error: scenario `client-dies` has no more than 2 clients
      --> rubric.toml:24:87
       |
    24 | checks = [{ in = "client-dies", check = "survives" }, { in = "client-dies", clients = "3..", check = "orderly-close" }]
       |                                                                                       ^^^^^
    "#);
    assert_snapshot!(edited_rubric(r#""2..""#, r#""0..1""#), @r#"
    error: "0..1" selects no clients
      --> rubric.toml:24:87
       |
    24 | checks = [{ in = "client-dies", check = "survives" }, { in = "client-dies", clients = "0..1", check = "orderly-close" }]
       |                                                                                       ^^^^^^
       |
       = help: write `"2"`, `"2.."` or `"1..3"`; clients are numbered from 1 on
    "#);
    assert_snapshot!(edited_rubric(r#"clients = "2..""#, r#"connections = "frist""#), @r#"
    error: "frist" is neither `all`, `first` nor `last`
      --> rubric.toml:24:91
       |
    24 | checks = [{ in = "client-dies", check = "survives" }, { in = "client-dies", connections = "frist", check = "orderly-close" }]
       |                                                                                           ^^^^^^^
       |
       = help: did you mean `first`?
    "#);
    assert_snapshot!(edited_rubric(r#"clients = "2..""#, r#"during = "upload""#), @r#"
    error: scenario `client-dies` has no step "upload"
      --> rubric.toml:24:86
       |
    24 | checks = [{ in = "client-dies", check = "survives" }, { in = "client-dies", during = "upload", check = "orderly-close" }]
       |                                                                                      ^^^^^^^^
    "#);
}

#[test]
fn nothing_may_be_empty() {
    assert_snapshot!(edited_rubric(r#"[{ in = "five-at-once", check = "served-concurrently", at_least = 5 }]"#, "[]"), @"
    error: an item has at least one check
      --> rubric.toml:20:10
       |
    20 | checks = []
       |          ^^
    ");
    assert_snapshot!(edited_rubric(r#"["connect", "list", "kill@1", "list@2", "quit@2"]"#, "[]"), @"
    error: a scenario has at least one step
      --> rubric.toml:13:9
       |
    13 | steps = []
       |         ^^
    ");
    assert_snapshot!(edited_target(r#"["python3", "server.py"]"#, "[]"), @"
    error: the command is empty
     --> target.toml:5:11
      |
    5 | command = []
      |           ^^
    ");
    assert_snapshot!(Rubric::parse("r.toml", "schema = 1\ntitle = ''\nscenario = []\nitem = []\n").unwrap_err(), @"
    error: a rubric has at least one scenario
     --> r.toml:1:1
      |
    1 | schema = 1
      | ^
    error: a rubric has at least one item
     --> r.toml:1:1
      |
    1 | schema = 1
      | ^
    ");
}

#[test]
fn another_schema_is_refused() {
    assert_snapshot!(edited_rubric("schema = 1", "schema = 2"), @"
    error: schema 2 is not known, only 1
     --> rubric.toml:2:10
      |
    2 | schema = 2
      |          ^
    ");
}

#[test]
fn the_example_target_parses_with_the_defaults() {
    let target = target_of(EXAMPLE_TARGET);
    assert_eq!(target.name, "python3 server.py");
    assert_eq!(target.build[0].words(), ["sh", "-c", "javac *.java"]);
    assert_eq!(target.server.start_within, Duration::from_secs(10));
    assert_eq!(target.client.step_within, Duration::from_secs(15));
    assert_eq!(target.client.quiet, Duration::from_millis(150));
    assert_eq!(target.client.script("upload").unwrap().exchanges.len(), 2);
    assert_eq!(target.client.script("list").unwrap().replies().count(), 1);
}

#[test]
fn a_server_that_is_told_its_address_gets_the_default_one() {
    let text = EXAMPLE_TARGET
        .replace("listen = \"127.0.0.1:5001\"", "")
        .replace(r#""server.py"]"#, r#""server.py", "{port}"]"#);
    assert_eq!(target_of(&text).server.listen, DEFAULT_LISTEN);
}

#[test]
fn a_bad_listen_address_brings_a_good_one() {
    assert_snapshot!(edited_target("127.0.0.1:5001", "localhost:8000"), @r#"
    error: "localhost:8000" is no address and port
     --> target.toml:6:10
      |
    6 | listen = "localhost:8000"
      |          ^^^^^^^^^^^^^^^^
      |
      = help: write `127.0.0.1:8000`, or `[::1]:8000` if the server listens on IPv6
    "#);
    assert_snapshot!(edited_target("127.0.0.1:5001", "0.0.0.0:8000"), @r#"
    error: the address is not a loopback address
     --> target.toml:6:10
      |
    6 | listen = "0.0.0.0:8000"
      |          ^^^^^^^^^^^^^^
      |
      = help: clients connect by loopback: write `127.0.0.1:8000`
    "#);
    assert_snapshot!(edited_target("127.0.0.1:5001", "127.0.0.1:0"), @r#"
    error: port 0 is no port to connect to
     --> target.toml:6:10
      |
    6 | listen = "127.0.0.1:0"
      |          ^^^^^^^^^^^^^
    "#);
    assert_snapshot!(edited_target(r#"listen = "127.0.0.1:5001""#, ""), @r#"
    error: nothing says where the server listens
     --> target.toml:5:11
      |
    5 | command = ["python3", "server.py"]
      |           ^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: add `listen = "127.0.0.1:5001"`, or put `{addr}` or `{port}` into the command
    "#);
}

#[test]
fn a_bad_pattern_is_placed() {
    assert_snapshot!(edited_target("(?m)^Files", "(?m^Files"), @r#"
    error: bad regular expression: unrecognized flag
      --> target.toml:11:38
       |
    11 | list     = [{ send = "LIST", reply = "(?m^Files" }]
       |                                      ^^^^^^^^^^^
    "#);
}

#[test]
fn a_script_is_for_a_step_that_programs_are_told() {
    assert_snapshot!(edited_target("quit     =", "exit     ="), @r#"
    error: no program is told to "exit"
      --> target.toml:14:1
       |
    14 | exit     = [{ send = "EXIT" }]
       | ^^^^
       |
       = help: the steps are connect, list, upload, download, quit
    "#);
    assert_snapshot!(edited_target("quit     =", "quitt    ="), @r#"
    error: no program is told to "quitt"
      --> target.toml:14:1
       |
    14 | quitt    = [{ send = "EXIT" }]
       | ^^^^^
       |
       = help: did you mean `quit`?
    "#);
    assert_snapshot!(edited_target(r#"{ send = "EXIT" }"#, r#"{ send = "EXIT" }, { reply = "BYE" }"#), @r#"
    error: an exchange needs `expect` or `send`
      --> target.toml:14:32
       |
    14 | quit     = [{ send = "EXIT" }, { reply = "BYE" }]
       |                                ^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn folders_lie_inside_the_programs_own() {
    assert_snapshot!(edited_target(r#""client-files""#, r#""../client-files""#), @r#"
    error: "../client-files" is no folder inside the program's own
      --> target.toml:16:14
       |
    16 | client_dir = "../client-files"
       |              ^^^^^^^^^^^^^^^^^
    "#);
    assert_snapshot!(edited_target(r#""client-files""#, r#""/tmp""#), @r#"
    error: "/tmp" is no folder inside the program's own
      --> target.toml:16:14
       |
    16 | client_dir = "/tmp"
       |              ^^^^^^
    "#);
}

#[test]
fn the_reference_target_parses() {
    let (_, text) = reference_target();
    let target = target_of(text);
    assert_eq!(target.server.listen, DEFAULT_LISTEN);
    assert_eq!(target.client.steps.len(), 5);
}

#[test]
fn installation_1_names_every_scenario_it_records() {
    let (_, text) = BUILTIN_RUBRICS[0];
    let rubric = rubric_of(text);
    let judged: BTreeSet<_> = rubric
        .items
        .iter()
        .flat_map(|item| &item.checks)
        .map(|call| call.scenario.as_str())
        .collect();
    let recorded: BTreeSet<_> = rubric.scenarios.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(judged, recorded);
}

#[test]
fn server_and_programs_of_a_scenario_are_read() {
    let text = EXAMPLE_RUBRIC.replace(
        "clients = 2",
        "clients = 2\nserver = \"down\"\nprograms = \"windows\"",
    );
    let scenario = &rubric_of(&text).scenarios[1];
    assert_eq!(scenario.server, ServerState::Down);
    assert_eq!(scenario.programs, Programs::Windows);
}

#[test]
fn the_link_of_a_scenario_is_read() {
    let text = EXAMPLE_RUBRIC.replacen(
        "clients = 2",
        "clients = 2\nmtu = 576\nloss = \"2%\"\ndelay = \"20ms\"",
        1,
    );
    let link = rubric_of(&text).scenarios[1].link;
    assert_eq!(
        link,
        Link {
            mtu_bytes: Some(576),
            loses_one_of: NonZeroU32::new(50),
            delay: Some(Duration::from_millis(20)),
        }
    );
    assert!(rubric_of(EXAMPLE_RUBRIC).scenarios[1].link.is_plain());
}

#[test]
fn a_link_out_of_range_is_told_with_its_range() {
    for (written, range) in [
        ("mtu = 100", "write from 576 to 65536 bytes"),
        (
            "loss = \"2\"",
            "write a share of all TCP segments, `0.1%` to `20%`",
        ),
        ("delay = \"1s\"", "write milliseconds, `1ms` to `1000ms`"),
    ] {
        let error = edited_rubric("clients = 2", &format!("clients = 2\n{written}"));
        assert!(error.contains("is out of range"), "{error}");
        assert!(error.contains(range), "{error}");
    }
}

#[test]
fn no_file_moves_the_cursor_by_its_error() {
    let hostile = [
        "schema = 1\n\"\\u001b[2J\" = 1\n",
        "schema = \u{1b}[2J\n",
        "schema = 1 # \u{202e}\nx = 1\n",
        "schema = 1\n'\u{9b}2J' = 1\n",
    ];
    for text in hostile {
        let error = Target::parse("target.toml", text).unwrap_err().to_string();
        let moves = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!error.contains(moves), "{error:?}");
    }
}

proptest::proptest! {
    #[test]
    fn an_edited_file_is_read_or_refused_with_a_problem_to_show(
        at in 0..EXAMPLE_RUBRIC.len(),
        cut in 0..40_usize,
        inserted in "\\PC{0,3}",
    ) {
        let start = EXAMPLE_RUBRIC.floor_char_boundary(at);
        let end = EXAMPLE_RUBRIC.ceil_char_boundary(at + cut);
        let mut text = EXAMPLE_RUBRIC.to_owned();
        text.replace_range(start..end, &inserted);
        if let Err(error) = Rubric::parse("rubric.toml", &text) {
            proptest::prop_assert!(!error.problems().is_empty());
            proptest::prop_assert!(error.to_string().contains("rubric.toml:"));
        }
    }
}

/// A mistake in the example target, and what is said: place, message and suggestion.
const MISTAKES: &[(&str, &str, &str)] = &[
    (
        "[client]\n",
        "[clients]\n",
        "7:2 unknown field `clients`: did you mean `client`?",
    ),
    (
        "[client]\n",
        "[[client]]\n",
        "7:1 there is one table `client`, not several: write `[client]`, with one bracket",
    ),
    (
        "[files]\n",
        "[server]\n",
        "15:2 the table `server` is there already: put the keys of both together",
    ),
    (
        "[client.steps]",
        "[clients.steps]",
        "10:2 unknown field `clients`: did you mean `client`?",
    ),
    (
        "command = [\"python3\", \"server.py\"]",
        "comand = [\"python3\", \"server.py\"]",
        "5:1 unknown field `comand`: did you mean `command`?",
    ),
    (
        "command = [\"python3\", \"client.py\"]",
        "command = \"python3 client.py\"",
        "8:11 a command is an array of strings: write `command = [\"python3\", \"client.py\"]`",
    ),
    (
        "127.0.0.1:5001",
        "127.0.0.1:70000",
        "6:10 \"127.0.0.1:70000\" is no address and port: ports are from 1 to 65535",
    ),
    (
        "127.0.0.1:5001",
        "localhost:5001",
        "6:10 \"localhost:5001\" is no address and port: \
         write `127.0.0.1:5001`, or `[::1]:5001` if the server listens on IPv6",
    ),
    (
        "127.0.0.1:5001",
        "0.0.0.0:5001",
        "6:10 the address is not a loopback address: clients connect by loopback: write `127.0.0.1:5001`",
    ),
    (
        "{ send = \"LIST\", reply",
        "{ expect = \"> $\", reply",
        "11:1 nothing is sent for \"list\": write `list = [{ send = \"…\" }]`: the line that a user would type",
    ),
    (
        "quit     =",
        "exit     =",
        "14:1 no program is told to \"exit\": the steps are connect, list, upload, download, quit",
    ),
    (
        "command = [\"python3\", \"client.py\"]",
        "command = { uplod = [\"put\"] }",
        "8:11 no program is told to \"uplod\": did you mean `upload`?",
    ),
    (
        "[files]",
        "[limits]\nmemory = \"1GB\"\n[files]",
        "16:10 \"1GB\" is no size: write `512MiB`; units are B, KiB, MiB and GiB",
    ),
    (
        "[files]",
        "[limits]\nprocesses = 0\n[files]",
        "16:13 the limit is from 1 to 4096",
    ),
    (
        "[files]",
        "[files]\nplace = [{ path = \"../x\", text = \"\" }]",
        "16:19 \"../x\" is no path inside the program's own",
    ),
];

#[test]
fn typical_mistakes_are_placed_and_set_right() {
    for (from, to, expected) in MISTAKES {
        assert!(
            EXAMPLE_TARGET.contains(from),
            "{from:?} is not in the example"
        );
        let text = EXAMPLE_TARGET.replacen(from, to, 1);
        let error = Target::parse("target.toml", &text).unwrap_err();
        let problem = &error.problems()[0];
        let before = &text[..problem.span.start];
        let (line, column) = (
            before.matches('\n').count() + 1,
            before.len() - before.rfind('\n').unwrap_or(0),
        );
        let message = match &problem.suggestion {
            Some(help) => format!("{}: {help}", problem.message),
            None => problem.message.clone(),
        };
        assert_eq!(format!("{line}:{column} {message}"), *expected);
    }
}

#[test]
fn what_a_target_may_ask_for_is_read() {
    let text = EXAMPLE_TARGET.replacen(
        "[files]",
        "[limits]\ncpu_s = 7\noutput = \"1MiB\"\nbuild = { wall_ms = 500 }\n[files]\n\
         place = [{ folder = \"logs\", beside = \"server\" }, { path = \"a/b\", size = \"70001\" }]",
        1,
    );
    let target = target_of(&text.replacen("[client]\n", "[client]\nenv = { A = \"{port}\" }\n", 1));
    let run = target.limits.run;
    assert_eq!(
        (run.cpu, run.output_bytes),
        (Duration::from_secs(7), 1 << 20)
    );
    assert_eq!(run.memory_bytes, PhaseLimits::default().run.memory_bytes);
    assert_eq!(target.limits.build.wall, Duration::from_millis(500));
    assert_eq!(target.files.place[0].contents, PlacedContents::Folder);
    assert_eq!(target.files.place[0].beside, Beside::Server);
    assert_eq!(
        target.files.place[1].contents,
        PlacedContents::Seeded(70_001)
    );
    let environment = environment_at(&target.client.env, target.server.listen);
    assert_eq!(environment, [("A".to_owned(), "5001".to_owned())]);
}

#[test]
fn a_client_may_be_a_process_for_each_step() {
    let per_step = "command = { upload = [\"put\", \"{name}\"], list = [\"ls\"] }";
    let target =
        target_of(&EXAMPLE_TARGET.replacen("command = [\"python3\", \"client.py\"]", per_step, 1));
    let ClientCommand::PerStep(commands) = &target.client.command else {
        panic!("{:?}", target.client.command)
    };
    assert_eq!(commands["upload"].words(), ["put", "{name}"]);
    assert_eq!(commands.len(), 2);
}
