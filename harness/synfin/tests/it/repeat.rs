//! One scenario, many recordings.

use synfin_core::report::ResultName::{Flaky, Pass};

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{has, regraded, run, said, workspace};

/// All recordings of a coin-tossing server are alike once in half a million runs.
const REPETITIONS: usize = 20;

const RUBRIC: &str = r#"
schema = 1
title = "Every time"
[[scenario]]
name = "life"
clients = 1
steps = ["connect", "list", "quit"]
repeat = 20
[[item]]
id = "listens"
checks = [{ in = "life", check = "server-listens" }]
[[item]]
id = "no-reset"
checks = [{ in = "life", check = "no-reset" }]
"#;

#[test]
fn a_server_that_resets_every_other_time_is_flaky() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let target = flaky_target(place.path());
    let rubric = place.path().join("rubric.toml");
    fs::write(&rubric, RUBRIC).unwrap();
    let run = run([target, "--rubric".into(), rubric]);

    assert_eq!(run.output.status.code(), Some(1), "{}", said(&run.output));
    assert_eq!(run.results(), [("listens", Pass), ("no-reset", Flaky)]);
    let check = &run.item("no-reset").checks[0];
    let repetitions = check.repetitions.as_ref().unwrap();
    let rate = format!("{} of {REPETITIONS} passed; failing: ", repetitions.passed);
    assert!(check.saw.starts_with(&rate), "{}", check.saw);
    let parting = repetitions.parting.as_deref().unwrap();
    for words in [
        "client 1, its connection 1: in life.",
        "the responder sends RST",
    ] {
        assert!(parting.contains(words), "{parting}");
    }
    assert_eq!(run.pcaps().len(), REPETITIONS);
    assert_eq!(regraded(&run.captures()), run.report_text());
}

#[test]
fn repeat_on_the_command_line_counts_for_every_scenario() {
    let run = run([
        "--only",
        "lifecycle",
        "--only",
        "server-down",
        "--repeat",
        "2",
    ]);
    assert_eq!(run.output.status.code(), Some(0), "{}", said(&run.output));
    let names: Vec<String> = run
        .pcaps()
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(
        names,
        [
            "lifecycle.1.pcap",
            "lifecycle.2.pcap",
            "server-down.1.pcap",
            "server-down.2.pcap"
        ]
    );
}

/// The sound pair but for a server that tosses a coin; gives its target.
fn flaky_target(place: &Path) -> PathBuf {
    let mutants = workspace().join("harness/mutants");
    for package in ["pair", "flaky"] {
        fs::create_dir(place.join(package)).unwrap();
        for entry in fs::read_dir(mutants.join(package)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "py") {
                fs::copy(&path, place.join(package).join(path.file_name().unwrap())).unwrap();
            }
        }
    }
    let text = fs::read_to_string(mutants.join("target.toml")).unwrap();
    let target = place.join("target.toml");
    fs::write(
        &target,
        text.replace("pair.server", "flaky.resets_every_other_time"),
    )
    .unwrap();
    target
}
