//! One row of the rubric table from its checks.

use std::collections::BTreeMap;

use super::aggregate;
use super::scenario::Judged;
use crate::checks::{Link, Root};
use crate::report::{CheckReport, ItemReport, ResultName};
use crate::spec::{Band, Item};

/// Characters of what was seen that a table's cell shows.
const CELL_CHARS: usize = 160;

/// A row's checks, judged.
pub(super) struct JudgedItem<'a> {
    pub(super) item: &'a Item,
    /// In the rubric's order; at least one.
    pub(super) checks: Vec<Judged>,
}

/// All rows, in the rubric's order. A failure that only follows from another row's points there.
pub(super) fn reports(items: Vec<JudgedItem<'_>>) -> Vec<ItemReport> {
    let rows = roots(&items);
    (1..)
        .zip(items)
        .map(|(number, judged)| {
            let follows = follows_from(&judged, &rows).filter(|&row| row != number);
            report(number, judged, follows)
        })
        .collect()
}

/// The row that shows each root: the first that is there to, or else the first that follows from it.
fn roots(items: &[JudgedItem<'_>]) -> BTreeMap<Root, u32> {
    let links = || {
        (1..)
            .zip(items)
            .flat_map(|(row, item)| failing(item).map(move |check| (check.link, row)))
    };
    let shown = links().filter_map(|(link, row)| match link? {
        Link::Shows(root) => Some((root, row)),
        Link::FollowsFrom(_) => None,
    });
    let followed = links().filter_map(|(link, row)| match link? {
        Link::FollowsFrom(root) => Some((root, row)),
        Link::Shows(_) => None,
    });
    let mut rows = BTreeMap::new();
    for (root, row) in shown.chain(followed) {
        rows.entry(root).or_insert(row);
    }
    rows
}

/// The row whose failure is the only reason of this one's.
fn follows_from(judged: &JudgedItem<'_>, rows: &BTreeMap<Root, u32>) -> Option<u32> {
    let followed: Option<Vec<u32>> = failing(judged)
        .map(|check| match check.link? {
            Link::FollowsFrom(root) => rows.get(&root).copied(),
            Link::Shows(_) => None,
        })
        .collect();
    followed?.into_iter().min()
}

fn failing<'a>(judged: &'a JudgedItem<'_>) -> impl Iterator<Item = &'a Judged> {
    judged
        .checks
        .iter()
        .filter(|check| check.report.result == ResultName::Fail)
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
    let capture = capture.unwrap_or_default();
    format!("{}{capture}{more}", beginning(saw))
}

/// As much of a sentence as a table's cell should hold, cut between its parts; the rows below the table have all of it.
fn beginning(saw: &str) -> String {
    let Some((limit, _)) = saw.char_indices().nth(CELL_CHARS) else {
        return saw.to_owned();
    };
    let head = &saw[..limit];
    let end = ["; ", ": ", ", "]
        .iter()
        .filter_map(|part| head.rfind(part))
        .max();
    format!("{} …", &head[..end.unwrap_or(limit)])
}
