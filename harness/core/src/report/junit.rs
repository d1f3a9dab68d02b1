//! JUnit XML: one suite an item, one test case a check.
//!
//! There is no specification; this keeps to what GitLab, Jenkins and GitHub's readers share. A program's failure is a
//! `failure`; what could not be decided is an `error`; points are properties.

use std::collections::HashMap;
use std::time::Duration;

use quick_junit::{
    NonSuccessKind, Report as Junit, SerializeError, TestCase, TestCaseStatus, TestSuite,
};

use super::visible::{harmless, visible, with_text};
use super::words::{cause_words, item_result, needs_explaining, wireshark};
use super::{CauseName, CheckReport, ItemReport, Report, ResultName};

/// The XML could not be written.
#[derive(Debug, thiserror::Error)]
#[error("write the report as JUnit XML")]
pub struct JunitError(#[from] SerializeError);

/// The report as JUnit XML.
pub fn junit(report: &Report) -> Result<String, JunitError> {
    let report = with_text(report, |text| harmless(&visible(text)));
    let mut junit = Junit::new(&report.title);
    if let Some(wall_ms) = report.wall_ms {
        junit.set_time(Duration::from_millis(wall_ms));
    }
    junit.add_test_suites(report.items.iter().map(suite));
    Ok(junit.to_string()?)
}

fn suite(item: &ItemReport) -> TestSuite {
    let mut suite = TestSuite::new(format!("{} {}", item.number, item.id));
    suite.add_property(("result", item_result(item).as_str()));
    suite.add_property(("points", item.points.to_string().as_str()));
    suite.add_property(("reached", item.reached.to_string().as_str()));
    let mut seen = HashMap::new();
    for check in &item.checks {
        let name = unique(format!("{} in {}", check.check, check.scenario), &mut seen);
        suite.add_test_case(case(item, check, name));
    }
    suite
}

/// Readers drop the second of two cases of one name.
fn unique(name: String, seen: &mut HashMap<String, u32>) -> String {
    let count = seen.entry(name.clone()).or_insert(0);
    *count += 1;
    match count {
        1 => name,
        again => format!("{name} ({again})"),
    }
}

fn case(item: &ItemReport, check: &CheckReport, name: String) -> TestCase {
    let mut status = status(check.result);
    if check.result != ResultName::Pass {
        status.set_message(&check.saw);
        status.set_type(kind(check));
    }
    if needs_explaining(check.result) {
        status.set_description(body(check));
    }
    let mut case = TestCase::new(name, status);
    case.set_classname(&item.id);
    case
}

fn status(result: ResultName) -> TestCaseStatus {
    match result {
        ResultName::Pass => TestCaseStatus::success(),
        ResultName::Fail | ResultName::Flaky => {
            TestCaseStatus::non_success(NonSuccessKind::Failure)
        }
        ResultName::Inconclusive => TestCaseStatus::non_success(NonSuccessKind::Error),
        ResultName::Skipped => TestCaseStatus::skipped(),
    }
}

fn kind(check: &CheckReport) -> &'static str {
    match (check.result, check.cause) {
        (ResultName::Pass, _) => "pass",
        (ResultName::Fail, _) => "fail",
        (ResultName::Flaky, _) => "flaky",
        (ResultName::Skipped, _) => "skipped",
        (ResultName::Inconclusive, None) => "inconclusive",
        (ResultName::Inconclusive, Some(CauseName::Harness)) => "inconclusive-harness",
        (ResultName::Inconclusive, Some(CauseName::Machine)) => "inconclusive-machine",
        (ResultName::Inconclusive, Some(CauseName::Program)) => "inconclusive-program",
    }
}

/// In the body, not only in the message: GitLab shows the body.
fn body(check: &CheckReport) -> String {
    let mut lines = vec![
        format!("saw: {}", check.saw),
        format!("expected: {} ({})", check.expected, check.source),
    ];
    lines.extend(
        check
            .cause
            .map(|cause| format!("why: {}", cause_words(cause))),
    );
    lines.extend(
        check
            .evidence
            .iter()
            .map(|line| format!("evidence: {line}")),
    );
    for usually in &check.usually {
        lines.push(format!(
            "usually: {} → {} ({})",
            usually.cause, usually.remedy, usually.source
        ));
    }
    for look in &check.look {
        lines.push(format!("look: {}", wireshark(look, &look.capture)));
    }
    lines.join("\n")
}
