//! Reports of servers × clients → the matrix, with every failure put down to a side.

use super::aggregate;
use crate::report::{
    Blame, Blamed, CheckReport, ItemReport, Matrix, MatrixCell, Report, ResultName,
};

/// What the bundled pair is called among servers and clients.
pub const REFERENCE: &str = "reference";

/// The report of one server with one client, each as it was named.
pub struct PairReport {
    /// Whose server.
    pub server: String,
    /// Whose client.
    pub client: String,
    /// What came of it.
    pub report: Report,
}

/// The matrix of these reports. An item that fails is put down to the side that fails it with the reference too.
pub fn matrix(pairs: &[PairReport]) -> Matrix {
    let cell = |pair: &PairReport| MatrixCell {
        server: pair.server.clone(),
        client: pair.client.clone(),
        run: pair.report.run.clone(),
        status: pair.report.status,
        points: aggregate::points(&compared(&pair.report)),
        failures: failures(pair, pairs),
    };
    Matrix {
        schema: 1,
        title: pairs
            .first()
            .map_or_else(String::new, |pair| pair.report.title.clone()),
        servers: distinct(pairs.iter().map(|pair| &pair.server)),
        clients: distinct(pairs.iter().map(|pair| &pair.client)),
        cells: pairs.iter().map(cell).collect(),
    }
}

fn distinct<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for name in names {
        if !distinct.contains(name) {
            distinct.push(name.clone());
        }
    }
    distinct
}

/// The items by the checks of scenarios that were recorded. A check that `--only` left out says nothing of a pair that fails
/// the item's other checks, so it must say nothing of one that passes them.
fn compared(report: &Report) -> Vec<ItemReport> {
    let items = report.items.iter().cloned();
    items
        .map(|mut item| {
            item.result = result_of(&item, report);
            item.reached = aggregate::points_reached(item.result, item.points);
            item
        })
        .collect()
}

fn result_of(item: &ItemReport, report: &Report) -> ResultName {
    let was_recorded = |check: &CheckReport| {
        let mut recordings = report.recordings.iter();
        recordings.any(|recording| recording.scenario == check.scenario)
    };
    let results: Vec<_> = item
        .checks
        .iter()
        .filter(|check| check.result != ResultName::Skipped || was_recorded(check))
        .map(|check| check.result)
        .collect();
    if results.is_empty() {
        ResultName::Skipped
    } else {
        aggregate::of_item(&results)
    }
}

fn failures(pair: &PairReport, pairs: &[PairReport]) -> Vec<Blamed> {
    let items = pair.report.items.iter();
    items
        .filter(|item| holds(item.result) == Some(false))
        .map(|item| Blamed {
            item: item.id.clone(),
            side: blame(
                result(pairs, (REFERENCE, REFERENCE), &item.id),
                result(pairs, (&pair.server, REFERENCE), &item.id),
                result(pairs, (REFERENCE, &pair.client), &item.id),
            ),
        })
        .collect()
}

/// Whether the pair passes the item; `None` if that is not known.
fn result(pairs: &[PairReport], (server, client): (&str, &str), item: &str) -> Option<bool> {
    let pair = pairs
        .iter()
        .find(|it| it.server == server && it.client == client)?;
    let mut items = pair.report.items.iter();
    holds(result_of(items.find(|it| it.id == item)?, &pair.report))
}

fn holds(result: ResultName) -> Option<bool> {
    match result {
        ResultName::Pass => Some(true),
        ResultName::Fail | ResultName::Flaky => Some(false),
        ResultName::Inconclusive | ResultName::Skipped => None,
    }
}

/// Whose failure it is, from what passes: the reference pair, the server with the reference client, the client with the
/// reference server.
fn blame(reference: Option<bool>, server: Option<bool>, client: Option<bool>) -> Blame {
    match (reference, server, client) {
        (Some(true), Some(false), Some(true)) => Blame::Server,
        (Some(true), Some(true), Some(false)) => Blame::Client,
        (Some(true), Some(false), Some(false)) => Blame::Both,
        (Some(true), Some(true), Some(true)) => Blame::Neither,
        (Some(false) | None, _, _) | (_, None, _) | (_, _, None) => Blame::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::report::{CaptureSummary, Points, RecordingReport, Status};

    const KNOWN: [Option<bool>; 3] = [Some(true), Some(false), None];

    #[test]
    fn a_failure_is_put_down_to_a_side_only_where_the_reference_decides_it() {
        for server in KNOWN {
            for client in KNOWN {
                let expected = match (server, client) {
                    (Some(false), Some(true)) => Blame::Server,
                    (Some(true), Some(false)) => Blame::Client,
                    (Some(false), Some(false)) => Blame::Both,
                    (Some(true), Some(true)) => Blame::Neither,
                    _ => Blame::Unknown,
                };
                assert_eq!(blame(Some(true), server, client), expected);
                for reference in [Some(false), None] {
                    assert_eq!(blame(reference, server, client), Blame::Unknown);
                }
            }
        }
    }

    #[test]
    fn what_is_flaky_fails_and_what_is_undecided_is_not_known() {
        let all = [
            (ResultName::Pass, Some(true)),
            (ResultName::Fail, Some(false)),
            (ResultName::Flaky, Some(false)),
            (ResultName::Inconclusive, None),
            (ResultName::Skipped, None),
        ];
        for (result, expected) in all {
            assert_eq!(holds(result), expected);
        }
    }

    fn check(scenario: &str, result: ResultName) -> CheckReport {
        CheckReport {
            check: "no-reset".to_owned(),
            scenario: scenario.to_owned(),
            result,
            cause: None,
            saw: String::new(),
            expected: String::new(),
            source: String::new(),
            evidence: Vec::new(),
            usually: Vec::new(),
            look: Vec::new(),
            repetitions: None,
        }
    }

    fn item(id: &str, result: ResultName, checks: Vec<CheckReport>) -> ItemReport {
        ItemReport {
            number: 1,
            id: id.to_owned(),
            fail: String::new(),
            pass: String::new(),
            scored: true,
            points: 1,
            reached: aggregate::points_reached(result, 1),
            result,
            remark: None,
            evidence: String::new(),
            checks,
        }
    }

    /// A pair of which `life` was recorded and `five` was left out.
    fn pair(server: &str, client: &str, life: ResultName) -> PairReport {
        let left_out = || check("five", ResultName::Skipped);
        let whole = match life {
            ResultName::Pass => ResultName::Skipped,
            other => other,
        };
        let items = vec![
            item("closes", whole, vec![check("life", life), left_out()]),
            item("serves-five", ResultName::Skipped, vec![left_out()]),
        ];
        let capture = CaptureSummary {
            file: "life.pcap".to_owned(),
            frames: 1,
            dropped: Some(0),
            whole: true,
            notes: Vec::new(),
        };
        let report = Report {
            schema: 1,
            recorded_by: None,
            run: format!("{server} {client}"),
            title: String::new(),
            target: String::new(),
            level: String::new(),
            wall_ms: None,
            slowness_percent: None,
            status: Status::Passed,
            points: aggregate::points(&items),
            items,
            recordings: vec![RecordingReport {
                scenario: "life".to_owned(),
                capture,
                connections: Vec::new(),
            }],
        };
        PairReport {
            server: server.to_owned(),
            client: client.to_owned(),
            report,
        }
    }

    #[test]
    fn an_item_is_compared_by_the_scenarios_that_were_recorded_in_every_cell() {
        let all = matrix(&[
            pair(REFERENCE, REFERENCE, ResultName::Pass),
            pair(REFERENCE, "anna", ResultName::Fail),
            pair("bert", REFERENCE, ResultName::Pass),
            pair("bert", "anna", ResultName::Fail),
        ]);
        let cells: Vec<_> = all
            .cells
            .iter()
            .map(|cell| (cell.points, cell.failures.as_slice()))
            .collect();
        let points = |reached| Points {
            reached,
            possible: 1,
            skipped_items: 1,
            needs_review: 0,
        };
        let client = [Blamed {
            item: "closes".to_owned(),
            side: Blame::Client,
        }];
        let (passes, fails) = ((points(1), &[][..]), (points(0), &client[..]));
        assert_eq!(cells, [passes, fails, passes, fails]);
    }

    #[test]
    fn a_check_that_skips_what_was_recorded_still_skips_its_item() {
        let skipped = pair(REFERENCE, REFERENCE, ResultName::Skipped);
        assert_eq!(compared(&skipped.report)[0].result, ResultName::Skipped);
    }
}
