use synfin_core::report::ResultName;

use super::*;
use crate::selftest::trial::Conclusion;

/// The row of an entry about which checks concluded so.
fn row(program: &str, results: &[(&str, ResultName)]) -> Row {
    let [entry] = &catalogue::entries(&[program.to_owned()]).unwrap()[..] else {
        panic!("{program} is not one entry");
    };
    let conclusion = |&(check, result): &(&str, ResultName)| {
        let saw = "…".to_owned();
        (check.to_owned(), Conclusion { result, saw })
    };
    Row::new(entry, results.iter().map(conclusion).collect())
}

fn said(rows: &[Row]) -> Vec<String> {
    rows.iter()
        .flat_map(|row| &row.wrong)
        .map(Wrong::to_string)
        .collect()
}

const MUTANT: &str = "never_closes";
const SOUND: &str = "server_selects";

#[test]
fn a_mutant_must_be_failed_by_its_check_and_may_be_by_those_beside_it() {
    use ResultName::{Fail, Pass};
    let killed = [
        ("orderly-close", Fail),
        ("lifecycle-in-order", Fail),
        ("no-reset", Pass),
    ];
    assert_eq!(said(&[row(MUTANT, &killed)]), [""; 0]);
    assert_eq!(
        said(&[row(MUTANT, &[("orderly-close", Pass), ("no-reset", Fail)])]),
        [
            "broken.never_closes (life): orderly-close let it live (…)",
            "broken.never_closes (life): no-reset fails it as well (…)",
        ]
    );
    assert_eq!(
        said(&[row(MUTANT, &[])]),
        ["broken.never_closes (life): orderly-close let it live (it was not asked)"]
    );
}

#[test]
fn a_sound_program_must_pass_everything_but_what_windows_programs_are_needed_for() {
    use ResultName::{Inconclusive, Pass, Skipped};
    let passed = [("no-reset", Pass), ("runs-on-windows", Skipped)];
    assert_eq!(said(&[row(SOUND, &passed)]), [""; 0]);
    assert_eq!(
        said(&[row(
            SOUND,
            &[("survives", Inconclusive), ("no-reset", Skipped)]
        )]),
        [
            "unusual.server_selects: no-reset does not pass it (…)",
            "unusual.server_selects: survives does not pass it (…)",
        ]
    );
}

#[test]
fn a_check_that_asks_for_another_order_has_no_say() {
    let row = row("server_closes_first", &[("closes-first", ResultName::Fail)]);
    assert_eq!((row.results.len(), said(&[row])), (0, vec![]));
}

#[test]
fn a_round_that_differs_from_the_first_is_told() {
    let mut matrix = Matrix::new(Vec::new());
    let round = |result| {
        vec![row(
            MUTANT,
            &[("orderly-close", ResultName::Fail), ("survives", result)],
        )]
    };
    matrix.add_round(1, round(ResultName::Pass));
    matrix.add_round(2, round(ResultName::Pass));
    assert!(matrix.is_right());
    matrix.add_round(3, round(ResultName::Inconclusive));
    let wrong: Vec<String> = matrix.wrong.iter().map(Wrong::to_string).collect();
    assert_eq!(
        wrong,
        ["broken.never_closes (life): survives says something else in round 3"]
    );
}

#[test]
fn what_is_left_open_may_change_from_round_to_round() {
    let mut matrix = Matrix::new(Vec::new());
    let dialling = |result| vec![row("client_dials_on_request", &[("rebinds", result)])];
    matrix.add_round(1, dialling(ResultName::Inconclusive));
    matrix.add_round(2, dialling(ResultName::Pass));
    let late = |result| {
        vec![row(
            MUTANT,
            &[
                ("orderly-close", ResultName::Fail),
                ("lifecycle-in-order", result),
            ],
        )]
    };
    let mut others = Matrix::new(Vec::new());
    others.add_round(1, late(ResultName::Fail));
    others.add_round(2, late(ResultName::Pass));
    assert_eq!((matrix.wrong, others.wrong), (Vec::new(), Vec::new()));
}

#[test]
fn a_check_that_failed_nothing_of_its_own_is_told() {
    let mut matrix = Matrix::new(Vec::new());
    matrix.checks = vec!["orderly-close", "survives"];
    let fail = ResultName::Fail;
    matrix.add_round(1, vec![row(MUTANT, &[("orderly-close", fail)])]);
    matrix.find_checks_without_a_kill(&[]);
    let wrong: Vec<String> = matrix.wrong.iter().map(Wrong::to_string).collect();
    assert_eq!(wrong, ["survives: no broken program was failed by it"]);
}
