//! One command each: results on stdout, complaints on stderr, a documented status.

use std::net::TcpListener;
use std::process::Command;

use synfin_server::Limits;

use crate::support::{Run, Scene};

const SHA256_OF_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[track_caller]
fn check_failure(scene: &Scene, arguments: &[&str], status: i32, complaint: &str) {
    let expected = Run {
        status: Some(status),
        stdout: String::new(),
        stderr: format!("synfin-client: {complaint}\n"),
    };
    assert_eq!(scene.run(arguments), expected);
}

#[track_caller]
fn check_success(scene: &Scene, arguments: &[&str], stdout: &str) {
    let expected = Run {
        status: Some(0),
        stdout: stdout.to_owned(),
        stderr: String::new(),
    };
    assert_eq!(scene.run(arguments), expected);
}

/// A server with `abc` on it, and a client that has it too.
fn scene_with_abc() -> Scene {
    let scene = Scene::new();
    std::fs::write(scene.here("abc"), b"abc").unwrap();
    std::fs::write(scene.there("abc"), b"abc").unwrap();
    scene
}

#[test]
fn each_command_prints_its_result() {
    let scene = scene_with_abc();
    check_success(&scene, &["list"], "             3  abc\n");
    let uploaded = format!("uploaded copy (3 bytes, sha256 {SHA256_OF_ABC})\n");
    check_success(&scene, &["upload", "abc", "--as", "copy"], &uploaded);
    let downloaded = format!("downloaded copy (3 bytes, sha256 {SHA256_OF_ABC})\n");
    check_success(&scene, &["download", "copy"], &downloaded);
    assert_eq!(std::fs::read(scene.here("copy")).unwrap(), b"abc");
}

#[test]
fn each_command_prints_json_if_asked() {
    let scene = scene_with_abc();
    let transferred = format!(
        "{{\"schema\":1,\"name\":\"abc\",\"size_bytes\":3,\"sha256\":\"{SHA256_OF_ABC}\"}}\n"
    );
    check_success(
        &scene,
        &["--json", "upload", "abc", "--overwrite"],
        &transferred,
    );
    check_success(
        &scene,
        &["--json", "download", "abc", "--overwrite"],
        &transferred,
    );
    let listed: serde_json::Value =
        serde_json::from_str(&scene.run(&["list", "--json"]).stdout).unwrap();
    let modified = listed["files"][0]["modified_unix_ms"].clone();
    assert!(
        modified
            .as_u64()
            .is_some_and(|modified| modified > 1_700_000_000_000)
    );
    let file = serde_json::json!({ "name": "abc", "size_bytes": 3, "modified_unix_ms": modified });
    assert_eq!(listed, serde_json::json!({ "schema": 1, "files": [file] }));
}

#[test]
fn a_failure_is_told_in_json_too_if_asked() {
    let run = Scene::new().run(&["--json", "download", "nothing"]);
    let error = "the server refused (not-found): there is no file \\\"nothing\\\"";
    assert_eq!(
        run.stdout,
        format!("{{\"schema\":1,\"code\":\"not-found\",\"error\":\"{error}\"}}\n")
    );
    assert_eq!(run.status, Some(5));
}

#[test]
fn no_server_is_one_sentence_at_once() {
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    for arguments in [&["list"][..], &[]] {
        let output = Command::new(env!("CARGO_BIN_EXE_synfin-client"))
            .arg(&address)
            .args(arguments)
            .output()
            .unwrap();
        let stderr =
            format!("synfin-client: no server is running at {address} (connection refused)\n");
        assert_eq!(
            Run::from(output),
            Run {
                status: Some(3),
                stdout: String::new(),
                stderr
            }
        );
    }
}

#[test]
fn a_full_server_has_its_own_status() {
    let scene = Scene::with(Limits {
        max_connections: 0,
        ..Limits::default()
    });
    check_failure(
        &scene,
        &["list"],
        4,
        "the server refused (busy): the server is full; try again later",
    );
}

#[test]
fn a_missing_file_has_its_own_status_there_and_here() {
    let scene = Scene::new();
    check_failure(
        &scene,
        &["download", "x"],
        5,
        "the server refused (not-found): there is no file \"x\"",
    );
    assert_eq!(scene.run(&["upload", "x"]).status, Some(9));
}

#[test]
fn a_file_that_exists_has_its_own_status_there_and_here() {
    let scene = scene_with_abc();
    check_failure(
        &scene,
        &["upload", "abc"],
        6,
        "the server refused (exists): \"abc\" is there already",
    );
    let path = std::path::Path::new(".").join("abc");
    check_failure(
        &scene,
        &["download", "abc"],
        6,
        &format!("{} is there already", path.display()),
    );
}

#[test]
fn wrong_usage_has_its_own_status() {
    let scene = Scene::new();
    check_failure(
        &scene,
        &["download", "a/b"],
        2,
        "a name cannot hold the character /",
    );
    assert_eq!(scene.run(&["no-such-command"]).status, Some(2));
    assert_eq!(scene.run(&["--json"]).status, Some(2));
}

#[test]
fn every_status_is_in_the_help() {
    let help = Scene::new()
        .run(&["--help"])
        .stdout
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let listed = help.split_once("Exit status: ").unwrap().1;
    let numbers: Vec<_> = listed
        .split([' ', ','])
        .filter_map(|word| word.parse::<u8>().ok())
        .take_while(|number| *number < 10)
        .collect();
    assert_eq!(numbers[..10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
}
