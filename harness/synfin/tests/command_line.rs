//! The binary as its users meet it: exit codes, what goes to which stream, what is written.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test that runs the binary and looks at its files"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use synfin_core::pcap::{LinkType, Writer};
use synfin_core::time::Timestamp;
use tempfile::TempDir;

#[test]
fn help_and_version_are_data() {
    for option in ["--help", "--version"] {
        let output = synfin(&[option]);
        assert_eq!(code(&output), 0);
        assert!(stdout(&output).contains("synfin"));
        assert_eq!(stderr(&output), "");
    }
}

#[test]
fn a_wrong_command_line_is_code_2() {
    for arguments in [
        vec![],
        vec!["frobnicate"],
        vec!["run", "--keep", "0"],
        vec!["run", "--server", "a"],
        vec!["run", "--server", "no-file", "--client", "no-file"],
        vec!["run", "--rubric", "instalation-1"],
        vec!["record"],
        vec!["grade", "no-such-file"],
        vec!["grade", "no-such-file", "--server", "127.0.0.1:1"],
        vec!["flows", "no-such-file"],
        vec!["explain", "."],
        vec!["explain", "no-such-file", "--frames", "40-17"],
        vec!["follow", "no-such-file", "0"],
        vec!["checks", "orderly-clos"],
    ] {
        let output = synfin(&arguments);
        assert_eq!((code(&output), stdout(&output)), (2, ""), "{arguments:?}");
        assert!(!stderr(&output).is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_misspelt_name_is_answered_with_the_likely_one() {
    let output = synfin(&["checks", "orderly-clos"]);
    assert_eq!(
        stderr(&output),
        "synfin: no check is called `orderly-clos`: did you mean `orderly-close`?\n"
    );
    let output = synfin(&["run", "--rubric", "instalation-1"]);
    assert_eq!(
        stderr(&output),
        "synfin: no rubric and no file is called \"instalation-1\": did you mean `installation-1`?\n"
    );
}

#[test]
fn no_clients_at_all_is_told_how_many_there_can_be() {
    let output = synfin(&["run", "--clients", "0"]);
    assert_eq!(code(&output), 2);
    let words = "write how many clients, from 1 to 10000";
    assert!(stderr(&output).contains(words), "{}", stderr(&output));
}

#[test]
fn what_is_wrong_in_a_rubric_or_a_target_is_shown_where_it_stands() {
    let folder = TempDir::new().unwrap();
    let text = "schema = 1\nname = \"mine\"\n\n[server]\ncomand = [\"server\"]\n";
    fs::write(folder.path().join("target.toml"), text).unwrap();
    let output = synfin_in(folder.path(), &["run", "target.toml"]);
    assert_eq!((code(&output), stdout(&output)), (2, ""));
    for words in ["target.toml:5:1", "comand", "did you mean `command`"] {
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    }
}

#[test]
fn every_wrong_check_call_is_told_before_anything_is_recorded() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("rubric.toml"), WRONG_CALLS).unwrap();
    let wrong = |command: &[&str]| {
        let arguments = [command, &["--rubric", "rubric.toml"]].concat();
        let output = synfin_in(folder.path(), &arguments);
        assert_eq!((code(&output), stdout(&output)), (2, ""), "{arguments:?}");
        assert!(!folder.path().join("captures").exists(), "{arguments:?}");
        stderr(&output).to_owned()
    };
    let told = wrong(&["run"]);
    insta::assert_snapshot!(told);
    assert_eq!(wrong(&["batch", "."]), told);
    let pair = wrong(&["matrix", "--server", "reference", "--client", "reference"]);
    assert_eq!(pair, format!("reference × reference …\n{told}"));
}

const WRONG_CALLS: &str = r#"schema = 1
title = "Wrong"
[[scenario]]
name = "life"
clients = 1
steps = ["connect", "list", "quit"]
[[item]]
id = "fast"
checks = [{ in = "life", check = "replies-within" }, { in = "life", check = "no-resets" }]
[[item]]
id = "slow"
checks = [{ in = "life", check = "replies-within", ms = 5, sm = 2 }]
"#;

#[test]
fn a_missing_file_is_named_with_the_reason_once() {
    let output = synfin(&["flows", "no-such-file"]);
    let error = fs::File::open("no-such-file").unwrap_err();
    assert_eq!(
        stderr(&output),
        format!("synfin: read no-such-file: {error}\n")
    );
}

#[test]
fn the_catalogue_and_each_of_its_pages_print() {
    let list = synfin(&["checks"]);
    assert_eq!(code(&list), 0);
    let ids = stdout(&list)
        .lines()
        .filter_map(|line| line.split(' ').next());
    for id in ids.filter(|id| !id.is_empty()) {
        let page = synfin(&["checks", id]);
        assert_eq!(code(&page), 0, "{id}");
        assert!(stdout(&page).starts_with(id), "{id}");
    }
}

#[test]
fn a_server_that_nobody_connected_to_is_answered_with_those_that_there_are() {
    let folder = TempDir::new().unwrap();
    let capture = lifecycle(folder.path());
    let arguments = ["grade", &capture, "--server", "127.0.0.1:5002"];
    let output = synfin_in(folder.path(), &arguments);
    assert_eq!((code(&output), stdout(&output)), (2, ""));
    for words in [
        "no connection is to 127.0.0.1:5002",
        "127.0.0.1:5001  on 2 connections",
    ] {
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    }
}

#[test]
fn a_capture_made_elsewhere_needs_to_be_told_its_server() {
    let folder = TempDir::new().unwrap();
    let capture = lifecycle(folder.path());
    let output = synfin_in(folder.path(), &["grade", &capture]);
    assert_eq!((code(&output), stdout(&output)), (2, ""));
    insta::assert_snapshot!(stderr(&output));
}

#[test]
fn grading_a_capture_names_every_file_that_it_writes() {
    let folder = TempDir::new().unwrap();
    let capture = lifecycle(folder.path());
    let output = synfin_in(
        folder.path(),
        &["grade", &capture, "--server", "127.0.0.1:5001"],
    );
    insta::assert_snapshot!(format!("{}\n{}", stdout(&output), stderr(&output)));
    let named: Vec<PathBuf> = stderr(&output)
        .lines()
        .map(|line| folder.path().join(line.strip_prefix("wrote ").unwrap()))
        .collect();
    assert!(named.iter().all(|file| file.exists()), "{named:?}");
    let reports = folder.path().join("reports/lifecycle.pcap");
    let written = fs::read_dir(reports).unwrap().count();
    assert_eq!(
        written + 1,
        named.len(),
        "`latest` stands beside the folder"
    );
}

#[test]
fn grading_again_gives_the_same_bytes() {
    let folder = TempDir::new().unwrap();
    let capture = lifecycle(folder.path());
    let json = || {
        synfin_in(
            folder.path(),
            &["grade", &capture, "--server", "127.0.0.1:5001"],
        );
        fs::read(folder.path().join("reports/latest/report.json")).unwrap()
    };
    assert_eq!(json(), json());
}

#[test]
fn every_format_is_what_its_file_holds() {
    let folder = TempDir::new().unwrap();
    let capture = lifecycle(folder.path());
    for (format, file) in [
        ("json", "report.json"),
        ("markdown", "report.md"),
        ("junit", "junit.xml"),
    ] {
        let arguments = [
            "grade",
            &capture,
            "--server",
            "127.0.0.1:5001",
            "--quiet",
            "--format",
            format,
        ];
        let output = synfin_in(folder.path(), &arguments);
        let written = fs::read_to_string(folder.path().join("reports/latest").join(file)).unwrap();
        assert_eq!((stdout(&output), stderr(&output)), (written.as_str(), ""));
    }
}

#[test]
fn colours_come_only_when_asked_for_or_to_a_terminal() {
    let folder = TempDir::new().unwrap();
    let capture = lifecycle(folder.path());
    let has_colour = |arguments: &[&str]| {
        let arguments = [&["explain", &capture], arguments].concat();
        stdout(&synfin_in(folder.path(), &arguments)).contains('\u{1b}')
    };
    assert!(!has_colour(&[]));
    assert!(!has_colour(&["--color", "never"]));
    assert!(has_colour(&["--color", "always"]));
}

#[test]
fn a_recording_by_another_rubric_that_is_wrong_says_where() {
    let folder = TempDir::new().unwrap();
    let capture = lifecycle(folder.path());
    fs::write(
        folder.path().join("mine.toml"),
        "schema = 1\ntitel = \"x\"\n",
    )
    .unwrap();
    let arguments = [
        "grade",
        &capture,
        "--server",
        "127.0.0.1:5001",
        "--rubric",
        "mine.toml",
    ];
    let output = synfin_in(folder.path(), &arguments);
    assert_eq!(code(&output), 2);
    assert!(
        stderr(&output).contains("mine.toml:2:1"),
        "{}",
        stderr(&output)
    );
}

/// A connection with a request and a reply that closes in order, and one that is reset; both to 127.0.0.1:5001.
fn lifecycle(folder: &Path) -> String {
    let orderly = [
        (true, "S", 100, 0, ""),
        (false, "SA", 900, 101, ""),
        (true, "A", 101, 901, ""),
        (true, "PA", 101, 901, "LIST\n"),
        (false, "PA", 901, 106, "Files on the server: notes.txt\n"),
        (true, "A", 106, 932, ""),
        (true, "FA", 106, 932, ""),
        (false, "FA", 932, 107, ""),
        (true, "A", 107, 933, ""),
    ];
    let reset = [
        (true, "S", 500, 0, ""),
        (false, "SA", 700, 501, ""),
        (true, "A", 501, 701, ""),
        (true, "PA", 501, 701, "QUIT\n"),
        (false, "RA", 701, 506, ""),
    ];
    let frames = [(51702, &orderly[..]), (51703, &reset[..])];
    let frames = frames
        .iter()
        .flat_map(|(port, segments)| segments.iter().map(|segment| frame(*port, segment)));
    let mut writer = Writer::new(Vec::new(), LinkType::Ethernet).unwrap();
    for (frame, number) in frames.zip(0_u64..) {
        let at = Timestamp::from_nanos(1_000_000_000 + number * 40_000);
        writer
            .write(at, u32::try_from(frame.len()).unwrap(), &frame)
            .unwrap();
    }
    fs::write(folder.join("lifecycle.pcap"), writer.finish().unwrap()).unwrap();
    "lifecycle.pcap".to_owned()
}

/// Ethernet, IPv4 and TCP around a payload; the client is at 127.0.0.1 and `port`. Checksums are not filled in, as on `lo`.
fn frame(
    port: u16,
    &(is_client, flags, seq, ack, payload): &(bool, &str, u32, u32, &str),
) -> Vec<u8> {
    let bit = |flag| match flag {
        'F' => 1,
        'S' => 2,
        'R' => 4,
        'P' => 8,
        'A' => 16,
        other => panic!("no flag {other}"),
    };
    let flags: u8 = flags.chars().map(bit).sum();
    let (source, destination) = if is_client {
        (port, 5001)
    } else {
        (5001, port)
    };
    let length = u16::try_from(40 + payload.len()).unwrap();
    let mut frame = vec![0; 12];
    frame.extend(0x0800_u16.to_be_bytes());
    frame.extend([0x45, 0]);
    frame.extend(length.to_be_bytes());
    frame.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
    frame.extend([127, 0, 0, 1, 127, 0, 0, 1]);
    frame.extend(u16::to_be_bytes(source));
    frame.extend(u16::to_be_bytes(destination));
    frame.extend(seq.to_be_bytes());
    frame.extend(ack.to_be_bytes());
    frame.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    frame.extend(payload.as_bytes());
    frame
}

fn synfin(arguments: &[&str]) -> Output {
    synfin_in(Path::new("."), arguments)
}

fn synfin_in(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_synfin"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("COLUMNS")
        .env_remove("NO_COLOR")
        .output()
        .unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> &str {
    str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}
