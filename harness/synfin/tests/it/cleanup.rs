//! Nothing of a run outlives it, however it ends.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use crate::support::{run, said, synfin};

/// Far longer than the kernel takes to end a namespace; a test that waits so long has failed.
const SOON: Duration = Duration::from_secs(20);

#[test]
fn nothing_of_a_killed_harness_survives_and_the_next_run_is_unaffected() {
    let out = tempfile::tempdir().unwrap();
    let mut harness = recording(&out);
    let descendants = wait_for(|| Some(descendants(harness.id())).filter(|found| found.len() >= 6));
    harness.kill().unwrap();
    harness.wait().unwrap();
    wait_for(|| descendants.iter().all(|pid| !is_alive(*pid)).then_some(()));

    let next = run(["--only", "lifecycle"]);
    assert_eq!(next.output.status.code(), Some(0), "{}", said(&next.output));
}

#[test]
fn an_interrupted_run_reports_what_is_decided_and_leaves_nothing() {
    for signal in [Signal::INT, Signal::TERM] {
        let out = tempfile::tempdir().unwrap();
        let harness = recording(&out);
        let descendants =
            wait_for(|| Some(descendants(harness.id())).filter(|found| found.len() >= 6));
        send(signal, &harness);
        let output = harness.wait_with_output().unwrap();
        assert!(
            matches!(output.status.code(), Some(1 | 3)),
            "{}",
            said(&output)
        );
        assert!(
            out.path().join("reports/latest/report.json").is_file(),
            "{}",
            said(&output)
        );
        assert!(descendants.iter().all(|pid| !is_alive(*pid)));
    }
}

#[test]
fn a_second_interruption_ends_a_run_without_a_report_and_leaves_nothing() {
    let out = tempfile::tempdir().unwrap();
    let mut harness = recording(&out);
    let descendants = wait_for(|| Some(descendants(harness.id())).filter(|found| found.len() >= 6));
    send(Signal::INT, &harness);
    let mut said = BufReader::new(harness.stderr.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().starts_with("interrupted")));
    send(Signal::INT, &harness);
    let code = harness.wait().unwrap().code();
    // The recordings may have ended before the second signal came.
    assert!(matches!(code, Some(1 | 3 | 4)), "{code:?}");
    wait_for(|| descendants.iter().all(|pid| !is_alive(*pid)).then_some(()));
}

fn send(signal: Signal, process: &Child) {
    rustix::process::kill_process(Pid::from_child(process), signal).unwrap();
}

/// A run that has begun to record: it said so. Before, it may be building the pair, which takes its own time and is not
/// what these tests are about.
fn recording(out: &tempfile::TempDir) -> Child {
    let mut command = synfin();
    command
        .args(["run", "--clients", "40", "--out"])
        .arg(out.path());
    let mut harness = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(harness.stderr.as_mut().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().starts_with("making ")));
    harness
}

/// All processes below this one, with the moment each began, so that a number used again is not taken for it.
fn descendants(root: u32) -> BTreeSet<(u32, u64)> {
    let processes: Vec<(u32, u32, u64)> = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok())
        .filter_map(stat)
        .collect();
    let mut found = BTreeSet::new();
    let mut parents = vec![root];
    while let Some(parent) = parents.pop() {
        for (pid, _, began) in processes.iter().filter(|process| process.1 == parent) {
            if found.insert((*pid, *began)) {
                parents.push(*pid);
            }
        }
    }
    found
}

/// A process's number, its parent's, and when it began (proc_pid_stat(5), fields 4 and 22); none for one that has ended.
fn stat(pid: u32) -> Option<(u32, u32, u64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = text[text.rfind(')')? + 2..].split(' ').collect();
    let is_zombie = fields[0] == "Z";
    (!is_zombie).then(|| (pid, fields[1].parse().unwrap(), fields[19].parse().unwrap()))
}

fn is_alive((pid, began): (u32, u64)) -> bool {
    stat(pid).is_some_and(|process| process.2 == began)
}

/// Waits for a condition of other processes, which nothing announces.
#[track_caller]
fn wait_for<T>(mut condition: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(began.elapsed() < SOON, "the condition did not come true");
        std::thread::yield_now();
    }
}
