//! A report with an item of every result, an inconclusive check of every cause, and connections that ended differently.

use crate::report::*;

pub(super) fn sample() -> Report {
    Report {
        schema: 1,
        recorded_by: Some("0.1.0".into()),
        run: "2026-11-22T14-03-11Z".into(),
        title: "Installation 1: client–server communication".into(),
        target: "reference pair".into(),
        level: "rootless namespaces".into(),
        wall_ms: Some(4130),
        slowness_percent: None,
        status: Status::Failed,
        points: Points {
            reached: 1,
            possible: 5,
            skipped_items: 1,
            needs_review: 1,
        },
        items: vec![
            passing(),
            failing(),
            flaky(),
            undecided(),
            skipped(),
            unscored(),
        ],
        recordings: recordings(),
    }
}

fn item(number: u32, id: &str, result: ResultName, checks: Vec<CheckReport>) -> ItemReport {
    ItemReport {
        number,
        id: id.into(),
        fail: "This installation fails to demonstrate mastery if server is not able to serve more than 5 clients.".into(),
        pass: "This installation succeeds at demonstrating mastery by serving at least 5 clients at a time.".into(),
        scored: true,
        points: 1,
        reached: u32::from(result == ResultName::Pass),
        result,
        remark: None,
        evidence: checks[0].saw.clone(),
        checks,
    }
}

fn check(check: &str, scenario: &str, result: ResultName, saw: &str) -> CheckReport {
    CheckReport {
        check: check.into(),
        scenario: scenario.into(),
        result,
        cause: None,
        saw: saw.into(),
        expected: "5 answered while all were open".into(),
        source: "rubric item 3".into(),
        evidence: vec![],
        usually: vec![],
        look: vec![],
        repetitions: None,
    }
}

fn passing() -> ItemReport {
    let saw = "127.0.0.1:40117 LISTEN 38 ms after start; SYN 3 → SYN-ACK 4, lifecycle.pcap";
    let listens = check("server-listens", "lifecycle", ResultName::Pass, saw);
    ItemReport {
        fail: "This installation fails to demonstrate mastery if server is not running on the specified address and port.".into(),
        pass: "This installation succeeds at demonstrating mastery by running server at a specific address and port number.".into(),
        ..item(1, "runs-at-address", ResultName::Pass, vec![listens.clone(), listens])
    }
}

fn failing() -> ItemReport {
    let saw = "6 connections open (frame 33), 1 answered, 5 never accepted (no server-side socket); the 2nd answer is \
               frame 61, 0.2 ms after connection 0 closed (58)";
    let usually = |cause: &str, remedy: &str, source: &str| Usually {
        cause: cause.into(),
        remedy: remedy.into(),
        source: source.into(),
    };
    let look = |frame| Look {
        capture: "five-at-once.pcap".into(),
        filter: "tcp.port==51702 && frame.number>=31".into(),
        frame,
    };
    let concurrently = CheckReport {
        evidence: vec![
            "frames 33, 58, 61 of connection 1".into(),
            "server log: “waiting for the next client”".into(),
        ],
        usually: vec![
            usually(
                "one client at a time: accept() is called again only after the first client is done",
                "a thread, task or process per connection",
                "accept(2)",
            ),
            usually(
                "the backlog of listen() is too small",
                "listen(128)",
                "listen(2)",
            ),
        ],
        look: vec![look(58), look(61)],
        ..check("served-concurrently", "five-at-once", ResultName::Fail, saw)
    };
    item(
        3,
        "serves-five-clients",
        ResultName::Fail,
        vec![concurrently],
    )
}

fn flaky() -> ItemReport {
    let saw = "passed in 2 of 3 repetitions";
    item(
        5,
        "lifecycle",
        ResultName::Flaky,
        vec![check(
            "lifecycle-in-order",
            "lifecycle",
            ResultName::Flaky,
            saw,
        )],
    )
}

fn undecided() -> ItemReport {
    let by = |cause, saw: &str| CheckReport {
        cause: Some(cause),
        ..check(
            "orderly-close",
            "client-dies",
            ResultName::Inconclusive,
            saw,
        )
    };
    let checks = vec![
        by(
            CauseName::Harness,
            "3 frames were dropped: that no RST was seen proves nothing",
        ),
        by(
            CauseName::Machine,
            "no packet socket: Operation not permitted",
        ),
        by(
            CauseName::Program,
            "client 2 still ran when its 30 s were over",
        ),
    ];
    ItemReport {
        remark: Some("needs review".into()),
        ..item(6, "survives", ResultName::Inconclusive, checks)
    }
}

fn skipped() -> ItemReport {
    let why = "no Windows programs given: synfin run --windows-target FILE";
    item(
        4,
        "runs-on-windows",
        ResultName::Skipped,
        vec![check(
            "runs-on-windows",
            "windows",
            ResultName::Skipped,
            why,
        )],
    )
}

fn unscored() -> ItemReport {
    let saw = "the server exited 12 ms after SIGTERM";
    ItemReport {
        scored: false,
        points: 0,
        ..item(
            7,
            "stops-on-sigterm",
            ResultName::Pass,
            vec![check(
                "stops-on-sigterm",
                "lifecycle",
                ResultName::Pass,
                saw,
            )],
        )
    }
}

fn recordings() -> Vec<RecordingReport> {
    let capture = |file: &str, dropped, whole, notes: &[&str]| CaptureSummary {
        file: file.into(),
        frames: 1204,
        dropped,
        whole,
        notes: notes.iter().map(|&note| note.into()).collect(),
    };
    vec![
        RecordingReport {
            scenario: "lifecycle".into(),
            capture: capture(
                "lifecycle.pcap",
                Some(0),
                true,
                &["frames 1, 2, 1203, 1204 are synfin's own sentinels"],
            ),
            connections: vec![orderly(), refused()],
        },
        RecordingReport {
            scenario: "client-dies".into(),
            capture: capture(
                "client-dies.pcap",
                None,
                false,
                &["ends inside a record after 1204 frames"],
            ),
            connections: vec![],
        },
    ]
}

fn stages(stages: &[(&str, u64)]) -> Vec<Stage> {
    let stage = |&(what, frame): &(&str, u64)| Stage {
        what: what.into(),
        frame,
    };
    stages.iter().map(stage).collect()
}

fn orderly() -> ConnectionRow {
    ConnectionRow {
        connection: 0,
        client: Some(1),
        initiator: "127.0.0.1:51702".into(),
        responder: "127.0.0.1:40117".into(),
        setup: stages(&[("SYN", 3), ("SYN-ACK", 4), ("ACK", 5)]),
        transfer: stages(&[
            ("initiator first byte", 6),
            ("responder first byte", 8),
            ("responder last byte", 1180),
        ]),
        teardown: stages(&[
            ("initiator FIN", 1190),
            ("ACK", 1191),
            ("responder FIN", 1192),
            ("ACK", 1193),
        ]),
        initiator_bytes: 65_612,
        responder_bytes: 131_072,
        ending: "closed by the initiator first".into(),
        completeness: 31,
        conn_state: "SF".into(),
    }
}

fn refused() -> ConnectionRow {
    ConnectionRow {
        connection: 1,
        client: None,
        initiator: "127.0.0.1:51703".into(),
        setup: stages(&[("SYN", 1200)]),
        transfer: vec![],
        teardown: stages(&[("responder RST", 1201)]),
        initiator_bytes: 0,
        responder_bytes: 0,
        ending: "refused".into(),
        completeness: 33,
        conn_state: "REJ".into(),
        ..orderly()
    }
}
