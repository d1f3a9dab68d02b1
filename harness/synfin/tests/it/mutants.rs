//! Every check is able to fail: each broken program of `harness/mutants` is failed by the check that it was broken for, and
//! no check fails an unusual program that is sound.

use crate::support::{has, said, synfin, tell};

#[test]
fn every_check_is_killed_by_its_mutants_and_fails_no_sound_program() {
    let tools = [
        ("python3", "--version", "python3"),
        ("cc", "--version", "gcc"),
        ("javac", "-version", "default-jdk-headless"),
        ("node", "--version", "nodejs"),
    ];
    let has_python = tools.map(|(tool, version, package)| has(tool, version, package))[0];
    if !has_python {
        return;
    }
    let output = synfin().arg("selftest").output().unwrap();
    tell(&String::from_utf8_lossy(&output.stdout));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[test]
fn the_matrix_of_one_program_as_json_names_what_each_check_concluded() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let output = synfin()
        .args([
            "selftest",
            "--only",
            "client_retries_for_ever",
            "--format",
            "json",
        ])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let matrix: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        matrix["rows"],
        serde_json::json!([{
            "name": "broken.client_retries_for_ever (down)",
            "fails": "refused-when-down",
            "results": { "refused-when-down": "fail" },
        }])
    );
}

#[test]
fn a_program_that_the_self_test_does_not_have_is_a_mistake_of_usage() {
    let output = synfin()
        .args(["selftest", "--only", "never_acepts"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
}
