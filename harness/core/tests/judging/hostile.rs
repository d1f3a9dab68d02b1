//! A recording is a folder of files that anyone can edit: whatever they hold, grading ends with a report.

use proptest::prelude::*;
use serde_json::{Value, json};
use synfin_core::checks::CATALOGUE;
use synfin_core::manifest::Recorded;
use synfin_core::report::{self, Page, Report};

use crate::run::{graded, graded_run, run, whole_run};
use crate::setup::{LIFE, STEPS};
use crate::world::{World, sha256, world};

/// Every check there is, on the scenario `s`.
fn every_check() -> String {
    let items = CATALOGUE.iter().map(|check| {
        let parameters = match check.id {
            "served-concurrently" => ", at_least = 1",
            "replies-within" => ", ms = 1",
            "sequence" => ", events = [{ from = \"server\", payload = \"FILES\" }, { fin = \"client\" }]",
            "value" => ", field = \"retransmitted\", at_most = 0",
            _ => "",
        };
        let id = check.id;
        format!(
            "[[item]]\nid = \"{id}\"\nfail = \"f\"\npass = \"p\"\nchecks = [{{ in = \"s\", check = \"{id}\"{parameters} }}]\n"
        )
    });
    let scenario = "schema = 1\ntitle = \"t\"\n[[scenario]]\nname = \"s\"\nclients = 1\nsteps = [\"connect\", \"list\", \"quit\"]\n";
    scenario.to_owned() + &items.collect::<String>()
}

/// The report in every form.
fn rendered(report: &Report) -> Vec<String> {
    let page = Page::plain(80);
    vec![
        report::json(report),
        report::junit(report).unwrap(),
        report::markdown(report),
        report::table(report, &page),
        report::failures(report, &page),
        report::connections(report, &page),
    ]
}

/// How many values a manifest has, those within others included.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(values) => values.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// Puts another value in the place of the n-th.
fn replace(value: &mut Value, place: &mut usize, instead: &Value) {
    if *place == 0 {
        *value = instead.clone();
    }
    *place = place.wrapping_sub(1);
    match value {
        Value::Array(values) => values.iter_mut().for_each(|it| replace(it, place, instead)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|it| replace(it, place, instead)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!([])),
        Just(json!(0)),
        Just(json!(u32::MAX)),
        Just(json!(u64::MAX)),
        Just(json!("client-1")),
        Just(json!("127.0.0.1:50001")),
        Just(json!("time-wait")),
        any::<u8>().prop_map(|number| json!(number)),
        any::<String>().prop_map(|text| json!(text)),
    ]
}

/// A manifest with some values replaced; `None` if it is refused.
fn edited(world: &World, edits: &[(prop::sample::Index, Value)]) -> Option<Recorded> {
    let mut manifest: Value = serde_json::from_str(&world.recorded.to_json()).unwrap();
    for (index, instead) in edits {
        let mut place = index.index(count(&manifest));
        replace(&mut manifest, &mut place, instead);
    }
    Recorded::from_json(manifest.to_string().as_bytes()).ok()
}

proptest! {
    #[test]
    fn an_edited_recording_gets_a_report_and_the_same_one_again(
        edits in prop::collection::vec((any::<prop::sample::Index>(), value()), 0..3),
        bytes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        kept in 24_usize..2000,
    ) {
        let mut world = world(STEPS, 1, LIFE);
        world.capture.truncate(kept);
        for (index, byte) in bytes {
            let place = index.index(world.capture.len());
            world.capture[place] = byte;
        }
        world.recorded.capture.sha256 = sha256(&world.capture);
        if let Some(recorded) = edited(&world, &edits) {
            world.recorded = recorded;
            let rubric = every_check();
            let once = rendered(&graded(&rubric, &[("s", world.clone())]));
            prop_assert_eq!(once, rendered(&graded(&rubric, &[("s", world)])));
        }
    }
}

#[test]
fn a_run_of_four_billion_clients_is_not_believed() {
    let mut world = world(STEPS, 1, LIFE);
    world.recorded.clients = u32::MAX;
    let run = synfin_core::manifest::RunFile {
        clients: Some(u32::MAX),
        ..whole_run(run(Vec::new()))
    };
    let rubric = every_check().replace("clients = 1", "clients = 2");
    let report = graded_run(&rubric, run, &[("s", world)]);
    let saw = &report.items[0].checks[0].saw;
    assert_eq!(
        saw,
        "recorded under other steps: 4294967295 clients: connect, list, quit"
    );
}
