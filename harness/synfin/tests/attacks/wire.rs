//! Attempts at the recording: forged datagrams, tunnels, and a ring that is made to overflow.

use synfin_core::manifest::{Limit, Role};
use synfin_core::report::ResultName::{Fail, Inconclusive, Pass};

use crate::submission::{Graded, Submission};

/// Frames that the grader sent itself, first and last.
fn sentinels(graded: &Graded) -> usize {
    let sentinels = graded.recorded().capture.sentinels;
    assert!(sentinels.iter().all(|it| it.frame.is_some()));
    sentinels.len()
}

#[test]
fn forged_sentinels_and_tunnelled_segments_are_payload() {
    let sound = sentinels(&Submission::sound().graded());
    let graded = Submission::sound()
        .server("forged_sentinels")
        .client("forged_sentinels")
        .graded();
    for role in [Role::Server, Role::Client(1)] {
        let expected = [
            "a forged sentinel: done",
            "the sentinels' port: EADDRINUSE",
            "a RST in VXLAN: done",
            "a RST in Geneve: done",
            "a RST in GTP: done",
            "a RST in Teredo: done",
        ];
        assert_eq!(graded.told_by(role), expected);
    }
    assert_eq!(sentinels(&graded), sound);
    let connections = &graded.0.report.recordings[0].connections;
    assert_eq!(connections.len(), 1, "{connections:?}");
    graded.assert_passes();
}

#[test]
fn a_daemon_that_forges_sentinels_to_the_last_hides_nothing() {
    let graded = Submission::sound()
        .server("sentinels_for_ever")
        .replace(
            "server.py",
            "    connection.sendall(f\"SIZE {len(content)}\\n\".encode())",
            "    content = content[:-1] + bytes([content[-1] ^ 1])\n    connection.sendall(f\"SIZE {len(content)}\\n\".encode())",
        )
        .graded();
    assert_eq!(
        graded.told_by(Role::Server),
        ["forged sentinels for ever: 31"]
    );
    sentinels(&graded);
    graded.assert_result("transfer-intact", Fail);
}

/// The server resets its connection where it should close it, and floods the wire so that this is not seen.
#[test]
fn a_flood_turns_no_failure_into_a_pass() {
    let graded = Submission::sound()
        .server("flood")
        .connected_client("flood")
        .replace(
            "server.py",
            "            wait_for_close(connection)",
            "            import flood, struct; flood.flood()\n            \
             connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(\"ii\", 1, 0))",
        )
        .graded();
    for role in [Role::Server, Role::Client(1)] {
        assert_eq!(graded.told_by(role), ["a flood: 1500"]);
    }
    let close = graded.0.item("orderly-close");
    assert_ne!(close.result, Pass, "{}", graded.said());
    if close.result == Inconclusive {
        let causes: Vec<_> = close.checks.iter().map(|check| check.cause).collect();
        let program = synfin_core::report::CauseName::Program;
        assert_eq!(causes, [Some(program)], "{}", graded.said());
    }
}

/// Each program of the scenario is ended: whose frames they are is not asked.
#[test]
fn a_flood_without_end_reaches_the_limit_of_the_capture_and_is_named() {
    let graded = Submission::sound()
        .limited("capture = \"8MiB\"")
        .connected_client("flood_for_ever")
        .graded();
    assert_eq!(graded.told_by(Role::Client(1)), ["a flood: 60000"]);
    let recorded = graded.recorded();
    // The files of the scenario's steps are 64 KiB twice, and count four times.
    let allowed = (8 << 20) + 4 * 2 * (64 << 10);
    for process in &recorded.processes {
        let hit = process.limit_hit.map(|hit| (hit.limit, hit.allowed));
        assert_eq!(hit, Some((Limit::Capture, allowed)), "{process:?}");
    }
    for check in ["lifecycle-in-order", "transfer-intact"] {
        graded.assert_result(check, Fail);
    }
    // The report breaks its lines anywhere.
    let words: Vec<_> = graded
        .said()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let named = "(it reached its limit: 8704 KiB of captured frames)";
    assert!(words.join(" ").contains(named), "{}", graded.said());
}
