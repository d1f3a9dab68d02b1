//! The reference pair and Installation 1.

use std::fs;

use synfin_core::report::ResultName::{Pass, Skipped};

use crate::support::{run, said, synfin};

const NO_ARGUMENTS: [&str; 0] = [];

#[test]
fn the_reference_pair_passes_installation_1() {
    let run = run(NO_ARGUMENTS);
    let expected = [
        ("server-runs", Pass),
        ("server-responds", Pass),
        ("serves-five-clients", Pass),
        ("runs-on-windows", Skipped),
        ("lifecycle-in-order", Pass),
        ("survives-client-death", Pass),
        ("closes-cleanly", Pass),
        ("files-intact", Pass),
        ("tells-server-is-down", Pass),
        ("server-stops", Pass),
    ];
    assert_eq!(run.results(), expected, "{}", said(&run.output));
    assert_eq!(run.output.status.code(), Some(0));
    for recording in &run.report.recordings {
        assert!(recording.capture.whole, "{recording:?}");
    }
}

#[test]
fn grading_the_recording_again_gives_the_same_bytes() {
    let run = run(["--only", "lifecycle", "--only", "client-dies"]);
    let report = |out: &std::path::Path| fs::read(out.join("reports/latest/report.json")).unwrap();
    let again = tempfile::tempdir().unwrap();
    let output = synfin()
        .arg("grade")
        .arg(run.captures())
        .arg("--out")
        .arg(again.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(report(again.path()), report(run.out.path()));
}

#[test]
fn where_only_failed_recordings_stay_those_of_a_run_that_passed_go() {
    let run = run(["--only", "lifecycle", "--keep", "failed"]);
    assert_eq!(run.output.status.code(), Some(0), "{}", said(&run.output));
    let left = fs::read_dir(run.out.path().join("captures")).unwrap();
    assert_eq!(left.count(), 0);
}

#[test]
fn more_clients_take_part_when_asked() {
    let run = run(["--only", "five-at-once", "--clients", "40"]);
    assert_eq!(
        run.item("serves-five-clients").result,
        Pass,
        "{}",
        said(&run.output)
    );
    let connections = run
        .report
        .recordings
        .iter()
        .find(|recording| recording.scenario == "five-at-once");
    assert_eq!(connections.unwrap().connections.len(), 40);
}
