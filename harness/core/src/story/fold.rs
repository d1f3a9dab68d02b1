//! Rows that are told as one.

use super::row::Row;

/// A run of payload rows of one side that is longer than this becomes one row.
const LONGEST_RUN: usize = 3;

/// Adds a row, folding it with those before if they are one long run.
pub(super) fn push(rows: &mut Vec<Row>, row: Row) {
    rows.push(row);
    let run = run_at_end(rows);
    let is_folded_already = run >= 2 && rows[rows.len() - run].frames > 1;
    if run > LONGEST_RUN || is_folded_already {
        let folded = rows.split_off(rows.len() - run);
        rows.extend(
            folded
                .into_iter()
                .reduce(|first, next| merged(first, &next)),
        );
    }
}

/// How many rows at the end continue one another.
fn run_at_end(rows: &[Row]) -> usize {
    let continues = |pair: &&[Row]| {
        let (before, after) = (&pair[0], &pair[1]);
        before.is_plain_payload()
            && after.is_plain_payload()
            && before.from == after.from
            && before.phase == after.phase
            && before.offsets.end == after.offsets.start
    };
    rows.windows(2).rev().take_while(continues).count() + 1
}

fn merged(first: Row, next: &Row) -> Row {
    Row {
        frames: first.frames + next.frames,
        offsets: first.offsets.start..next.offsets.end,
        ..first
    }
}
