//! All checks there are, and what each says of itself.

use std::fmt;

use super::parameters::Parameters;
use super::{Verdict, *};
use crate::manifest::{Level, Need};
use crate::observation::Observation;
use crate::spec::{Selection, SpecError};

/// A check as the catalogue knows it.
pub struct Check {
    /// Its id, as rubrics write it.
    pub id: &'static str,
    /// What it asks, in a few words.
    pub title: &'static str,
    /// What it enforces.
    pub requirement: Requirement,
    /// Without this it is *Inconclusive*.
    pub precondition: &'static str,
    /// What must have been recorded for it, in all cases; a level that does not offer one of these costs the check.
    pub needs: &'static [Need],
    /// What a rubric can say beside `in` and the selection.
    pub parameters: &'static [ParameterDoc],
    /// Reads its parameters.
    pub(super) bind: fn(&Parameters<'_>) -> Result<Box<dyn Judge>, SpecError>,
}

/// What a check enforces, and where that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The source's own words.
    pub quote: &'static str,
    /// RFC section, manual page or rubric.
    pub source: &'static str,
}

/// One parameter of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterDoc {
    /// Its key in the rubric.
    pub name: &'static str,
    /// Its values, its default, and what it means.
    pub meaning: &'static str,
}

/// A check whose parameters are known.
pub trait Judge: fmt::Debug + Send + Sync {
    /// What the requirement asks for, with the parameters filled in.
    fn expected(&self) -> String;

    /// What the observation shows.
    fn judge(&self, observation: &Observation, selection: &Selection) -> Verdict;
}

/// Every check, in the order in which a connection lives.
pub const CATALOGUE: &[Check] = &[
    server_listens::CHECK,
    handshake_completes::CHECK,
    connection_accepted::CHECK,
    served_concurrently::CHECK,
    replies_within::CHECK,
    lifecycle_in_order::CHECK,
    sequence::CHECK,
    transfer_intact::CHECK,
    orderly_close::CHECK,
    closes_first::CHECK,
    no_data_after_fin::CHECK,
    no_reset::CHECK,
    value::CHECK,
    survives::CHECK,
    rebinds::CHECK,
    not_spinning::CHECK,
    no_leaked_sockets::CHECK,
    stops_on_sigterm::CHECK,
    refused_when_down::CHECK,
    runs_on_windows::CHECK,
];

/// The check of this id.
pub fn find(id: &str) -> Option<&'static Check> {
    CATALOGUE.iter().find(|check| check.id == id)
}

impl Check {
    /// What a recording made at this level lacks for the check to decide anything.
    pub fn lacks_at(&self, level: Level) -> Option<Need> {
        let mut needs = self.needs.iter().copied();
        needs.find(|need| !level.offers(*need))
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Check").field(&self.id).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Rubric, builtin_rubric};

    #[test]
    fn namespaces_cost_no_check_and_nothing_costs_them_all() {
        for check in CATALOGUE {
            for level in [Level::RootlessNamespaces, Level::RootNamespaces] {
                assert_eq!(check.lacks_at(level), None, "{}", check.id);
            }
            assert!(check.lacks_at(Level::Nothing).is_some(), "{}", check.id);
        }
    }

    #[test]
    fn a_level_without_mounts_costs_what_wine_runs_and_no_more() {
        let lost = CATALOGUE
            .iter()
            .filter(|check| check.lacks_at(Level::RawSocketOnly).is_some());
        let lost: Vec<_> = lost.map(|check| check.id).collect();
        assert_eq!(lost, [runs_on_windows::CHECK.id]);
    }

    #[test]
    fn the_rubric_for_captures_alone_calls_checks_that_need_the_wire_alone() {
        let (name, text) = builtin_rubric("lifecycle").unwrap();
        let rubric = Rubric::parse(name, text).unwrap();
        for call in rubric.items.iter().flat_map(|item| &item.checks) {
            let check = find(call.check.get_ref()).unwrap();
            assert_eq!(check.needs, [Need::Wire], "{}", check.id);
        }
    }
}
