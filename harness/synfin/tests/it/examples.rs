//! Somebody else's kind of program: plain Python, a menu by `input()`, a port in the source.

use std::fs;

use synfin_core::report::ResultName::{Fail, Pass};

use crate::support::{has, run, said, workspace};

#[test]
fn a_threaded_python_pair_passes() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let run = run([workspace().join("harness/examples/threaded")]);
    assert_eq!(run.output.status.code(), Some(0), "{}", said(&run.output));
    assert_eq!(run.item("serves-five-clients").result, Pass);
}

#[test]
fn its_one_at_a_time_sister_fails_to_serve_five() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let run = run([workspace().join("harness/examples/one-at-a-time")]);
    assert_eq!(run.output.status.code(), Some(1), "{}", said(&run.output));
    let item = run.item("serves-five-clients");
    assert_eq!(item.result, Fail);
    let check = &item.checks[0];
    assert!(check.saw.starts_with("6 connections open"), "{}", check.saw);
    assert!(
        check
            .saw
            .contains("5 never accepted (no server-side socket)"),
        "{}",
        check.saw
    );
    assert!(
        check.usually[0].cause.starts_with("one client at a time"),
        "{:?}",
        check.usually
    );
    assert!(!check.look.is_empty());
    for follower in [
        "lifecycle-in-order",
        "survives-client-death",
        "closes-cleanly",
        "files-intact",
    ] {
        let item = run.item(follower);
        assert_eq!(item.remark.as_deref(), Some("see item 3"), "{follower}");
    }
}

/// What was never accepted was not served, whatever came back when its turn had passed at last.
#[test]
fn the_sister_fails_as_well_where_the_target_does_not_say_what_a_reply_looks_like() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let example = workspace().join("harness/examples/one-at-a-time");
    let place = tempfile::tempdir().unwrap();
    for program in ["server.py", "client.py"] {
        fs::copy(example.join(program), place.path().join(program)).unwrap();
    }
    let target = fs::read_to_string(example.join("target.toml")).unwrap();
    let replies = regex::Regex::new(r#", reply = "[^"]*""#).unwrap();
    let target = replies
        .replace_all(&target, "")
        .replace("[client]\n", "[client]\nstep_within_ms = 3000\n");
    fs::write(place.path().join("target.toml"), target).unwrap();
    let only = ["--only", "five-at-once"].map(Into::into);
    let run = run([place.path().to_owned()].into_iter().chain(only));
    let check = &run.item("serves-five-clients").checks[0];
    assert_eq!(check.result, Fail, "{}", said(&run.output));
    assert!(check.saw.contains("5 never accepted"), "{}", check.saw);
}
