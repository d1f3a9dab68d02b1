//! One row of the rubric table from its checks.

use super::aggregate;
use super::scenario::Judged;
use crate::checks::Root;
use crate::report::{CheckReport, ItemReport, ResultName};
use crate::spec::{Band, Item};

/// A row's checks, judged.
pub(super) struct JudgedItem<'a> {
    pub(super) item: &'a Item,
    /// In the rubric's order; at least one.
    pub(super) checks: Vec<Judged>,
}

/// All rows, in the rubric's order. A failure that only follows from an earlier row's points there.
pub(super) fn reports(items: Vec<JudgedItem<'_>>) -> Vec<ItemReport> {
    let mut reports: Vec<ItemReport> = Vec::new();
    let mut roots: Vec<(Root, u32)> = Vec::new();
    for (number, judged) in (1..).zip(items) {
        let follows = follows_from(&judged, &roots);
        roots.extend(shows(&judged).map(|root| (root, number)));
        reports.push(report(number, judged, follows));
    }
    reports
}

/// The earlier row whose failure is the only reason of this one's.
fn follows_from(judged: &JudgedItem<'_>, roots: &[(Root, u32)]) -> Option<u32> {
    let mut failing = judged
        .checks
        .iter()
        .filter(|check| check.report.result == ResultName::Fail)
        .peekable();
    failing.peek()?;
    let rows: Option<Vec<u32>> = failing
        .map(|check| {
            let root = check.follows_from?;
            roots
                .iter()
                .find(|(known, _)| *known == root)
                .map(|(_, row)| *row)
        })
        .collect();
    rows?.into_iter().min()
}

/// The failures that this row is the one to show: its own, and those that nobody showed before.
fn shows(judged: &JudgedItem<'_>) -> impl Iterator<Item = Root> {
    judged
        .checks
        .iter()
        .filter(|check| check.report.result == ResultName::Fail)
        .filter_map(|check| match check.follows_from {
            Some(Root::BuildFailed) => Some(Root::BuildFailed),
            Some(Root::ServerNotListening) => None,
            None => (check.report.check == "server-listens").then_some(Root::ServerNotListening),
        })
}

fn report(number: u32, judged: JudgedItem<'_>, follows: Option<u32>) -> ItemReport {
    let results: Vec<_> = judged
        .checks
        .iter()
        .map(|check| check.report.result)
        .collect();
    let result = aggregate::of_item(&results);
    let item = judged.item;
    let scored = match item.band {
        Band::Must => true,
        Band::Should => false,
    };
    ItemReport {
        number,
        id: item.id.clone(),
        fail: item.fail.clone(),
        pass: item.pass.clone(),
        scored,
        points: item.points,
        reached: aggregate::points_reached(result, item.points),
        result,
        remark: remark(result, &judged.checks, follows),
        evidence: cell(result, &judged.checks, follows),
        checks: judged
            .checks
            .into_iter()
            .map(|check| check.report)
            .collect(),
    }
}

fn remark(result: ResultName, checks: &[Judged], follows: Option<u32>) -> Option<String> {
    match (result, follows) {
        (ResultName::Fail, Some(row)) => Some(format!("see item {row}")),
        (ResultName::Inconclusive, _) => Some("needs review".to_owned()),
        (ResultName::Pass, _) => {
            let runner = checks.iter().find_map(|check| check.runner.as_deref())?;
            Some(format!("under {}", runner_in_words(runner)))
        }
        (ResultName::Fail | ResultName::Flaky | ResultName::Skipped, _) => None,
    }
}

/// `wine-8.0` → `Wine 8.0`.
fn runner_in_words(runner: &str) -> String {
    match runner.strip_prefix("wine-") {
        Some(version) => format!("Wine {version}"),
        None => runner.to_owned(),
    }
}

/// The table's last column: what the first check that decided saw, and in which capture.
fn cell(result: ResultName, checks: &[Judged], follows: Option<u32>) -> String {
    if let Some(row) = follows {
        return format!("see item {row}");
    }
    let mut deciding = checks.iter().filter(|check| check.report.result == result);
    let Some(first) = deciding.next() else {
        return String::new();
    };
    let capture = first.capture.as_ref().map(|file| format!(", {file}"));
    let CheckReport { saw, .. } = &first.report;
    let more = match deciding.count() {
        0 => String::new(),
        1 => "; and 1 more check".to_owned(),
        more => format!("; and {more} more checks"),
    };
    format!("{saw}{}{more}", capture.unwrap_or_default())
}
