//! Which result wins, and what a run comes to.

use crate::report::{ItemReport, Points, ResultName, Status};

/// What decides, first to last: an item is the first of these that occurs among its checks.
const DECIDING: [ResultName; 5] = [
    ResultName::Fail,
    ResultName::Flaky,
    ResultName::Inconclusive,
    ResultName::Skipped,
    ResultName::Pass,
];

/// The result of an item from those of its checks, of which it has at least one.
pub(super) fn of_item(checks: &[ResultName]) -> ResultName {
    DECIDING
        .into_iter()
        .find(|result| checks.contains(result))
        .unwrap_or(ResultName::Inconclusive)
}

/// The result of a check from those of its scenario's repetitions: passing here and failing there is flaky.
pub(super) fn of_repetitions(repetitions: &[ResultName]) -> ResultName {
    let has = |result| repetitions.contains(&result);
    if has(ResultName::Pass) && has(ResultName::Fail) {
        ResultName::Flaky
    } else {
        of_item(repetitions)
    }
}

/// What an item of this worth brings.
pub(super) fn points_reached(result: ResultName, worth: u32) -> u32 {
    match result {
        ResultName::Pass => worth,
        ResultName::Fail | ResultName::Flaky | ResultName::Inconclusive | ResultName::Skipped => 0,
    }
}

/// The points of all items. Skipped items leave the total; items that are only shown never enter it.
pub(super) fn points(items: &[ItemReport]) -> Points {
    let mut points = Points {
        reached: 0,
        possible: 0,
        skipped_items: 0,
        needs_review: 0,
    };
    for item in items {
        match item.result {
            ResultName::Skipped => points.skipped_items += 1,
            ResultName::Inconclusive => points.needs_review += 1,
            ResultName::Pass | ResultName::Fail | ResultName::Flaky => {}
        }
        if item.scored && item.result != ResultName::Skipped {
            points.reached = points.reached.saturating_add(item.reached);
            points.possible = points.possible.saturating_add(item.points);
        }
    }
    points
}

/// What the run comes to. Items that are only shown never fail it.
pub(super) fn status(items: &[ItemReport]) -> Status {
    let results: Vec<_> = items
        .iter()
        .filter(|item| item.scored)
        .map(|item| item.result)
        .collect();
    match of_item(&results) {
        ResultName::Fail | ResultName::Flaky => Status::Failed,
        ResultName::Inconclusive if !results.is_empty() => Status::Inconclusive,
        ResultName::Inconclusive | ResultName::Skipped | ResultName::Pass => Status::Passed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every set of results that an item's checks can have: 2^5 − 1.
    fn every_set() -> impl Iterator<Item = Vec<ResultName>> {
        (1_u32..32).map(|set| {
            let is_in = |index: &usize| set & (1 << index) != 0;
            (0..5).filter(is_in).map(|index| DECIDING[index]).collect()
        })
    }

    #[test]
    fn an_item_is_the_worst_of_its_checks_in_every_combination_and_order() {
        for mut results in every_set() {
            let worst = results[0];
            assert_eq!(of_item(&results), worst, "{results:?}");
            results.reverse();
            assert_eq!(of_item(&results), worst, "{results:?}");
        }
    }

    #[test]
    fn repetitions_that_pass_and_fail_are_flaky_whatever_else_occurs() {
        for results in every_set() {
            let both = results.contains(&ResultName::Pass) && results.contains(&ResultName::Fail);
            let expected = if both { ResultName::Flaky } else { results[0] };
            assert_eq!(of_repetitions(&results), expected, "{results:?}");
        }
    }

    #[test]
    fn only_a_pass_brings_points() {
        let reached = DECIDING.map(|result| points_reached(result, 3));
        assert_eq!(reached, [0, 0, 0, 0, 3]);
    }
}
