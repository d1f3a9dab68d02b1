//! Attempts to read what would tell the answers: the grader's process and environment, rubric, seed, captures, reports.

use std::fs;

use synfin_core::manifest::Role;

use crate::submission::{Submission, attempts, readable_for_all};
use crate::support::{said, synfin};

/// Outputs, rubric and submission lie where a program would see them, were they not hidden: `/tmp` is covered by its own.
#[test]
fn neither_rubric_nor_outputs_nor_the_grader_can_be_read() {
    let place = tempfile::tempdir_in("/var/tmp").unwrap();
    readable_for_all(place.path());
    let out = place.path().join("out");
    for folder in ["captures/before", "reports/before"] {
        fs::create_dir_all(out.join(folder)).unwrap();
        fs::write(out.join(folder).join("run.json"), "a seed").unwrap();
    }
    let secrets = ["captures", "reports"].map(|name| out.join(name).display().to_string());
    let submission = Submission::below(place.path()).server("look_around");
    let rubric = submission.rubric();
    let seen = [&secrets[..], &[rubric.display().to_string()]]
        .concat()
        .join(":");
    let env = format!("env = {{ SECRETS = {seen:?} }}\nlisten =");
    let submission = submission.replace("target.toml", "listen =", &env);
    let output = synfin()
        .arg("run")
        .arg(submission.place.path())
        .args(["--rubric".as_ref(), rubric.as_os_str()])
        .args(["--out".as_ref(), out.as_os_str()])
        .env("SYNFIN_SECRET", "answers")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let log = fs::read_to_string(out.join("captures/latest/lifecycle/server.log")).unwrap();
    let expected = [
        "descriptors: [0, 1, 2]",
        "the grader's environment in mine: False",
        "the grader among the processes: 0",
        "the rubric beside me: ENOENT",
        "a secret place: 0",
        "a secret place: 0",
        "a secret place: 0",
        "the seed in my environment: False",
    ];
    assert_eq!(attempts(&log), expected, "{log}");
}

/// Others in the class are read no more than by `synfin batch`.
#[test]
fn another_submission_beside_it_cannot_be_read() {
    let class = tempfile::tempdir_in("/var/tmp").unwrap();
    readable_for_all(class.path());
    let neighbour = class.path().join("anna");
    fs::create_dir(&neighbour).unwrap();
    readable_for_all(&neighbour);
    for name in ["target.toml", "server.py"] {
        fs::write(neighbour.join(name), "an answer").unwrap();
    }
    let secrets = format!(
        "env = {{ SECRETS = {:?} }}\nlisten =",
        neighbour.display().to_string()
    );
    let graded = Submission::below(class.path())
        .server("look_around")
        .replace("target.toml", "listen =", &secrets)
        .graded();
    let told = graded.told_by(Role::Server);
    assert_eq!(told[4], "a secret place: 0", "{told:?}");
    graded.assert_passes();
}

/// The same, where the rubric is named from the current folder.
#[test]
fn a_rubric_that_is_named_relatively_is_hidden_as_well() {
    let place = tempfile::tempdir_in("/var/tmp").unwrap();
    readable_for_all(place.path());
    let submission = Submission::below(place.path()).server("look_around");
    let rubric = submission.rubric();
    let env = format!(
        "env = {{ SECRETS = {:?} }}\nlisten =",
        rubric.display().to_string()
    );
    let submission = submission.replace("target.toml", "listen =", &env);
    let output = synfin()
        .args(["run", ".", "--rubric", "rubric.toml", "--out", "out"])
        .current_dir(submission.place.path())
        .output()
        .unwrap();
    let out = submission.place.path().join("out");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let log = fs::read_to_string(out.join("captures/latest/lifecycle/server.log")).unwrap();
    let told = attempts(&log);
    assert_eq!(told[3], "the rubric beside me: ENOENT", "{told:?}");
    assert_eq!(told[4], "a secret place: 0", "{told:?}");
}
