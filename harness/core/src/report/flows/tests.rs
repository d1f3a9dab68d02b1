//! Connections of packet scripts, told in every form.

use insta::assert_snapshot;

use super::*;
use crate::flow::script::connections;
use crate::record::*;
use crate::report::Page;
use crate::spec::{Palette, SpecError};

/// An orderly connection, one that was refused, and one with everything odd about it that the table names.
const TALK: &str = "
    > S  100
    < S. 900 ack 101
    > .  101 ack 901
    > P. 101(10) ack 901
    < P. 901(20) ack 111
    > F. 111 ack 921
    < F. 921 ack 112
    > .  112 ack 922
";
const REFUSED: &str = "
    > S  100
    < R. 0 ack 101
";
const LOSSY: &str = "
    > S  100
    > S  100
    < S. 900 ack 101
    > .  101 ack 901
    > P. 111(10) ack 901
    > P. 101(10) ack 901
    > P. 101(10) ack 901
    < .  901 ack 151 win 0
";

fn records(scripts: &[&str]) -> Vec<ConnectionRecord> {
    let all = scripts.iter().flat_map(|script| connections(script));
    let numbered = all.zip(0..).map(|(connection, number)| ConnectionRecord {
        connection: number,
        ..ConnectionRecord::new(&connection)
    });
    numbered.collect()
}

fn table(columns: usize) -> String {
    let mut table = FlowsTable::default();
    for record in &records(&[TALK, REFUSED, LOSSY]) {
        table.push(record);
    }
    let mut text = Vec::new();
    table.write(&Page::plain(columns), &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn the_table_at_100_columns() {
    assert_snapshot!(table(100));
}

#[test]
fn the_table_at_160_columns() {
    assert_snapshot!(table(160));
}

#[test]
fn no_line_of_the_table_is_wider_than_its_page() {
    for columns in [80, 100, 160] {
        let text = table(columns);
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(columns), "{text}");
    }
}

#[test]
fn a_connection_in_one_line() {
    let lines: String = records(&[TALK, LOSSY])
        .iter()
        .map(connection_summary)
        .collect();
    assert_snapshot!(lines);
}

fn document() -> FlowsDocument {
    FlowsDocument {
        schema: FlowsDocument::SCHEMA,
        capture: CaptureRecord {
            file: "mine.pcap".to_owned(),
            frames: 8,
            connections: 1,
            malformed_frames: 0,
            tail: TailRecord::Truncated {
                offset: 1000,
                reason: "the file ends".to_owned(),
            },
            skipped: vec![SkippedRecord {
                offset: 24,
                bytes: 16,
                reason: "no packet".to_owned(),
            }],
            skipped_count: 1,
        },
        connections: records(&[TALK]),
    }
}

fn json(document: &FlowsDocument) -> String {
    let mut text = Vec::new();
    write_flows_json(document, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn a_connection_as_json() {
    let document = document();
    assert_snapshot!(json(&document));
}

#[test]
fn a_document_is_laid_out_as_json_usually_is() {
    for scripts in [&[][..], &[TALK], &[TALK, REFUSED, LOSSY]] {
        let document = FlowsDocument {
            connections: records(scripts),
            ..document()
        };
        let usual = serde_json::to_string_pretty(&document).unwrap() + "\n";
        assert_eq!(json(&document), usual);
    }
}

#[test]
fn what_a_terminal_would_act_on_is_escaped_and_reads_back_the_same() {
    let file = "\u{1b}[2J \u{7f} \u{9b}31m \u{202e} \u{1fffe} ###[error] #1 é";
    let mut document = document();
    document.capture.file = file.to_owned();
    let text = json(&document);
    let escaped = r"\u001b[2J \u007f \u009b31m \u202e \ud83f\udffe #\u0023#[error] #1 é";
    assert!(text.contains(escaped), "{text}");
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read["capture"]["file"], file);
}

#[test]
fn a_long_table_ends_with_the_number_of_each_ending() {
    let mut table = FlowsTable::default();
    for record in records(&[&[TALK; 49][..], &[REFUSED; 2]].concat()) {
        table.push(&record);
    }
    let mut text = Vec::new();
    table.write(&Page::plain(160), &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(
        text.lines().last(),
        Some(" 51 connections: 49 orderly, 2 refused")
    );
}

#[test]
fn a_row_of_csv_has_a_cell_for_each_heading() {
    let rows: Vec<ConnectionRecord> = records(&[TALK, REFUSED, LOSSY]);
    let mut text = Vec::new();
    let mut table = CsvTable::new(&mut text).unwrap();
    for row in &rows {
        table.push(row).unwrap();
    }
    table.flush().unwrap();
    drop(table);
    let mut reader = ::csv::Reader::from_reader(text.as_slice());
    let headings = reader.headers().unwrap().clone();
    let told: Vec<String> = reader
        .records()
        .flat_map(|row| {
            let cells: Vec<String> = headings
                .iter()
                .zip(row.unwrap().iter())
                .map(|(heading, cell)| format!("{heading}: {cell}"))
                .collect();
            cells
        })
        .collect();
    assert_snapshot!(told.join("\n"));
}

/// The numbers of the connections that a filter admits.
#[track_caller]
fn check(filter: &str, admitted: &[u32]) {
    let filter = Filter::parse(filter).unwrap();
    let records = records(&[TALK, REFUSED, LOSSY]);
    let found: Vec<u32> = records
        .iter()
        .filter(|record| filter.admits(record))
        .map(|record| record.connection)
        .collect();
    assert_eq!(found, admitted);
}

#[test]
fn a_filter_compares_numbers_words_and_addresses() {
    check("port=80", &[0, 1, 2]);
    check("port = 81", &[]);
    check("initiator=10.0.0.1", &[0, 1, 2]);
    check("responder=10.0.0.1", &[]);
    check("host=10.0.0.2:80", &[0, 1, 2]);
    check("host!=10.0.0.2:80", &[]);
    check("ending=refused", &[1]);
    check("state=sf", &[0]);
    check("ending!=orderly", &[1, 2]);
    check("bytes>20", &[0]);
    check("bytes>=20", &[0, 2]);
    check("bytes<=0.02kB", &[1, 2]);
    check("retransmitted>0", &[2]);
    check("duration>5ms", &[0, 2]);
    check("duration<=0.001s", &[1]);
}

#[test]
fn conditions_are_joined_by_and_and_by_commas() {
    check("port=80 and ending=orderly", &[0]);
    check("port=80, bytes<100, ending!=orderly", &[1, 2]);
    check("port=80&&missing>0", &[2]);
}

#[test]
fn a_condition_on_what_is_absent_does_not_hold() {
    check("rtt<1s", &[0, 2]);
    check("closed_first=responder", &[]);
}

fn wrong(filter: &str) -> String {
    problem(&Filter::parse(filter).unwrap_err())
}

fn problem(error: &SpecError) -> String {
    error.render(Palette::Plain)
}

#[test]
fn an_unknown_field_is_shown_where_it_stands_with_the_likely_one() {
    assert_snapshot!(wrong("bytes>1000 and prot=80"), @"
    error: no field is called `prot`
     --> --filter:1:16
      |
    1 | bytes>1000 and prot=80
      |                ^^^^
      |
      = help: did you mean `port`?
    ");
}

#[test]
fn a_value_that_does_not_fit_its_field_is_shown_where_it_stands() {
    let wrong = [
        "port=http",
        "duration>5",
        "ending=rest",
        "initiator=here",
        "state>SF",
        "port",
        "",
    ]
    .map(wrong);
    assert_snapshot!(wrong.join("\n\n"));
}

#[test]
fn an_order_puts_equals_in_the_order_of_their_numbers() {
    let sorted = |sort| {
        let mut records = records(&[REFUSED, TALK, LOSSY, REFUSED]);
        Sort::parse(sort).unwrap().apply(&mut records);
        let numbers = records.iter().map(|record| record.connection);
        numbers.collect::<Vec<_>>()
    };
    assert_eq!(sorted("bytes"), [0, 3, 2, 1]);
    assert_eq!(sorted("bytes:desc"), [1, 2, 0, 3]);
    assert_eq!(sorted("ending:asc"), [1, 0, 3, 2]);
}

#[test]
fn an_unknown_order_is_shown_where_it_stands() {
    let wrong = ["byte:desc", "bytes:down"].map(|sort| problem(&Sort::parse(sort).unwrap_err()));
    assert_snapshot!(wrong.join("\n\n"));
}

#[test]
fn the_help_names_every_field() {
    let words: Vec<&str> = FIELDS_HELP.split_whitespace().collect();
    let untold: Vec<&str> = Field::names()
        .filter(|name| !words.contains(name))
        .collect();
    assert_eq!(untold, [""; 0]);
}

#[test]
fn the_words_of_a_filter_are_those_of_the_json() {
    for ending in EndingName::ALL {
        assert_eq!(
            serde_json::to_value(ending).unwrap(),
            serde_json::Value::from(ending.name())
        );
    }
}

#[test]
fn wiresharks_flags_are_shown_as_it_shows_them() {
    let shown = |value: u8| {
        let record = CompletenessRecord::from(value);
        (record.flags, record.words)
    };
    let pair = |flags: &str, words: &str| (flags.to_owned(), words.to_owned());
    assert_eq!(shown(31), pair("·FDASS", "Complete, WITH_DATA"));
    assert_eq!(shown(37), pair("R··A·S", "Incomplete"));
    assert_eq!(shown(0), pair("······", "Incomplete"));
}
