//! Whole runs: items, points, and the same bytes from the same input.

use std::io::Cursor;

use synfin_core::checks::SourceText;
use synfin_core::grade::{RecordingInput, RunInput, grade, grade_capture};
use synfin_core::manifest::{
    Exit, Level, Machine, NotRecorded, RunFile, ScenarioEntry, SocketState, Targets,
};
use synfin_core::report::{
    self, CauseName, ItemReport, Points, Repetitions, Report, ResultName, Status,
};

use crate::setup::{LIFE, STEPS};
use crate::world::{SERVER, TARGET, World, socket, world};

const RUBRIC: &str = r#"
schema = 1
title = "told"
[[scenario]]
name = "s"
clients = 1
steps = ["connect", "list", "quit"]
[[scenario]]
name = "windows"
clients = 1
programs = "windows"
steps = ["connect", "list", "quit"]
[[item]]
id = "listens"
fail = "f"
pass = "p"
checks = [{ in = "s", check = "server-listens" }]
[[item]]
id = "closes"
points = 2
fail = "f"
pass = "p"
checks = [{ in = "s", check = "orderly-close" }, { in = "s", check = "no-reset" }]
[[item]]
id = "windows"
fail = "f"
pass = "p"
checks = [{ in = "windows", check = "runs-on-windows" }]
"#;

pub(crate) fn run(scenarios: Vec<ScenarioEntry>) -> RunFile {
    RunFile {
        schema: 1,
        synfin: "0.1.0".to_owned(),
        name: "told".to_owned(),
        rubric: "rubric.toml".to_owned(),
        targets: Targets {
            name: "told".to_owned(),
            target: "target.toml".to_owned(),
            server: None,
            windows: None,
        },
        seed: 7,
        clients: None,
        repeat: None,
        slowness_percent: None,
        machine: Machine {
            os: "linux".to_owned(),
            kernel: "6".to_owned(),
            arch: "x86_64".to_owned(),
            cpus: 2,
        },
        level: Level::RootlessNamespaces,
        wall_ms: 1,
        interrupted: false,
        scenarios,
    }
}

fn entry(name: &str, recordings: &[&str], not_recorded: Option<NotRecorded>) -> ScenarioEntry {
    ScenarioEntry {
        name: name.to_owned(),
        recordings: recordings.iter().map(|&stem| stem.to_owned()).collect(),
        not_recorded,
    }
}

/// The run with the one recording of the scenario `s`.
pub(crate) fn whole_run(run: RunFile) -> RunFile {
    RunFile {
        scenarios: vec![entry("s", &["s"], None)],
        ..run
    }
}

/// The report of a run of these recordings of the scenario `s`.
pub(crate) fn graded(rubric: &str, worlds: &[(&str, World)]) -> Report {
    let stems: Vec<_> = worlds.iter().map(|(stem, _)| *stem).collect();
    let windows = entry("windows", &[], Some(NotRecorded::NoWindowsTarget));
    graded_run(rubric, run(vec![entry("s", &stems, None), windows]), worlds)
}

pub(crate) fn graded_run(rubric: &str, run: RunFile, worlds: &[(&str, World)]) -> Report {
    let recordings = worlds.iter().map(|(stem, world)| {
        let capture = world.capture.clone();
        RecordingInput {
            stem: (*stem).to_owned(),
            manifest: world.recorded.clone(),
            capture: Box::new(move || Ok(Box::new(Cursor::new(capture.clone())))),
            log: Box::new(|_| Err(std::io::ErrorKind::NotFound.into())),
        }
    });
    let source = |name, text| SourceText { name, text };
    grade(&RunInput {
        run,
        rubric: source("rubric.toml", rubric),
        target: source("target.toml", TARGET),
        server_target: None,
        windows_target: None,
        recordings: recordings.collect(),
    })
    .unwrap()
}

fn rows(report: &Report) -> Vec<(ResultName, Option<&str>, &str)> {
    report
        .items
        .iter()
        .map(|item| (item.result, item.remark.as_deref(), item.evidence.as_str()))
        .collect()
}

#[test]
fn a_run_that_passes_skips_only_what_was_not_given() {
    let report = graded(RUBRIC, &[("s", world(STEPS, 1, LIFE))]);
    assert_eq!(
        rows(&report),
        [
            (
                ResultName::Pass,
                None,
                "127.0.0.1:5001 LISTEN 1.000 ms after start; SYN 2 → SYN-ACK 3, s.pcap"
            ),
            (
                ResultName::Pass,
                None,
                "1 connection closed in order, the last by frame 12, s.pcap; and 1 more check"
            ),
            (
                ResultName::Skipped,
                None,
                "no Windows programs given: synfin run --windows-target FILE"
            ),
        ]
    );
    assert_eq!(report.status, Status::Passed);
    let points = Points {
        reached: 3,
        possible: 3,
        skipped_items: 1,
        needs_review: 0,
    };
    assert_eq!(report.points, points);
}

#[test]
fn the_same_recording_gives_the_same_bytes() {
    let bytes = || report::json(&graded(RUBRIC, &[("s", world(STEPS, 1, LIFE))]));
    assert_eq!(bytes(), bytes());
}

#[test]
fn what_follows_from_a_server_that_does_not_listen_points_to_that_item() {
    let elsewhere = world(STEPS, 1, "-- stop").with(|recorded| {
        let nobody = "0.0.0.0:0".parse().unwrap();
        let row = socket(
            "127.0.0.1:5002".parse().unwrap(),
            nobody,
            SocketState::Listen,
        );
        recorded.socket_samples[0].sockets = vec![row];
    });
    let report = graded(RUBRIC, &[("s", elsewhere)]);
    assert_eq!(
        rows(&report)[..2],
        [
            (
                ResultName::Fail,
                None,
                "the server listens at 127.0.0.1:5002, not at 127.0.0.1:5001, s.pcap"
            ),
            (ResultName::Fail, Some("see item 1"), "see item 1"),
        ]
    );
    assert_eq!(report.status, Status::Failed);
}

#[test]
fn a_failed_build_fails_the_first_item_and_the_others_point_there() {
    let failed = NotRecorded::BuildFailed {
        command: vec!["make".to_owned()],
        exit: Exit::Code { code: 2 },
        last_lines: vec!["no rule".to_owned()],
        limit_hit: None,
        log: None,
    };
    let windows = entry("windows", &[], Some(NotRecorded::NoWindowsTarget));
    let run = run(vec![entry("s", &[], Some(failed)), windows]);
    let report = graded_run(RUBRIC, run, &[]);
    assert_eq!(
        rows(&report)[..2],
        [
            (
                ResultName::Fail,
                None,
                "the build failed: `make` exited with code 2: “no rule”"
            ),
            (ResultName::Fail, Some("see item 1"), "see item 1"),
        ]
    );
}

/// Client 2 waits in the accept queue until client 1 has left; nobody ever asks it to quit.
fn one_at_a_time() -> World {
    let script = [
        "-- c1 connect\n c1 > S\n c1 < S.\n c1 > .\n -- c2 connect\n c2 > S\n c2 < S.\n c2 > .\n",
        "-- c1 list\n c1 > \"LIST\\n\"\n c1 < \"FILES 2\\n\"\n c1 > .\n",
        "-- c2 list\n c2 > \"LIST\\n\"\n c2 < .\n -- c2 times out\n -- sample c2 asleep: c1 read, c2 unaccepted\n",
        "-- c1 quit\n c1 > F.\n c1 < F.\n c1 > .\n -- c1 done\n -- stop\n c2 > F.\n c2 < F.\n c2 > .",
    ];
    world(STEPS, 2, &script.concat())
}

#[test]
fn a_client_that_was_never_served_is_one_fault_and_other_items_point_to_it() {
    let rubric = RUBRIC
        .replacen("clients = 1", "clients = 2", 1)
        .replace("server-listens\"", "served-concurrently\", at_least = 2");
    let report = graded(&rubric, &[("s", one_at_a_time())]);
    assert_eq!(
        rows(&report)[..2],
        [
            (
                ResultName::Fail,
                None,
                "2 connections open (frame 6), 1 answered, 1 never accepted (no server-side socket), s.pcap"
            ),
            (ResultName::Fail, Some("see item 1"), "see item 1"),
        ]
    );
    let closing = &report.items[1].checks[0];
    assert_eq!(
        closing.saw,
        "connection 1 (client 2): never asked to quit: client 2's request (frame 11) got no answer: its connection was not accepted (no server-side socket); the client waited 5.000 ms"
    );
    assert!(closing.usually[0].cause.starts_with("one client at a time"));
}

fn unclosed() -> World {
    world(STEPS, 1, &LIFE.replacen("c1 < F.", "c1 < .", 1))
}

fn repetition(number: u32, world: World) -> World {
    world.with(|recorded| recorded.repetition = number)
}

#[test]
fn repetitions_that_disagree_are_flaky_and_say_where_they_part() {
    let report = graded(
        RUBRIC,
        &[
            ("s.1", repetition(1, world(STEPS, 1, LIFE))),
            ("s.2", repetition(2, unclosed())),
            ("s.3", repetition(3, world(STEPS, 1, LIFE))),
        ],
    );
    assert_eq!(
        rows(&report)[1],
        (
            ResultName::Flaky,
            None,
            "2 of 3 passed; failing: connection 0 (client 1): the responder sent no FIN, s.pcap"
        )
    );
    assert_eq!(
        (report.items[1].reached, report.status),
        (0, Status::Failed)
    );
    let repetitions = report.items[1].checks[0].repetitions.clone().unwrap();
    let expected = Repetitions {
        passed: 2,
        failed: 1,
        undecided: Vec::new(),
        parting: Some(
            "client 1, its connection 1: in s.pcap the responder sends FIN (frame 11); \
             in s.pcap open until the programs were stopped (frame 13)"
                .to_owned(),
        ),
    };
    assert_eq!(repetitions, expected);
}

/// Two clients, each with a life of its own.
fn two(lives: [&str; 2]) -> World {
    let second = lives[1].replace("c1", "c2");
    let stop = "-- stop";
    let script = format!(
        "{}\n{}\n{stop}",
        lives[0].replace(stop, ""),
        second.replace(stop, "")
    );
    world(STEPS, 2, &script)
}

#[test]
fn repetitions_part_where_the_client_does_that_failed_not_where_another_first_differs() {
    let talkative = LIFE.replace("FILES 2", "FILES 22");
    let reset = LIFE.replacen("c1 < F.", "c1 < R.", 1);
    let rubric = RUBRIC.replace("clients = 1", "clients = 2");
    let report = graded(
        &rubric,
        &[
            ("s.1", repetition(1, two([LIFE, LIFE]))),
            ("s.2", repetition(2, two([&talkative, &reset]))),
        ],
    );
    let parting = |item: &ItemReport| item.checks[0].repetitions.clone()?.parting;
    let told: Vec<_> = report.items.iter().filter_map(parting).collect();
    assert!(!told.is_empty());
    for parting in told {
        assert!(parting.starts_with("client 2, "), "{parting}");
    }
}

#[test]
fn repetitions_that_agree_are_one_verdict_with_its_rate() {
    let twice = |world: &World| {
        let worlds = [
            ("s.1", repetition(1, world.clone())),
            ("s.2", repetition(2, world.clone())),
        ];
        graded(RUBRIC, &worlds)
    };
    let (pass, fail) = (twice(&world(STEPS, 1, LIFE)), twice(&unclosed()));
    let row = |report: &Report| (report.items[1].result, report.items[1].evidence.clone());
    let told = |rate: &str, saw: &str| format!("{rate}: {saw}");
    let (result, evidence) = row(&pass);
    assert_eq!(result, ResultName::Pass);
    assert!(
        evidence.starts_with(&told("2 of 2 passed", "1 connection closed")),
        "{evidence}"
    );
    let (result, evidence) = row(&fail);
    assert_eq!(result, ResultName::Fail);
    assert!(
        evidence.starts_with(&told("0 of 2 passed", "connection 0")),
        "{evidence}"
    );
}

#[test]
fn an_undecided_repetition_counts_as_neither_and_is_named() {
    let lossy = unclosed().with(|recorded| {
        recorded.repetition = 2;
        recorded.capture.dropped = 1;
    });
    let report = graded(
        RUBRIC,
        &[
            ("s.1", repetition(1, world(STEPS, 1, LIFE))),
            ("s.2", lossy),
        ],
    );
    assert_eq!(report.items[1].result, ResultName::Inconclusive);
    let check = &report.items[1].checks[0];
    assert!(
        check.saw.starts_with("1 of 1 passed, s.pcap undecided: "),
        "{}",
        check.saw
    );
}

#[test]
fn repetitions_of_which_none_decided_have_no_rate() {
    let lossy = |number| {
        unclosed().with(|recorded| {
            recorded.repetition = number;
            recorded.capture.dropped = 1;
        })
    };
    let report = graded(RUBRIC, &[("s.1", lossy(1)), ("s.2", lossy(2))]);
    let saw = &report.items[1].checks[0].saw;
    let rate = "none decided, s.pcap, s.pcap undecided: ";
    assert!(saw.starts_with(rate), "{saw}");
}

#[test]
fn a_repetition_that_was_not_recorded_is_undecided() {
    let mut entry = entry("s", &["s.1"], Some(NotRecorded::Interrupted));
    entry.name = "s".to_owned();
    let windows = self::entry("windows", &[], Some(NotRecorded::NoWindowsTarget));
    let worlds = [("s.1", world(STEPS, 1, LIFE))];
    let report = graded_run(RUBRIC, run(vec![entry, windows]), &worlds);
    assert_eq!(report.items[1].result, ResultName::Inconclusive);
    assert_eq!(
        report.items[1].checks[0].saw,
        "1 of 1 passed, what was not recorded undecided: interrupted before it was recorded"
    );
}

#[test]
fn a_lossy_recording_that_was_made_again_does_not_count() {
    let lossy = unclosed().with(|recorded| recorded.capture.dropped = 1);
    let again = world(STEPS, 1, LIFE).with(|recorded| recorded.attempt = 2);
    let report = graded(RUBRIC, &[("s", lossy), ("s.again", again)]);
    assert_eq!(rows(&report)[1].0, ResultName::Pass);
    assert_eq!(report.recordings.len(), 2);
}

#[test]
fn a_recording_that_is_lossy_twice_is_the_programs_doing() {
    let lossy = |attempt| {
        unclosed().with(|recorded| {
            recorded.attempt = attempt;
            recorded.capture.dropped = 1;
        })
    };
    let report = graded(RUBRIC, &[("s", lossy(1)), ("s.again", lossy(2))]);
    let check = &report.items[1].checks[0];
    assert_eq!(check.result, ResultName::Inconclusive);
    assert_eq!(check.cause, Some(CauseName::Program));
}

#[test]
fn a_capture_that_cannot_be_read_needs_review() {
    let mut empty = world(STEPS, 1, LIFE);
    empty.capture = b"not a capture".to_vec();
    let report = graded(RUBRIC, &[("s", empty)]);
    let (result, remark, evidence) = rows(&report)[1];
    assert_eq!(
        (result, remark),
        (ResultName::Inconclusive, Some("needs review"))
    );
    assert!(
        evidence.starts_with("the capture cannot be graded: it cannot be read:"),
        "{evidence}"
    );
    assert_eq!(report.status, Status::Inconclusive);
}

#[test]
fn a_slow_machine_is_told_of_in_the_heading() {
    let worlds = [("s", world(STEPS, 1, LIFE))];
    let heading = |percent| {
        let slow = RunFile {
            slowness_percent: percent,
            ..whole_run(run(Vec::new()))
        };
        report::table(
            &graded_run(RUBRIC, slow, &worlds),
            &report::Page::plain(200),
        )
    };
    assert!(heading(Some(230)).contains("machine slow ×2.3"));
    for at_speed in [Some(100), None] {
        assert!(!heading(at_speed).contains("slow"));
    }
}

#[test]
fn a_windows_pass_says_what_ran_it() {
    let wine = world(STEPS, 1, LIFE).with(|recorded| {
        recorded.runner = Some("wine-8.0".to_owned());
        for process in &mut recorded.processes {
            process.is_pe = true;
        }
    });
    let rubric = RUBRIC.replace(
        "check = \"runs-on-windows\"",
        "check = \"lifecycle-in-order\"",
    );
    let run = run(vec![
        entry("s", &["s"], None),
        entry("windows", &["windows"], None),
    ]);
    let report = graded_run(
        &rubric,
        run,
        &[("s", world(STEPS, 1, LIFE)), ("windows", wine)],
    );
    assert_eq!(
        rows(&report)[2],
        (
            ResultName::Pass,
            Some("under Wine 8.0"),
            "1 connection in order, the first: setup 2–4, payload 5–7, teardown done 12, s.pcap"
        )
    );
}

#[test]
fn a_rubric_that_names_no_check_is_a_load_error() {
    let rubric = RUBRIC.replace("server-listens", "server-listen");
    let parsed = synfin_core::spec::Rubric::parse("rubric.toml", &rubric).unwrap();
    let source = SourceText {
        name: "rubric.toml",
        text: &rubric,
    };
    let error = synfin_core::checks::bind(&parsed.items[0].checks[0], source).unwrap_err();
    let problem = &error.problems()[0];
    assert_eq!(problem.message, "no check is called `server-listen`");
    assert_eq!(
        problem.suggestion.as_deref(),
        Some("did you mean `server-listens`?")
    );
}

#[test]
fn a_foreign_capture_is_graded_by_the_wire_alone() {
    let (name, text) = synfin_core::spec::builtin_rubric("lifecycle").unwrap();
    let capture = world(STEPS, 1, LIFE).capture;
    let report = grade_capture(
        capture.as_slice(),
        "theirs.pcap",
        SERVER.parse().unwrap(),
        SourceText { name, text },
    )
    .unwrap();
    let results: Vec<_> = report.items.iter().map(|item| item.result).collect();
    assert_eq!(results, [ResultName::Pass; 5]);
    assert!(!report.recordings[0].capture.whole);
}
