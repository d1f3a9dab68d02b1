//! What a target can ask for, asked for: each is a variant of the threaded example.

use std::fs;
use std::path::{Path, PathBuf};

use synfin_core::report::ResultName::Fail;
use tempfile::TempDir;

use crate::support::{Run, has, run, said, workspace};

/// A copy of the threaded example, its target changed.
#[track_caller]
fn target(replaced: &[(&str, &str)]) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(workspace().join("harness/examples/threaded")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, place.path().join(path.file_name().unwrap())).unwrap();
    }
    replace(&place.path().join("target.toml"), replaced);
    place
}

#[track_caller]
fn replace(file: &Path, replaced: &[(&str, &str)]) {
    let mut text = fs::read_to_string(file).unwrap();
    for (old, new) in replaced {
        assert!(text.contains(old), "{old} in {}", file.display());
        text = text.replace(old, new);
    }
    fs::write(file, text).unwrap();
}

/// Runs the target in the one scenario.
#[track_caller]
fn run_one(place: &TempDir, scenario: &str) -> Run {
    run([place.path(), "--only".as_ref(), scenario.as_ref()])
}

fn python() -> bool {
    has("python3", "--version", "python3")
}

#[track_caller]
fn assert_passes(run: &Run) {
    assert_eq!(run.output.status.code(), Some(0), "{}", said(&run.output));
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into())
        .collect();
    names.sort();
    names
}

#[test]
fn a_build_runs_once_in_a_copy_and_every_role_gets_what_it_made() {
    if !python() {
        return;
    }
    let build =
        "schema = 1\nbuild = [\"mkdir target\", \"mv server.py target/built.py; pwd; echo built\"]";
    let place = target(&[
        ("schema = 1", build),
        (
            r#"["python3", "server.py"]"#,
            r#"["python3", "target/built.py"]"#,
        ),
    ]);
    let before = names(place.path());
    let run = run_one(&place, "lifecycle");
    assert_passes(&run);
    assert_eq!(names(place.path()), before);
    let log = fs::read_to_string(run.captures().join("build.log")).unwrap();
    assert!(log.ends_with("built\n"), "{log:?}");
    assert_eq!(log.matches("built\n").count(), 1, "{log:?}");
}

#[test]
fn a_failed_build_fails_the_items_with_its_last_lines() {
    let build =
        "schema = 1\nbuild = [\"echo first\", \"echo 'server.c:1: \\u001B[31mno main'; exit 3\"]";
    let place = target(&[("schema = 1", build)]);
    let run = run_one(&place, "lifecycle");
    assert_eq!(run.output.status.code(), Some(1), "{}", said(&run.output));
    let check = &run.item("server-runs").checks[0];
    assert_eq!(check.result, Fail);
    assert_eq!(
        check.saw,
        "the build failed: `echo 'server.c:1: \\x1b[31mno main'; exit 3` exited with code 3: “server.c:1: \\x1b[31mno main”"
    );
    assert!(
        !said(&run.output).contains('\u{1b}'),
        "{}",
        said(&run.output)
    );
    let log = fs::read_to_string(run.captures().join("build.log")).unwrap();
    assert_eq!(log, "first\nserver.c:1: \u{1b}[31mno main\n");
}

#[test]
fn a_build_that_hangs_or_floods_costs_only_itself() {
    let limits = "[limits.build]\nwall_ms = 300\noutput = \"1MiB\"\n[client]";
    for (command, limit) in [
        ("sleep 1000 & sleep 1000", "0.3 s of time"),
        ("yes; true", "1 MiB of output"),
    ] {
        let build = format!("schema = 1\nbuild = [{command:?}]");
        let place = target(&[("schema = 1", &build), ("[client]\n", limits)]);
        replace(
            &place.path().join("target.toml"),
            &[("[client]command", "[client]\ncommand")],
        );
        let run = run_one(&place, "lifecycle");
        let saw = &run.item("server-runs").checks[0].saw;
        let expected =
            format!("the build failed: `{command}` reached its limit, {limit}, and was ended");
        assert!(saw.starts_with(&expected), "{saw}");
    }
}
