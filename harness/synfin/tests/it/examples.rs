//! Somebody else's kind of program: plain Python, a menu by `input()`, a port in the source.

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
