use insta::assert_snapshot;
use tempfile::TempDir;

use crate::command::{code, stderr, stdout, synfin, told};
use crate::segments::{RESET, pcap, shots, two_connections, write};

#[test]
fn a_connection_is_a_ladder_with_what_usually_causes_its_end() {
    let folder = TempDir::new().unwrap();
    let capture = two_connections(folder.path());
    let output = synfin(folder.path(), &["explain", &capture, "--connection", "1"]);
    assert_snapshot!(told(&output));
}

#[test]
fn of_many_connections_the_first_are_told_and_the_others_counted() {
    let folder = TempDir::new().unwrap();
    let many = (0..30).flat_map(|n| shots(40_000 + n, u64::from(n) * 1_000, &RESET));
    let capture = write(folder.path(), &pcap(&many.collect::<Vec<_>>()));
    let output = synfin(folder.path(), &["explain", &capture]);
    let headings = stdout(&output).lines();
    assert_eq!(
        headings
            .filter(|line| line.starts_with("connection "))
            .count(),
        20
    );
    assert_eq!(
        (code(&output), stderr(&output)),
        (
            0,
            "10 more connections: --connection N tells one of them, --most COUNT more, synfin flows lists all\n"
        )
    );
    let output = synfin(folder.path(), &["explain", &capture, "--most", "30"]);
    let headings = told(&output).lines();
    assert_eq!(
        headings
            .filter(|line| line.starts_with("connection "))
            .count(),
        30
    );
}

#[test]
fn only_the_frames_asked_for_have_rows() {
    let folder = TempDir::new().unwrap();
    let capture = two_connections(folder.path());
    let output = synfin(
        folder.path(),
        &["explain", &capture, "-n", "0", "--frames", "4-5"],
    );
    assert_snapshot!(told(&output));
}

#[test]
fn a_number_that_no_connection_has_is_answered_with_those_there_are() {
    let folder = TempDir::new().unwrap();
    let capture = two_connections(folder.path());
    for arguments in [
        ["explain", &capture, "-n", "7"].as_slice(),
        &["follow", &capture, "7"],
    ] {
        let output = synfin(folder.path(), arguments);
        assert_eq!((code(&output), stdout(&output)), (2, ""));
        assert_eq!(
            stderr(&output),
            "synfin: no connection has the number 7: the capture holds 2, 0 to 1\n"
        );
    }
}
