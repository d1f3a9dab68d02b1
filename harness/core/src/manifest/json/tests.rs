//! What is written is read back; what others wrote is refused with the field's name.

use insta::assert_snapshot;

use super::*;
use crate::manifest::{Exit, Level, Limit, LimitHit, Machine, NotRecorded, ScenarioEntry, Targets};

fn run() -> RunFile {
    RunFile {
        schema: SCHEMA,
        synfin: "0.1.0".to_owned(),
        name: "2026-11-22T14-03-11Z".to_owned(),
        rubric: "rubric.toml".to_owned(),
        targets: Targets {
            name: "reference pair".to_owned(),
            target: "target.toml".to_owned(),
            server: None,
            windows: None,
        },
        seed: u64::MAX,
        clients: Some(500),
        repeat: None,
        slowness_percent: Some(230),
        machine: Machine {
            os: "linux".to_owned(),
            kernel: "6.18.44".to_owned(),
            arch: "x86_64".to_owned(),
            cpus: 2,
        },
        level: Level::RootlessNamespaces,
        wall_ms: 4_100,
        interrupted: false,
        scenarios: vec![
            ScenarioEntry {
                name: "lifecycle".to_owned(),
                recordings: vec!["lifecycle".to_owned(), "lifecycle.2".to_owned()],
                not_recorded: None,
            },
            ScenarioEntry {
                name: "windows".to_owned(),
                recordings: vec![],
                not_recorded: Some(NotRecorded::BuildFailed {
                    command: vec!["sh".to_owned()],
                    exit: Exit::Signal { signal: 9 },
                    last_lines: vec!["no rule to make target".to_owned()],
                    limit_hit: Some(LimitHit {
                        limit: Limit::Wall,
                        allowed: 120_000,
                        at: 1,
                    }),
                    log: Some("build.log".to_owned()),
                }),
            },
        ],
    }
}

/// A recording's manifest with every kind of field in it.
const RECORDED: &str = include_str!("recorded-example.json");

/// Why the recording is refused after an edit.
#[track_caller]
fn edited(from: &str, to: &str) -> String {
    assert!(RECORDED.contains(from), "{from:?} is not in the example");
    let json = RECORDED.replacen(from, to, 1);
    Recorded::from_json(json.as_bytes())
        .unwrap_err()
        .to_string()
}

#[test]
fn a_run_is_read_back_as_it_was_written() {
    let json = run().to_json();
    assert_eq!(RunFile::from_json(json.as_bytes()).unwrap(), run());
}

#[test]
fn what_a_program_printed_is_harmless_once_it_is_read() {
    let mut recorded = Recorded::from_json(RECORDED.as_bytes()).unwrap();
    recorded.processes[0].last_lines = vec!["\u{1b}[2J\u{202e}".to_owned(), "x".repeat(10_000)];
    let read = Recorded::from_json(recorded.to_json().as_bytes()).unwrap();
    let cut = format!("{}…", "x".repeat(LONGEST_CHARS));
    assert_eq!(
        read.processes[0].last_lines,
        ["\\x1b[2J\\u{202e}".to_owned(), cut]
    );
}

#[test]
fn a_recording_is_written_back_as_it_was_read() {
    let recorded = Recorded::from_json(RECORDED.as_bytes()).unwrap();
    let harmless = RECORDED.replace(r"\u001b", r"\\x1b");
    assert_eq!(recorded.to_json(), harmless);
}

#[test]
fn a_wrong_field_is_named_by_its_path() {
    assert_snapshot!(edited(r#""running": 0"#, r#""running": -1"#), @"`processes[0].supervision[0].threads[0].running`: invalid value: integer `-1`, expected u32 at line 135 column 27");
    assert_snapshot!(edited(r#""role": "server""#, r#""role": "proxy""#), @r#"`processes[0].role`: no role is called "proxy" at line 101 column 21"#);
    assert_snapshot!(edited(r#""cut": 0"#, r#""cuts": 0"#), @"`capture.cuts`: unknown field `cuts`, expected one of `file`, `sha256`, `frames`, `dropped`, `cut`, `sentinels`, `pauses` at line 29 column 10");
    assert_snapshot!(edited(r#""waiting_for""#, r#""waited_for""#), @"`client_steps[0].steps[1].outcome`: unknown field `waited_for`, expected `waiting_for` at line 81 column 9");
}

#[test]
fn another_schema_is_refused_before_its_fields_are_looked_at() {
    assert_snapshot!(edited(r#""schema": 1"#, r#""schema": 2, "new": {}"#), @"schema 2 is not known, only 1; another version of synfin wrote the file");
    assert_snapshot!(edited(r#""schema": 1,"#, ""), @"not a manifest: missing field `schema` at line 179 column 1");
    assert_snapshot!(edited("{", ""), @r#"not a manifest: invalid type: string "schema", expected an object with a `schema` number at line 2 column 10"#);
}

#[test]
fn no_file_name_leads_out_of_the_folder() {
    assert_snapshot!(edited(r#""client-dies.pcap""#, r#""../client-dies.pcap""#), @r#"`capture.file`: "../client-dies.pcap" is not the name of a file in the recording's folder"#);
    assert_snapshot!(edited(r#""client-dies/server.log""#, r#""/etc/passwd""#), @r#"`processes.log`: "/etc/passwd" is not the name of a file in the recording's folder"#);
    let mut run = run();
    run.scenarios[0].recordings[1] = "..\\lifecycle".to_owned();
    let error = RunFile::from_json(run.to_json().as_bytes()).unwrap_err();
    assert_snapshot!(error.to_string(), @r#"`scenarios.recordings`: "..\\lifecycle" is not the name of a file in the recording's folder"#);
}

#[test]
fn deep_nesting_is_an_error() {
    let json = "[".repeat(1 << 20);
    assert!(matches!(
        Recorded::from_json(json.as_bytes()),
        Err(ManifestError::NotAManifest(_))
    ));
}

proptest::proptest! {
    #[test]
    fn an_edited_manifest_is_refused_or_means_what_it_says(
        at in 0..RECORDED.len(),
        cut in 0..40_usize,
        inserted in proptest::collection::vec(proptest::num::u8::ANY, 0..4),
    ) {
        let mut json = RECORDED.as_bytes().to_vec();
        let end = (at + cut).min(json.len());
        json.splice(at..end, inserted);
        if let Ok(recorded) = Recorded::from_json(&json) {
            let again = Recorded::from_json(recorded.to_json().as_bytes());
            proptest::prop_assert_eq!(again.unwrap(), recorded);
        }
    }
}
