//! Servers × clients, and whose the failures are.

use std::fs;
use std::path::{Path, PathBuf};

use synfin_core::report::{Blame, Matrix, Status};
use tempfile::TempDir;

use crate::support::{said, synfin, workspace};

const RUBRIC: &str = r#"
schema = 1
title = "Meeting"
[[scenario]]
name = "life"
clients = 1
steps = ["connect", "list", "quit"]
[[item]]
id = "listens"
checks = [{ in = "life", check = "server-listens" }]
[[item]]
id = "meets"
checks = [{ in = "life", check = "handshake-completes" }]
"#;

/// The reference target with one of its two commands made to miss the other program's port.
fn missing_the_port(place: &Path, program: &str, listen: &str) -> PathBuf {
    let text = fs::read_to_string(workspace().join("harness/targets/reference.toml")).unwrap();
    let beside = Path::new(env!("CARGO_BIN_EXE_synfin")).with_file_name(program);
    let line = text
        .lines()
        .find(|line| line.starts_with(&format!("command = [\"{program}\"")))
        .unwrap();
    let astray = line
        .replace(
            &format!("{program:?}"),
            &format!("\"{}\"", beside.display()),
        )
        .replace("{addr}", "127.0.0.1:5999");
    let path = place.join(format!("{program}.toml"));
    fs::write(&path, text.replace(line, &format!("{astray}{listen}"))).unwrap();
    path
}

/// What failed in the cell of this server and this client, and whose it is.
fn failures(matrix: &Matrix, server: &str, client: &str) -> Vec<(String, Blame)> {
    let mut cells = matrix.cells.iter();
    let cell = cells.find(|cell| cell.server == server && cell.client == client);
    let blamed = cell.unwrap().failures.iter();
    blamed.map(|it| (it.item.clone(), it.side)).collect()
}

#[test]
fn a_failure_is_put_down_to_the_side_that_fails_with_the_reference_too() {
    let out = TempDir::new().unwrap();
    let listen = "\nlisten = \"127.0.0.1:5001\"\nstart_within_ms = 1000";
    let server = missing_the_port(out.path(), "synfin-server", listen);
    let client = missing_the_port(out.path(), "synfin-client", "\nstep_within_ms = 1000");
    let rubric = out.path().join("rubric.toml");
    fs::write(&rubric, RUBRIC).unwrap();
    let output = synfin()
        .arg("matrix")
        .arg("--server")
        .arg(&server)
        .arg("--client")
        .arg(&client)
        .arg("--rubric")
        .arg(&rubric)
        .args(["--format", "json", "--out"])
        .arg(out.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let matrix: Matrix = serde_json::from_slice(&output.stdout).unwrap();
    let (server, client) = (server.display().to_string(), client.display().to_string());
    let failures = |server: &str, client: &str| failures(&matrix, server, client);
    let listens = |blame| ("listens".to_owned(), blame);
    let meets = |blame| ("meets".to_owned(), blame);
    assert_eq!(failures("reference", "reference"), []);
    assert_eq!(
        failures(&server, "reference"),
        [listens(Blame::Server), meets(Blame::Server)]
    );
    assert_eq!(failures("reference", &client), [meets(Blame::Client)]);
    assert_eq!(
        failures(&server, &client),
        [listens(Blame::Server), meets(Blame::Both)]
    );
}

#[test]
fn without_targets_the_reference_pair_is_the_only_cell() {
    let out = TempDir::new().unwrap();
    let output = synfin()
        .args(["matrix", "--out"])
        .arg(out.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let captures = fs::read_dir(out.path().join("captures")).unwrap();
    let runs: Vec<_> = captures
        .filter(|entry| entry.as_ref().unwrap().path().is_dir())
        .collect();
    let file = |run: &str| out.path().join(format!("reports/{run}-matrix/matrix.json"));
    let matrices = runs
        .iter()
        .map(|run| run.as_ref().unwrap().file_name().into_string().unwrap())
        .filter_map(|run| fs::read(file(&run)).ok());
    let matrices: Vec<Matrix> = matrices
        .map(|text| serde_json::from_slice(&text).unwrap())
        .collect();
    assert_eq!(matrices.len(), 1, "{}", said(&output));
    assert_eq!(matrices[0].cells.len(), 1);
    assert_eq!(matrices[0].cells[0].status, Status::Passed);
}
