//! Every check is able to fail: each broken program of `harness/mutants` is failed by the check that it was broken for, and
//! no check fails an unusual program that is sound.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use serde::Deserialize;
use synfin_core::checks;
use synfin_core::report::ResultName;

use crate::support::{Run, has, run, said, tell, workspace};

/// How many programs are tried at once: they wait more than they work.
const AT_ONCE: usize = 4;

/// Columns of the names in the matrix.
const WIDTH: usize = 62;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    mutant: Vec<Mutant>,
    sound: Vec<Sound>,
}

/// A broken program, and what must find it out.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutant {
    server: Option<String>,
    client: Option<String>,
    scenario: String,
    fails: String,
    #[serde(default)]
    also: Vec<String>,
}

/// An unusual program.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sound {
    server: Option<String>,
    client: Option<String>,
}

#[test]
fn every_check_is_killed_by_its_mutant_and_fails_no_sound_program() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let catalogue = fs::read_to_string(folder().join("mutants.toml")).unwrap();
    let Catalogue {
        mutant: mutants,
        sound,
    } = toml::from_str(&catalogue).unwrap();
    let killed: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.fails.as_str()).collect();
    let every: BTreeSet<&str> = checks::CATALOGUE.iter().map(|check| check.id).collect();
    assert_eq!(killed, every, "each check has its mutant");

    let broken = in_parallel(&mutants, try_mutant);
    let sound = in_parallel(&sound, try_sound);
    tell_matrix(&every, broken.iter().chain(&sound));
    let wrong: Vec<&str> = broken
        .iter()
        .chain(&sound)
        .flat_map(|row| &row.wrong)
        .map(String::as_str)
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A row of the matrix checks × mutants.
struct Row {
    name: String,
    results: BTreeMap<String, ResultName>,
    wrong: Vec<String>,
}

fn try_mutant(mutant: &Mutant) -> Row {
    let name = mutant
        .server
        .iter()
        .chain(&mutant.client)
        .next()
        .map_or("the sound pair", String::as_str);
    let run = record(
        mutant.server.as_deref(),
        mutant.client.as_deref(),
        Some(&mutant.scenario),
    );
    let results = results(&run, Some(&mutant.scenario));
    let mut wrong = Vec::new();
    if results.get(&mutant.fails) != Some(&ResultName::Fail) {
        wrong.push(format!(
            "{name}: {} let it live\n{}",
            mutant.fails,
            said(&run.output)
        ));
    }
    for (check, result) in &results {
        let may_fail = *check == mutant.fails || mutant.also.contains(check);
        if *result == ResultName::Fail && !may_fail {
            wrong.push(format!(
                "{name}: {check} fails it as well\n{}",
                said(&run.output)
            ));
        }
    }
    Row {
        name: format!("{name} ({})", mutant.scenario),
        results,
        wrong,
    }
}

fn try_sound(sound: &Sound) -> Row {
    let names: Vec<&str> = sound
        .server
        .iter()
        .chain(&sound.client)
        .map(String::as_str)
        .collect();
    let name = names.join(" + ");
    let run = record(sound.server.as_deref(), sound.client.as_deref(), None);
    let results = results(&run, None);
    let passes = |(check, result): &(&String, &ResultName)| {
        **result == ResultName::Pass
            || (**result == ResultName::Skipped && *check == "runs-on-windows")
    };
    let wrong = results.iter().filter(|entry| !passes(entry));
    let wrong = wrong
        .map(|(check, result)| format!("{name}: {check} says {result:?}\n{}", said(&run.output)))
        .collect();
    Row {
        name,
        results,
        wrong,
    }
}

/// Runs the pair with one or both of its modules replaced.
fn record(server: Option<&str>, client: Option<&str>, scenario: Option<&str>) -> Run {
    let place = tempfile::tempdir().unwrap();
    let target = copy_with(place.path(), server, client);
    let rubric = folder().join("rubric.toml");
    let mut arguments = vec![target.clone(), "--rubric".into(), rubric];
    if let Some(scenario) = scenario {
        arguments.extend(["--only".into(), scenario.into()]);
    }
    if scenario == Some("windows") {
        arguments.extend(["--windows-target".into(), target]);
    }
    run(arguments)
}

/// A copy of the mutants' folder whose target names the modules; gives the target's path.
pub(crate) fn copy_with(place: &Path, server: Option<&str>, client: Option<&str>) -> PathBuf {
    for package in ["pair", "broken", "unusual"] {
        fs::create_dir(place.join(package)).unwrap();
        for entry in fs::read_dir(folder().join(package)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "py") {
                fs::copy(&path, place.join(package).join(path.file_name().unwrap())).unwrap();
            }
        }
    }
    let text = fs::read_to_string(folder().join("target.toml")).unwrap();
    let text = text.replace(
        "\"pair.server\"",
        &format!("{:?}", server.unwrap_or("pair.server")),
    );
    let text = text.replace(
        "\"pair.client\"",
        &format!("{:?}", client.unwrap_or("pair.client")),
    );
    let target = place.join("target.toml");
    fs::write(&target, text).unwrap();
    target
}

/// Each check's result in the scenario; of several, the worst.
fn results(run: &Run, scenario: Option<&str>) -> BTreeMap<String, ResultName> {
    let all = run.report.items.iter().flat_map(|item| &item.checks);
    let mut results = BTreeMap::new();
    for check in all.filter(|check| scenario.is_none_or(|scenario| check.scenario == scenario)) {
        let worst = results.entry(check.check.clone()).or_insert(check.result);
        if severity(check.result) > severity(*worst) {
            *worst = check.result;
        }
    }
    results
}

fn severity(result: ResultName) -> u8 {
    match result {
        ResultName::Pass => 0,
        ResultName::Skipped => 1,
        ResultName::Inconclusive => 2,
        ResultName::Flaky => 3,
        ResultName::Fail => 4,
    }
}

/// The results of `work` on each input, in their order.
fn in_parallel<I: Sync, O: Send>(inputs: &[I], work: impl Fn(&I) -> O + Sync) -> Vec<O> {
    let queue: Mutex<VecDeque<usize>> = Mutex::new((0..inputs.len()).collect());
    let done = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(place) = { queue.lock().unwrap().pop_front() } {
                    let output = work(&inputs[place]);
                    done.lock().unwrap().insert(place, output);
                }
            });
        }
    });
    done.into_inner().unwrap().into_values().collect()
}

fn tell_matrix<'a>(checks: &BTreeSet<&str>, rows: impl Iterator<Item = &'a Row>) {
    for (place, check) in checks.iter().enumerate() {
        tell(&format!("{:>WIDTH$}  {}{check}", "", "│ ".repeat(place)));
    }
    for row in rows {
        let cell = |check: &&str| match row.results.get(*check) {
            Some(ResultName::Fail | ResultName::Flaky) => "✗ ",
            Some(ResultName::Pass) => "· ",
            Some(ResultName::Inconclusive) => "? ",
            Some(ResultName::Skipped) | None => "  ",
        };
        let cells: String = checks.iter().map(cell).collect();
        tell(&format!("{:>WIDTH$}  {cells}", row.name));
    }
}

fn folder() -> PathBuf {
    workspace().join("harness/mutants")
}
