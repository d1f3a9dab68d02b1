//! Reports of servers × clients → the matrix, with every failure put down to a side.

use crate::report::{Blame, Blamed, Matrix, MatrixCell, Report, ResultName};

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
        points: pair.report.points,
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
    holds(items.find(|it| it.id == item)?.result)
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
}
