//! What goes wrong on purpose: raw clients and fault steps, against the sound pair.

use std::fs;
use std::path::Path;

use synfin_core::manifest::{Recorded, Role, StepOutcome};
use synfin_core::report::ResultName::{self, Fail, Pass, Skipped};
use tempfile::TempDir;

use crate::support::{Run, has, run, said, workspace};

/// What raw clients send to the pair's server.
const RAW: &str = r#"
[raw.steps]
list     = "LIST\n"
upload   = "UPLOAD {name} {size}\n{content}"
download = "DOWNLOAD {name}\n"
quit     = "EXIT\n"
"#;

/// The sound pair, with bytes for raw clients and a rubric of one scenario.
struct Pair {
    place: TempDir,
}

impl Pair {
    fn new(scenario: &str, checks: &[&str]) -> Self {
        let place = tempfile::tempdir().unwrap();
        let mutants = workspace().join("harness/mutants");
        let target = fs::read_to_string(mutants.join("target.toml")).unwrap();
        fs::write(place.path().join("target.toml"), target + RAW).unwrap();
        copy(&mutants.join("pair"), &place.path().join("pair"));
        let items: String = checks.iter().map(|check| item(check)).collect();
        let rubric = format!(
            "schema = 1\ntitle = \"Faults\"\n[[scenario]]\nname = \"faults\"\n{scenario}\n{items}"
        );
        fs::write(place.path().join("rubric.toml"), rubric).unwrap();
        Self { place }
    }

    #[track_caller]
    fn replace(&self, file: &str, old: &str, new: &str) {
        let path = self.place.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{old} in {file}");
        fs::write(path, text.replace(old, new)).unwrap();
    }

    fn run(&self) -> Run {
        let rubric = self.place.path().join("rubric.toml");
        run([
            self.place.path().join("target.toml").as_os_str(),
            "--rubric".as_ref(),
            rubric.as_os_str(),
        ])
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

fn item(check: &str) -> String {
    format!("[[item]]\nid = \"{check}\"\nchecks = [{{ in = \"faults\", check = \"{check}\" }}]\n")
}

fn recorded(run: &Run) -> Recorded {
    let json = fs::read(run.captures().join("faults.json")).unwrap();
    Recorded::from_json(&json).unwrap()
}

/// Each step that a client did, with how it ended.
fn outcomes(recorded: &Recorded, client: u32) -> Vec<(String, StepOutcome)> {
    let steps = recorded.client_steps.iter().find(|it| it.client == client);
    let steps = &steps.unwrap().steps;
    let told = steps.iter().map(|it| (it.step.clone(), it.outcome.clone()));
    told.collect()
}

fn python() -> bool {
    has("python3", "--version", "python3")
}

#[track_caller]
fn assert_results(run: &Run, expected: &[(&str, ResultName)]) {
    assert_eq!(run.results(), expected, "{}", said(&run.output));
}

#[test]
fn a_raw_client_is_a_client_like_all_others() {
    if !python() {
        return;
    }
    let checks = [
        "orderly-close",
        "no-reset",
        "transfer-intact",
        "lifecycle-in-order",
    ];
    let scenario = "raw = 1\nsteps = [\"connect\", \"list\", \"upload notes-{client}.bin 70001\", \
                    \"download notes-1.bin\", \"quit\"]";
    let run = Pair::new(scenario, &checks).run();
    assert_results(&run, &checks.map(|check| (check, Pass)));
    let recorded = recorded(&run);
    for client in [1, 2] {
        let undone = |(_, outcome): &(String, StepOutcome)| *outcome != StepOutcome::Done;
        assert!(!outcomes(&recorded, client).iter().any(undone));
    }
    let raw = &recorded.raw_clients[0];
    assert_eq!((raw.client, raw.log.as_str()), (2, "faults/client-2.log"));
    let log = fs::read_to_string(run.captures().join(&raw.log)).unwrap();
    assert!(log.contains(" > 5 bytes: LIST\\n\n"), "{log}");
    assert!(log.contains("BYE\\n\n"), "{log}");
}

/// Scenarios in which a raw client does something wrong, beside a program that is served before and after.
#[track_caller]
fn goes_wrong(faults: &[&str]) -> Run {
    let faults: Vec<String> = faults.iter().map(|fault| format!("{fault:?}")).collect();
    let scenario = format!(
        "clients = 2\nraw = 1\nsteps = [\"connect@1\", \"list@1\", {}, \"list@1\", \"connect@2\", \"list@2\", \
         \"quit@1\", \"quit@2\"]",
        faults.join(", ")
    );
    let run = Pair::new(&scenario, &["survives", "not-spinning", "orderly-close"]).run();
    let passes = [
        ("survives", Pass),
        ("not-spinning", Pass),
        ("orderly-close", Pass),
    ];
    assert_results(&run, &passes);
    let undone = |(_, outcome): &(String, StepOutcome)| *outcome != StepOutcome::Done;
    assert!(!outcomes(&recorded(&run), 3).iter().any(undone));
    run
}

#[test]
fn the_sound_server_survives_a_client_that_says_nothing() {
    if python() {
        goes_wrong(&["open-only@3"]);
    }
}

#[test]
fn the_sound_server_survives_a_reset() {
    if python() {
        goes_wrong(&["connect@3", "list@3", "reset@3"]);
    }
}

#[test]
fn the_sound_server_survives_a_half_close() {
    if python() {
        goes_wrong(&["connect@3", "half-close@3"]);
    }
}

#[test]
fn the_sound_server_survives_garbage() {
    if python() {
        goes_wrong(&["connect@3", "garbage@3 4KiB"]);
    }
}

#[test]
fn the_sound_server_survives_a_line_without_an_end() {
    if python() {
        goes_wrong(&["connect@3", "oversized@3 64KiB"]);
    }
}

#[test]
fn the_sound_server_survives_a_client_that_stops_reading() {
    if python() {
        goes_wrong(&["connect@3", "stall@3 download notes.bin"]);
    }
}

#[test]
fn the_sound_server_survives_a_slow_client_and_answers_it() {
    if python() {
        goes_wrong(&["connect@3", "slow@3 list"]);
    }
}

#[test]
fn the_sound_server_survives_a_flood() {
    if python() {
        let run = goes_wrong(&["connect@3", "flood@3 40"]);
        let attributions = recorded(&run).attributions;
        let held = attributions.iter().filter(|it| it.client == 3).count();
        assert_eq!(held, 41);
    }
}

#[test]
fn the_sound_server_survives_resets_during_transfers() {
    if python() {
        goes_wrong(&["connect@3", "reset@3 during upload half.bin 1MiB"]);
        goes_wrong(&["connect@3", "reset@3 during download whole.bin"]);
    }
}

/// Scenarios in which a program or the server meets something, and another program is served after it.
#[track_caller]
fn meets(steps: &str) -> Run {
    let scenario = format!("clients = 3\nsteps = [{steps}]");
    let run = Pair::new(&scenario, &["survives", "not-spinning", "orderly-close"]).run();
    let passes = [
        ("survives", Pass),
        ("not-spinning", Pass),
        ("orderly-close", Pass),
    ];
    assert_results(&run, &passes);
    run
}

#[test]
fn a_program_is_killed_in_the_middle_of_its_upload() {
    if !python() {
        return;
    }
    let run = meets(
        r#""connect@1", "connect@2", "list@2", "kill@1 during upload big.bin 32MiB", "list@2", "connect@3", "list@3", "quit@2", "quit@3""#,
    );
    let file = &recorded(&run).files[0];
    assert!(file.arrived_size.unwrap_or(0) < file.size, "{file:?}");
}

#[test]
fn a_program_is_killed_in_the_middle_of_its_download() {
    if python() {
        meets(
            r#""connect@1", "connect@2", "upload@2 big.bin 8MiB", "kill@1 during download big.bin", "list@2", "connect@3", "list@3", "quit@2", "quit@3""#,
        );
    }
}

#[test]
fn a_stopped_program_holds_nobody_up() {
    if python() {
        meets(
            r#""connect@1", "list@1", "stop@1", "connect@2", "list@2", "connect@3", "list@3", "quit@2", "quit@3""#,
        );
    }
}

#[test]
fn a_server_that_is_started_again_serves_new_clients() {
    if !python() {
        return;
    }
    let run = meets(
        r#""connect@1", "list@1", "restart", "connect@2", "list@2", "connect@3", "list@3", "quit@2", "quit@3""#,
    );
    let recorded = recorded(&run);
    let lives = recorded
        .processes
        .iter()
        .filter(|process| process.role == Role::Server);
    assert_eq!(lives.count(), 2);
}

#[test]
fn a_server_that_cannot_bind_again_does_not_survive_its_restart() {
    if !python() {
        return;
    }
    let steps = r#""connect@1", "list@1", "restart", "connect@2", "list@2", "quit@2""#;
    let pair = Pair::new(&format!("clients = 2\nsteps = [{steps}]"), &["survives"]);
    pair.replace(
        "pair/server.py",
        "listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)",
        "pass",
    );
    let run = pair.run();
    assert_results(&run, &[("survives", Fail)]);
    let saw = &run.item("survives").checks[0].saw;
    assert!(
        saw.starts_with("the server was started again and exited with code 1"),
        "{saw}"
    );
}

#[test]
fn a_server_that_a_reset_ends_does_not_survive_it() {
    if !python() {
        return;
    }
    let scenario = "raw = 1\nsteps = [\"connect@2\", \"list@2\", \"reset@2\", \"connect@1\", \"list@1\", \"quit@1\"]";
    let pair = Pair::new(scenario, &["survives"]);
    pair.replace(
        "pair/server.py",
        r#"print("client lost:", error, flush=True)"#,
        "os._exit(3)",
    );
    let run = pair.run();
    assert_results(&run, &[("survives", Fail)]);
    let saw = &run.item("survives").checks[0].saw;
    assert!(
        saw.starts_with("client 2 reset its connection (frame "),
        "{saw}"
    );
    assert!(saw.contains("and the server exited with code 3"), "{saw}");
}

#[test]
fn a_step_without_bytes_is_skipped_and_says_so() {
    if !python() {
        return;
    }
    let scenario = "raw = 1\nsteps = [\"connect\", \"list\", \"quit\"]";
    let pair = Pair::new(scenario, &["no-reset"]);
    pair.replace("target.toml", "list     = \"LIST\\n\"", "");
    let run = pair.run();
    assert_results(&run, &[("no-reset", Skipped)]);
    let saw = &run.item("no-reset").checks[0].saw;
    assert_eq!(saw, "the target's [raw.steps] has no `list`");
}
