//! A server that ends while clients still need it.

use std::fs;

use synfin_core::manifest::{Recorded, StepOutcome};
use synfin_core::report::ResultName::Fail;

use crate::support::{has, run};
use crate::targets::{replace, target};

/// Five clients at once, without another scenario.
const RUBRIC: &str = r#"
schema = 1
title = "Five at once"
[[scenario]]
name = "five"
clients = 5
steps = ["connect", "hold", "list", "hold", "quit"]
[[item]]
id = "serves-five"
checks = [{ in = "five", check = "served-concurrently", at_least = 5 }]
[[item]]
id = "closes"
checks = [{ in = "five", check = "orderly-close" }]
"#;

/// A recording that waited for the steps' own deadline would outlast any test.
const NEVER: &str = "[client]\nstep_within_ms = 3600000\n";

#[test]
fn clients_that_hang_on_when_the_server_crashed_are_not_waited_for() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let place = target(&[("[client]\n", NEVER)]);
    let crash = "        if command == \"LIST\":\n            print(\"about to crash\", flush=True)\n            os.abort()\n";
    replace(
        &place.path().join("server.py"),
        &[("        if command == \"LIST\":\n", crash)],
    );
    let exits = "        sys.exit(f\"Connection lost: {error}\")\n";
    let hang = "        __import__(\"time\").sleep(3600)\n";
    replace(&place.path().join("client.py"), &[(exits, hang)]);
    let rubric = place.path().join("five.toml");
    fs::write(&rubric, RUBRIC).unwrap();
    let run = run([
        place.path(),
        "--rubric".as_ref(),
        &rubric,
        "--only".as_ref(),
        "five".as_ref(),
    ]);
    let recording = fs::read(run.captures().join("five.json")).unwrap();
    let recorded = Recorded::from_json(&recording).unwrap();
    for client in &recorded.client_steps {
        let asked = &client.steps[2];
        let is_given_up = matches!(asked.outcome, StepOutcome::ServerEnded { .. });
        assert!(is_given_up, "client {}: {:?}", client.client, asked.outcome);
    }
    for id in ["serves-five", "closes"] {
        let check = &run.item(id).checks[0];
        assert_eq!(check.result, Fail, "{id}: {}", check.saw);
        let tells = |line: &&String| {
            line.starts_with("server: was ended by signal 6, ") && line.contains("“about to crash”")
        };
        let told = check.evidence.iter().filter(tells).count();
        assert_eq!(told, 1, "{id}: {:?}", check.evidence);
    }
    let cause = &run.item("serves-five").checks[0].usually[0].cause;
    assert!(cause.starts_with("an assertion"), "{cause}");
}
