use super::*;

const RUBRIC: &str = r#"
schema = 1
title = "Three scenarios"

[[scenario]]
name = "alone"
clients = 1
steps = ["connect", "list", "quit"]

[[scenario]]
name = "together"
clients = 6
steps = ["connect", "list", "hold", "download notes.bin", "quit"]

[[scenario]]
name = "windows"
clients = 1
programs = "windows"
steps = ["connect", "list", "quit"]

[[scenario]]
name = "one-dies"
clients = 2
steps = ["connect", "list", "kill@1", "list@2", "quit@2"]

[[item]]
id = "responds"
fail = "no"
pass = "yes"
checks = [{ in = "alone", check = "server-listens" }, { in = "one-dies", check = "survives" }]

[[item]]
id = "on-windows"
fail = "no"
pass = "yes"
checks = [{ in = "windows", check = "runs-on-windows" }]

[[item]]
id = "five"
fail = "no"
pass = "yes"
checks = [{ in = "together", check = "served-concurrently", at_least = 5 }]
"#;

fn target(reply: &str) -> Target {
    let text = format!(
        r#"
schema = 1
name = "a target"
[server]
command = ["server"]
listen = "127.0.0.1:5001"
[client]
command = ["client"]
[client.steps]
list = [{{ send = "list"{reply} }}]
download = [{{ send = "download {{name}}"{reply} }}]
quit = [{{ send = "quit" }}]
[files]
client_dir = "."
server_dir = "."
"#
    );
    Target::parse("target.toml", &text).unwrap()
}

fn told() -> Target {
    target(r#", reply = "ok""#)
}

#[track_caller]
fn planned(target: &Target, wishes: &Wishes<'_>) -> Vec<String> {
    let rubric = Rubric::parse("rubric.toml", RUBRIC).unwrap();
    let planned = plan(&rubric, target, wishes).unwrap();
    planned.iter().map(in_words).collect()
}

fn in_words(one: &Planned) -> String {
    match one {
        Planned::Record(scenario) => {
            let steps: Vec<String> = scenario.steps.iter().map(ToString::to_string).collect();
            format!(
                "{} x{}: {}",
                scenario.name,
                scenario.clients,
                steps.join(", ")
            )
        }
        Planned::Leave(name, why) => format!("{name}: {why:?}"),
    }
}

fn only(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn every_scenario_is_recorded_but_those_without_programs() {
    assert_eq!(
        planned(&told(), &Wishes::default()),
        [
            "alone x1: connect, list, quit",
            "together x6: connect, list, hold, download notes.bin, quit",
            "windows: NoWindowsTarget",
            "one-dies x2: connect, list, kill@1, list@2, quit@2",
        ]
    );
}

#[test]
fn a_client_without_a_server_is_compared_with_one_that_has_it() {
    let down = "[[scenario]]\nname = \"down\"\nclients = 1\nserver = \"down\"\nsteps = [\"connect\", \"list\"]\n";
    let rubric = format!("{RUBRIC}{down}");
    let rubric = Rubric::parse("rubric.toml", &rubric).unwrap();
    let recorded = |names: &[&str]| -> Vec<String> {
        let only = only(names);
        let wishes = Wishes {
            only: &only,
            ..Wishes::default()
        };
        let planned = plan(&rubric, &told(), &wishes).unwrap();
        let recorded = planned.iter().filter(|one| one.recordings() > 0);
        recorded.map(in_words).collect()
    };
    let (down, alone) = ("down x1: connect, list", "alone x1: connect, list, quit");
    assert_eq!(
        recorded(&["down"]),
        [down, "lone-client x1: connect, list, quit"]
    );
    assert_eq!(recorded(&["down", "alone"]), [alone, down]);
}

#[test]
fn an_item_selects_the_scenarios_that_judge_it() {
    let only = only(&["responds", "windows"]);
    let wishes = Wishes {
        only: &only,
        has_windows: true,
        ..Wishes::default()
    };
    assert_eq!(
        planned(&told(), &wishes),
        [
            "alone x1: connect, list, quit",
            "together: NotSelected",
            "windows x1: connect, list, quit",
            "one-dies x2: connect, list, kill@1, list@2, quit@2",
        ]
    );
}

#[test]
fn a_name_that_the_rubric_does_not_have_is_answered_with_those_it_has() {
    let rubric = Rubric::parse("rubric.toml", RUBRIC).unwrap();
    let only = only(&["alone", "togehter"]);
    let wishes = Wishes {
        only: &only,
        ..Wishes::default()
    };
    let error = plan(&rubric, &told(), &wishes).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no scenario or item of the rubric is called \"togehter\"; it has alone, together, windows, one-dies, responds, \
         on-windows, five"
    );
}

#[test]
fn another_number_of_clients_is_for_scenarios_that_name_none() {
    let only = only(&["alone", "together", "one-dies"]);
    let wishes = Wishes {
        only: &only,
        clients: NonZeroU32::new(40),
        ..Wishes::default()
    };
    assert_eq!(
        planned(&told(), &wishes),
        [
            "alone x1: connect, list, quit",
            "together x40: connect, list, hold, download notes.bin, quit",
            "windows: NotSelected",
            "one-dies x2: connect, list, kill@1, list@2, quit@2",
        ]
    );
}

#[test]
fn where_the_target_does_not_say_what_a_reply_is_a_lone_client_shows_it() {
    let lone = "lone-client x1: connect, list, download notes.bin, quit";
    let all = planned(&target(""), &Wishes::default());
    assert_eq!(all.last().unwrap(), lone);

    let only = only(&["together"]);
    let wishes = Wishes {
        only: &only,
        ..Wishes::default()
    };
    assert_eq!(planned(&target(""), &wishes).last().unwrap(), lone);
    assert_eq!(
        planned(&told(), &wishes).last().unwrap(),
        "one-dies: NotSelected"
    );
}

#[test]
fn repeat_counts_for_every_scenario_of_the_rubric_and_not_for_the_one_that_is_added() {
    let rubric = Rubric::parse("rubric.toml", RUBRIC).unwrap();
    let wishes = Wishes {
        repeat: NonZeroU32::new(5),
        ..Wishes::default()
    };
    let planned = plan(&rubric, &target(""), &wishes).unwrap();
    let recordings: Vec<u32> = planned.iter().map(Planned::recordings).collect();
    assert_eq!(recordings, [5, 5, 0, 5, 1]);
}
