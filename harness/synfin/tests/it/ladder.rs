//! The levels of isolation: which are found, and what a run does where none works.

use std::ffi::OsStr;
use std::process::{Command, Output};

use synfin_core::report::{CauseName, ResultName};

use crate::support::{has, regraded, run_by, said, synfin};

/// Executes the rest of its arguments in a user namespace that allows no further one.
const WITHOUT_NAMESPACES: [&str; 6] = [
    "unshare",
    "--user",
    "--map-root-user",
    "sh",
    "-c",
    "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$0\" \"$@\"",
];

/// The binary where no namespaces can be made, about to be run.
fn without_namespaces() -> Command {
    let [program, arguments @ ..] = WITHOUT_NAMESPACES;
    let mut command = Command::new(program);
    command.args(arguments).arg(env!("CARGO_BIN_EXE_synfin"));
    command
}

/// The exit code and the words of `synfin doctor`: its lines are broken wherever the width wants it.
fn doctor(mut synfin: Command) -> (Option<i32>, String) {
    let Output { status, stdout, .. } = synfin.arg("doctor").output().unwrap();
    let text = String::from_utf8(stdout).unwrap();
    let words: Vec<&str> = text.split_whitespace().collect();
    (status.code(), words.join(" "))
}

#[test]
fn doctor_tells_every_level_and_uses_the_best_that_works() {
    let (code, told) = doctor(synfin());
    let own = if rustix::process::geteuid().is_root() {
        "level 1 namespaces made by root: works"
    } else {
        "level 0 rootless namespaces: works"
    };
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains(own), "{told}");
    for level in 0..=4 {
        assert!(told.contains(&format!(" level {level} ")), "{told}");
    }
    let costs = told.split(" level 2 ").nth(1).unwrap();
    assert!(costs.contains("no runs-on-windows"), "{told}");
}

#[test]
fn where_nothing_works_doctor_tells_the_refusal_and_what_helps() {
    if !has("unshare", "--version", "util-linux") {
        return;
    }
    let (code, told) = doctor(without_namespaces());
    assert_eq!(code, Some(1), "{told}");
    for words in [
        "make user, network, mount, pid, ipc and uts namespaces: No space left on device",
        "sudo sysctl -w user.max_user_namespaces=10000",
        "used level 4",
    ] {
        assert!(told.contains(words), "{words:?} in {told}");
    }
}

#[test]
fn where_nothing_works_a_run_is_reported_undecided_and_says_who_knows_more() {
    if !has("unshare", "--version", "util-linux") {
        return;
    }
    let nothing: [&OsStr; 0] = [];
    let run = run_by(without_namespaces(), nothing);
    assert_eq!(run.output.status.code(), Some(3), "{}", said(&run.output));
    assert_eq!(run.report.level, "nothing recorded from the wire");
    for check in run.report.items.iter().flat_map(|item| &item.checks) {
        match check.result {
            ResultName::Skipped => {}
            ResultName::Inconclusive => {
                assert_eq!(check.cause, Some(CauseName::Harness));
                let saw = &check.saw;
                assert!(saw.ends_with("synfin doctor tells what helps"), "{saw}");
            }
            other => panic!("{} is {other:?}", check.check),
        }
    }
    assert_eq!(regraded(&run.captures()), run.report_text());
}

#[test]
fn a_level_that_does_not_work_is_not_replaced_by_another() {
    let run = run_by(synfin(), ["--level", "3"]);
    assert_eq!(run.output.status.code(), Some(3), "{}", said(&run.output));
    assert_eq!(run.report.level, "nothing recorded from the wire");
}
