//! A recording made once, on another machine and by another day's synfin, is graded to the bytes that were committed.
//!
//! After a change of the formats or of a verdict's words: `SYNFIN_UPDATE_SAMPLE=1 cargo test -p synfin --test sample`, and
//! look at the difference. How the recording itself is made anew stands in `captures/README.md`.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test that runs the binary and looks at its files"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Set, the committed report is written anew in place of being compared.
const UPDATE: &str = "SYNFIN_UPDATE_SAMPLE";

#[test]
fn the_committed_recording_is_graded_to_the_committed_report() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let committed = workspace.join("reports/sample/report.json");
    let graded = grade(&workspace.join("captures/sample"));
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&committed, &graded).unwrap();
    }
    assert_eq!(graded, fs::read_to_string(committed).unwrap());
}

/// The `report.json` that `synfin grade` writes of a recording; nothing in it may have failed.
#[track_caller]
fn grade(recording: &Path) -> String {
    let out = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_synfin"))
        .arg("grade")
        .arg(recording)
        .arg("--out")
        .arg(out.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    fs::read_to_string(only_report(&out.path().join("reports"))).unwrap()
}

/// The `report.json` of the one run in a folder of reports. `latest`, which points at it, is a link or a text file.
#[track_caller]
fn only_report(reports: &Path) -> PathBuf {
    let mut runs = fs::read_dir(reports).unwrap().map(Result::unwrap);
    let run = runs
        .find(|entry| entry.file_type().unwrap().is_dir())
        .unwrap();
    run.path().join("report.json")
}
