//! The differences that are known, and why each is.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The whole table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    because: Vec<Because>,
}

/// Differences that have one reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Because {
    /// Which comparison they belong to.
    of: String,
    /// Who is right.
    right: Right,
    /// Why they differ.
    why: String,
    /// The differences, word for word.
    differences: Vec<String>,
}

/// Who is right where two readings differ.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Right {
    /// We are.
    Synfin,
    /// They are: it is not yet read, or cannot be.
    They,
    /// Both, each by its own definition.
    Both,
}

/// Fails when something differs that the table does not tell, and when the table tells of something that does not.
#[track_caller]
pub(crate) fn assert_known(of: &str, found: impl Iterator<Item = String>) {
    if std::env::var_os("SYNFIN_TRACES").is_none() {
        return;
    }
    let mut known = known(of);
    let unknown: Vec<String> = found.filter(|line| known.remove(line).is_none()).collect();
    assert!(
        unknown.is_empty() && known.is_empty(),
        "differences that are not known:\n{}\n\nknown ones that are no longer there:\n{known:#?}",
        unknown.join("\n"),
    );
}

/// The known differences of one comparison, each with its reason.
fn known(of: &str) -> BTreeMap<String, String> {
    let table: Table = toml::from_str(include_str!("differences.toml")).expect("a table");
    let of_this = table.because.into_iter().filter(|because| because.of == of);
    of_this
        .flat_map(|because| {
            let why = format!("{:?}: {}", because.right, because.why);
            let lines = because.differences.into_iter();
            lines.map(move |line| (line, why.clone()))
        })
        .collect()
}
