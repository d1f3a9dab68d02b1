//! Captures that are read while they are written. Nothing here waits for a time: each step waits for a line.
#![cfg(unix)]

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::command::command;
use crate::segments::{RESET, Shot, TALK, pcap, shots, write};

/// Long enough for a connection that is over to leave the table.
const AN_HOUR: u64 = 3_600_000_000;

/// Three connections, an hour between them; only the last is not over.
fn shots_of_hours() -> [Vec<Shot>; 3] {
    [
        shots(51702, 0, &TALK),
        shots(51703, AN_HOUR, &RESET),
        shots(51704, 2 * AN_HOUR, &TALK[..3]),
    ]
}

/// The file's header, and the bytes of each connection's frames.
fn parts() -> (Vec<u8>, [Vec<u8>; 3]) {
    let header = pcap(&[]);
    let bytes = shots_of_hours().map(|shots| pcap(&shots)[header.len()..].to_vec());
    (header, bytes)
}

struct Following {
    child: Child,
    lines: BufReader<ChildStdout>,
    said: BufReader<ChildStderr>,
}

impl Following {
    fn begin(folder: &Path, file: &str, stdin: Stdio) -> Self {
        let arguments = ["flows", file, "--follow", "--format", "jsonl"];
        let mut child = command(folder, &arguments)
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let said = BufReader::new(child.stderr.take().unwrap());
        Self { child, lines, said }
    }

    /// Number and ending of the connection that is told next.
    fn next(&mut self) -> (u64, String) {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        let connection: Value = serde_json::from_str(&line).unwrap();
        let ending = connection["ending"].as_str().unwrap().to_owned();
        (connection["connection"].as_u64().unwrap(), ending)
    }

    /// What it says next.
    fn says(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).unwrap();
    }

    /// Its exit status, what it still told, and what it said.
    fn end(mut self) -> (Option<i32>, String, String) {
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        let mut said = String::new();
        self.said.read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().code(), rest, said)
    }
}

fn ended(number: u64, ending: &str) -> (u64, String) {
    (number, ending.to_owned())
}

#[test]
fn connections_are_told_as_they_end_and_the_open_ones_at_the_signal() {
    for signal in [Signal::INT, Signal::TERM] {
        let folder = TempDir::new().unwrap();
        let (header, [first, second, third]) = parts();
        write(folder.path(), &[header, first].concat());
        let mut following = Following::begin(folder.path(), "mine.pcap", Stdio::null());
        let mut file = appendable(folder.path());
        file.write_all(&second[..7]).unwrap();
        file.write_all(&second[7..]).unwrap();
        assert_eq!(following.next(), ended(0, "orderly"));
        file.write_all(&third).unwrap();
        assert_eq!(following.next(), ended(1, "reset"));
        following.signal(signal);
        assert_eq!(following.next(), ended(2, "still-open"));
        assert_eq!(following.end(), (Some(0), String::new(), String::new()));
    }
}

fn appendable(folder: &Path) -> File {
    let path = folder.join("mine.pcap");
    OpenOptions::new().append(true).open(path).unwrap()
}

#[test]
fn a_pipe_is_followed_to_its_end() {
    let (header, [first, second, third]) = parts();
    let mut following = Following::begin(Path::new("."), "-", Stdio::piped());
    let mut pipe: ChildStdin = following.child.stdin.take().unwrap();
    pipe.write_all(&[header, first, second].concat()).unwrap();
    assert_eq!(following.next(), ended(0, "orderly"));
    pipe.write_all(&third).unwrap();
    assert_eq!(following.next(), ended(1, "reset"));
    drop(pipe);
    assert_eq!(following.next(), ended(2, "still-open"));
    assert_eq!(following.end(), (Some(0), String::new(), String::new()));
}

#[test]
fn a_silent_pipe_is_left_at_a_signal() {
    let (header, [first, second, _]) = parts();
    let mut following = Following::begin(Path::new("."), "-", Stdio::piped());
    let mut pipe: ChildStdin = following.child.stdin.take().unwrap();
    pipe.write_all(&[header, first, second].concat()).unwrap();
    assert_eq!(following.next(), ended(0, "orderly"));
    following.signal(Signal::INT);
    assert_eq!(following.next(), ended(1, "reset"));
    assert_eq!(following.end(), (Some(0), String::new(), String::new()));
    drop(pipe);
}

#[test]
fn a_file_that_is_cut_shorter_ends_the_following() {
    let folder = TempDir::new().unwrap();
    let (header, [first, second, _]) = parts();
    write(folder.path(), &[header, first, second].concat());
    let mut following = Following::begin(folder.path(), "mine.pcap", Stdio::null());
    assert_eq!(following.next(), ended(0, "orderly"));
    appendable(folder.path()).set_len(24).unwrap();
    assert_eq!(following.next(), ended(1, "reset"));
    let said = "synfin: mine.pcap: the file was cut shorter while it was read: it is followed no further\n";
    assert_eq!(following.end(), (Some(0), String::new(), said.to_owned()));
}

#[test]
fn a_file_that_was_moved_is_followed_on() {
    let folder = TempDir::new().unwrap();
    let (header, [first, second, third]) = parts();
    write(folder.path(), &[header, first, second].concat());
    let mut following = Following::begin(folder.path(), "mine.pcap", Stdio::null());
    assert_eq!(following.next(), ended(0, "orderly"));
    let mut file = appendable(folder.path());
    fs::rename(
        folder.path().join("mine.pcap"),
        folder.path().join("old.pcap"),
    )
    .unwrap();
    file.write_all(&third).unwrap();
    assert_eq!(following.next(), ended(1, "reset"));
    assert_eq!(
        following.says(),
        "synfin: mine.pcap: the file was moved, removed or replaced: the one that was opened is followed on\n"
    );
    following.signal(Signal::TERM);
    assert_eq!(following.next(), ended(2, "still-open"));
    assert_eq!(following.end(), (Some(0), String::new(), String::new()));
}

#[test]
fn the_table_of_a_growing_capture_has_a_line_a_connection() {
    let (header, bytes) = parts();
    let all = [header, bytes.concat()].concat();
    let output = crate::command::synfin_fed(&all, &["flows", "-", "--follow"]);
    insta::assert_snapshot!(crate::command::told(&output));
}

#[test]
fn a_growing_capture_is_filtered_too() {
    let (header, bytes) = parts();
    let all = [header, bytes.concat()].concat();
    let arguments = [
        "flows",
        "-",
        "--follow",
        "--format",
        "csv",
        "--filter",
        "ending=reset",
    ];
    let output = crate::command::synfin_fed(&all, &arguments);
    assert_eq!(crate::command::told(&output).lines().count(), 2);
}
