//! A class in one go.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::support::{has, said, synfin, workspace};

const RUBRIC: &str = r#"
schema = 1
title = "A class"
[[scenario]]
name = "life"
clients = 1
steps = ["connect", "list", "quit"]
[[item]]
id = "listens"
checks = [{ in = "life", check = "server-listens" }]
[[item]]
id = "no-reset"
checks = [{ in = "life", check = "no-reset" }]
"#;

/// Goes before the second item, so that each item has a scenario.
const SECOND_SCENARIO: &str = r#"
[[scenario]]
name = "again"
clients = 1
steps = ["connect", "list", "quit"]
[[item]]
id = "no-reset""#;

/// A folder of submissions, and where the batch is made.
struct Class {
    place: TempDir,
}

impl Class {
    fn new() -> Self {
        let place = TempDir::new().unwrap();
        fs::write(place.path().join("rubric.toml"), RUBRIC).unwrap();
        let template = workspace().join("harness/examples/threaded/target.toml");
        fs::copy(template, place.path().join("template.toml")).unwrap();
        Self { place }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.place.path().join(path)
    }

    /// A submission of these programs, without a target.
    fn hand_in(&self, name: &str) {
        let folder = self.at("submissions").join(name);
        fs::create_dir_all(&folder).unwrap();
        for program in ["server.py", "client.py"] {
            let source = workspace().join("harness/examples/threaded").join(program);
            fs::copy(source, folder.join(program)).unwrap();
        }
    }

    fn file_of(&self, name: &str, file: &str, text: &str) {
        let folder = self.at("submissions").join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(file), text).unwrap();
    }

    /// Grades all by the template.
    fn batch(&self, more: &[&str]) -> Output {
        let template = self.at("template.toml");
        let mut command = self.command();
        let command = command.arg("--target").arg(template).args(more);
        command.output().unwrap()
    }

    /// Grades each by the target that it brings.
    fn command(&self) -> Command {
        let mut command = synfin();
        command
            .arg("batch")
            .arg(self.at("submissions"))
            .arg("--rubric")
            .arg(self.at("rubric.toml"))
            .arg("--out")
            .arg(self.at("out"));
        command
    }

    /// Each row of `class.csv` up to the last item's result.
    fn rows(&self) -> Vec<String> {
        let text = fs::read_to_string(self.at("out/batch/class.csv")).unwrap();
        let beginning = |line: &str| line.split(',').take(8).collect::<Vec<_>>().join(",");
        text.lines().map(beginning).collect()
    }

    /// How many runs a submission has.
    fn runs(&self, name: &str) -> usize {
        let captures = self.at("out/batch").join(name).join("captures");
        let is_run = |path: &Path| path.join("run.json").is_file() && !path.is_symlink();
        let entries = fs::read_dir(captures).unwrap();
        entries
            .filter(|entry| is_run(&entry.as_ref().unwrap().path()))
            .count()
    }
}

#[test]
fn each_submission_has_its_row_and_costs_only_itself() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let class = Class::new();
    class.hand_in("anna");
    class.hand_in("bert");
    class.file_of("bert", "server.py", "raise SystemExit('no server today')\n");
    class.file_of("=cmd()", "target.toml", "schema = 1\n[srever]\n");
    let target = fs::read_to_string(class.at("template.toml")).unwrap();
    class.file_of("anna", "target.toml", &target);
    class.file_of("bert", "target.toml", &target);
    fs::write(class.at("submissions/stray.zip"), "").unwrap();
    let output = class.command().output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let expected = [
        "submission,result,points,of,failed,to review,listens,no-reset",
        "'=cmd(),Fail,,,,,,",
        "anna,Pass,2,2,0,0,Pass,Pass",
        "bert,Fail,0,2,2,0,Fail,Fail",
    ];
    assert_eq!(class.rows(), expected, "{}", said(&output));
    let csv = fs::read_to_string(class.at("out/batch/class.csv")).unwrap();
    for words in ["did you mean `server`", "the server exited with code 1"] {
        assert!(csv.contains(words), "{csv}");
    }
    let stray = "stray.zip is no folder, and no submission";
    assert!(said(&output).contains(stray), "{}", said(&output));
    assert!(
        class
            .at("out/batch/anna/reports/latest/report.json")
            .is_file()
    );
}

/// Else a server of somebody else's could be started, a reply be called one that is none, or a limit be lifted.
#[test]
fn where_there_is_a_template_a_submission_has_no_say_in_how_it_is_run() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let class = Class::new();
    class.hand_in("mallory");
    let template = fs::read_to_string(class.at("template.toml")).unwrap();
    let planted = template.replace("server.py", "hidden.py");
    class.file_of("mallory", "target.toml", &planted);
    let good = class.at("submissions/mallory/server.py");
    fs::rename(&good, class.at("submissions/mallory/hidden.py")).unwrap();
    class.file_of("mallory", "server.py", "raise SystemExit('no server')\n");
    let output = class.batch(&[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(class.rows()[1], "mallory,Fail,0,2,2,0,Fail,Fail");
}

#[test]
fn what_is_done_of_the_very_same_is_not_done_again() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let class = Class::new();
    class.hand_in("anna");
    class.hand_in("bert");
    let first = class.batch(&[]);
    assert_eq!(first.status.code(), Some(0), "{}", said(&first));
    let rows = class.rows();
    class.file_of("bert", "notes.txt", "handed in again");
    let second = class.batch(&[]);
    assert_eq!(second.status.code(), Some(0), "{}", said(&second));
    assert_eq!(class.rows(), rows);
    assert_eq!((class.runs("anna"), class.runs("bert")), (1, 2));
    assert!(said(&second).contains("2 submissions (1 done before)"));
}

#[test]
fn the_recordings_are_graded_anew_by_another_rubric() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let class = Class::new();
    class.hand_in("anna");
    let first = class.batch(&[]);
    assert_eq!(first.status.code(), Some(0), "{}", said(&first));
    let stricter = RUBRIC.replace("no-reset\"\n", "no-reset\"\npoints = 5\n");
    fs::write(class.at("rubric.toml"), stricter).unwrap();
    let again = class.batch(&["--regrade"]);
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    assert_eq!(class.rows()[1], "anna,Pass,6,6,0,0,Pass,Pass");
    fs::write(class.at("rubric.toml"), RUBRIC).unwrap();
    let as_before = class.batch(&[]);
    assert_eq!(as_before.status.code(), Some(0), "{}", said(&as_before));
    assert_eq!(class.rows()[1], "anna,Pass,2,2,0,0,Pass,Pass");
    assert_eq!(class.runs("anna"), 1);
}

#[test]
fn another_choice_of_scenarios_is_recorded_anew() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let class = Class::new();
    class.hand_in("anna");
    let two = RUBRIC
        .replace("[[item]]\nid = \"no-reset\"", SECOND_SCENARIO)
        .replace(
            "in = \"life\", check = \"no-reset\"",
            "in = \"again\", check = \"no-reset\"",
        );
    fs::write(class.at("rubric.toml"), two).unwrap();
    let chosen = class.batch(&["--only", "listens"]);
    assert_eq!(chosen.status.code(), Some(0), "{}", said(&chosen));
    assert_eq!(class.rows()[1], "anna,Pass,1,1,0,0,Pass,Skipped");
    let all = class.batch(&[]);
    assert_eq!(all.status.code(), Some(0), "{}", said(&all));
    assert_eq!(class.rows()[1], "anna,Pass,2,2,0,0,Pass,Pass");
    assert_eq!(class.runs("anna"), 2);
}

#[test]
fn a_submission_that_could_not_be_recorded_is_not_done() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let class = Class::new();
    class.hand_in("anna");
    let first = class.batch(&["--level", "3"]);
    assert_eq!(first.status.code(), Some(3), "{}", said(&first));
    assert_eq!(
        class.rows()[1],
        "anna,Inconclusive,0,2,0,2,Inconclusive,Inconclusive"
    );
    for _ in 0..2 {
        let again = class.batch(&[]);
        assert_eq!(again.status.code(), Some(0), "{}", said(&again));
        assert_eq!(class.rows()[1], "anna,Pass,2,2,0,0,Pass,Pass");
    }
    assert_eq!(class.runs("anna"), 2);
}

#[test]
fn a_choice_of_what_is_not_there_ends_the_batch_before_it_begins() {
    let class = Class::new();
    class.hand_in("anna");
    let output = class.batch(&["--only", "lief"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(!class.at("out/batch/anna").exists());
}

#[test]
fn a_rubric_that_is_wrong_ends_the_batch_before_it_begins() {
    let class = Class::new();
    class.hand_in("anna");
    fs::write(
        class.at("rubric.toml"),
        RUBRIC.replace("no-reset\" }", "no-rest\" }"),
    )
    .unwrap();
    let output = class.batch(&[]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(!class.at("out/batch/anna").exists());
}
