//! One side from each of two targets.

use std::fs;
use std::path::{Path, PathBuf};

use synfin_core::report::ResultName::{Fail, Pass};

use crate::support::{has, regraded, run, said, synfin, workspace};

/// The text of an example's target without one of its sections.
fn without(example: &str, section: &str) -> String {
    let path = workspace().join(format!("harness/examples/{example}/target.toml"));
    let text = fs::read_to_string(path).unwrap();
    let sections = text.split_inclusive("\n\n");
    sections
        .filter(|part| !part.contains(&format!("[{section}")))
        .collect()
}

/// A hand-in of one program: its folder, with a target that knows nothing of the other side.
fn hand_in(place: &Path, example: &str, program: &str, other_side: &str) -> PathBuf {
    let folder = place.join(example);
    fs::create_dir(&folder).unwrap();
    let source = workspace().join(format!("harness/examples/{example}/{program}"));
    fs::copy(source, folder.join(program)).unwrap();
    fs::write(folder.join("target.toml"), without(example, other_side)).unwrap();
    folder
}

#[test]
fn a_server_alone_is_graded_with_the_client_of_another() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let server = hand_in(place.path(), "one-at-a-time", "server.py", "client");
    let client = hand_in(place.path(), "threaded", "client.py", "server");
    let pair: [&std::ffi::OsStr; 8] = [
        "--server".as_ref(),
        server.as_ref(),
        "--client".as_ref(),
        client.as_ref(),
        "--only".as_ref(),
        "five-at-once".as_ref(),
        "--only".as_ref(),
        "lifecycle".as_ref(),
    ];
    let run = run(pair);
    assert_eq!(
        run.report.target,
        "server of one at a time, client of threaded"
    );
    assert_eq!(run.item("serves-five-clients").result, Fail);
    assert_eq!(
        run.item("server-responds").result,
        Pass,
        "{}",
        said(&run.output)
    );
    assert_eq!(regraded(&run.captures()), run.report_text());
}

#[test]
fn the_reference_pair_gives_either_side_by_its_name() {
    let run = run([
        "--server",
        "reference",
        "--client",
        "reference",
        "--only",
        "lifecycle",
    ]);
    assert_eq!(
        run.report.target,
        "server of reference pair, client of reference pair"
    );
    assert_eq!(run.output.status.code(), Some(0), "{}", said(&run.output));
}

#[test]
fn a_target_of_one_side_alone_is_told_how_it_is_graded() {
    let place = tempfile::tempdir().unwrap();
    let server = hand_in(place.path(), "threaded", "server.py", "client");
    let output = synfin().arg("run").arg(&server).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let text = said(&output);
    for words in [
        "the target has no [client]",
        "synfin run --server FILE --client reference",
    ] {
        assert!(text.contains(words), "{text}");
    }
}
