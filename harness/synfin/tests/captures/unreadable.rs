use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::Value;
use tempfile::TempDir;

use crate::command::{code, command, stderr, stdout, synfin};
use crate::segments::{RESET, TALK, pcap, shots, two_connections, write};

const COMMANDS: [&str; 3] = ["flows", "explain", "follow"];

/// What each command says of a file, which has to be the same.
#[track_caller]
fn refusal(folder: &TempDir, file: &str) -> String {
    let said = [
        ["flows", file, "--quiet"],
        ["explain", file, "--quiet"],
        ["follow", file, "0"],
    ]
    .map(|arguments| {
        let output = synfin(folder.path(), &arguments);
        assert_eq!((code(&output), stdout(&output)), (2, ""));
        stderr(&output).to_owned()
    });
    assert_eq!(said[0], said[1]);
    assert_eq!(said[0], said[2]);
    said[0].clone()
}

#[test]
fn what_is_no_capture_is_said_to_be_none() {
    let folder = TempDir::new().unwrap();
    let text = write(folder.path(), b"not a capture at all");
    assert_snapshot!(refusal(&folder, &text));
}

#[test]
fn an_empty_file_is_said_to_be_empty() {
    let folder = TempDir::new().unwrap();
    let empty = write(folder.path(), b"");
    assert_snapshot!(refusal(&folder, &empty));
}

#[test]
fn a_folder_is_said_to_be_one() {
    let folder = TempDir::new().unwrap();
    assert_eq!(
        refusal(&folder, "."),
        "synfin: . is a folder: name a capture in it; a recording's folder is for synfin grade\n"
    );
}

#[test]
fn a_capture_that_was_cut_off_is_read_as_far_as_it_goes() {
    let folder = TempDir::new().unwrap();
    let mut bytes = pcap(&shots(51702, 0, &TALK));
    bytes.truncate(bytes.len() - 10);
    let capture = write(folder.path(), &bytes);
    let output = synfin(folder.path(), &["flows", &capture, "--format", "json"]);
    assert_eq!(code(&output), 0);
    let document: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(document["capture"]["frames"], 8);
    assert_snapshot!(format!(
        "{}{}",
        stderr(&output),
        document["capture"]["tail"]
    ));
}

#[test]
fn a_capture_without_connections_is_no_mistake() {
    let folder = TempDir::new().unwrap();
    let capture = write(folder.path(), &pcap(&[]));
    let flows = synfin(folder.path(), &["flows", &capture]);
    assert_eq!(code(&flows), 0);
    assert_eq!(
        stdout(&flows),
        "mine.pcap · 0 frames · 0 connections\n no connection\n"
    );
    let explain = synfin(folder.path(), &["explain", &capture]);
    assert_eq!(
        (code(&explain), stdout(&explain), stderr(&explain)),
        (0, "", "no TCP connection in this capture\n")
    );
}

#[test]
fn a_reader_that_has_gone_is_no_failure() {
    let folder = TempDir::new().unwrap();
    let many = (0..2_000).flat_map(|n| shots(10_000 + n, u64::from(n) * 1_000, &RESET));
    write(folder.path(), &pcap(&many.collect::<Vec<_>>()));
    for arguments in [
        ["flows", "mine.pcap", "--format", "jsonl"].as_slice(),
        &["flows", "mine.pcap", "--format", "csv"],
        &["flows", "mine.pcap"],
        &["explain", "mine.pcap", "--most", "2000"],
    ] {
        let mut child = command(folder.path(), arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((code(&output), stderr(&output)), (0, ""), "{arguments:?}");
    }
}

#[test]
fn help_names_the_fields_and_the_forms() {
    let folder = TempDir::new().unwrap();
    two_connections(folder.path());
    for command in COMMANDS {
        let help = synfin(folder.path(), &[command, "--help"]);
        assert_eq!(code(&help), 0);
        assert_snapshot!(format!("help_of_{command}"), stdout(&help));
    }
}
