//! A rubric's call of a check → a check that can judge, or what is wrong with the call.

use super::catalogue::{CATALOGUE, Check, Judge, find};
use super::parameters::Parameters;
use super::{Verdict, gate, server_end, taken_port};
use crate::observation::Observation;
use crate::spec::{CheckCall, Selection, SpecError, did_you_mean};

/// A rubric's text and its name in messages.
#[derive(Clone, Copy, Debug)]
pub struct SourceText<'a> {
    /// The file as messages name it.
    pub name: &'a str,
    /// All of it.
    pub text: &'a str,
}

/// A check, its parameters and what it looks at.
#[derive(Debug)]
pub struct Bound {
    /// The check.
    pub check: &'static Check,
    /// The scenario it judges.
    pub scenario: String,
    selection: Selection,
    judge: Box<dyn Judge>,
}

/// Resolves a call's check and parameters.
///
/// # Errors
/// If no check has that name, or it has no such parameter, or no such value of it.
pub fn bind(call: &CheckCall, source: SourceText<'_>) -> Result<Bound, SpecError> {
    let parameters = Parameters { call, source };
    let id = call.check.get_ref();
    let check = find(id).ok_or_else(|| {
        let known = CATALOGUE.iter().map(|check| check.id);
        SpecError::at(
            source.name,
            source.text,
            call.check.span(),
            format!("no check is called `{id}`"),
            did_you_mean(id, known),
        )
    })?;
    parameters.only(check.parameters)?;
    Ok(Bound {
        check,
        scenario: call.scenario.clone(),
        selection: call.selection.clone(),
        judge: (check.bind)(&parameters)?,
    })
}

impl Bound {
    /// What an observation shows for this call.
    pub fn judge(&self, observation: &Observation) -> Verdict {
        let mut verdict = gate::closed(self.check, observation, &self.selection)
            .unwrap_or_else(|| self.judge.judge(observation, &self.selection));
        if let Some(finding) = verdict.finding_mut()
            && finding.expected.is_empty()
        {
            finding.expected = self.judge.expected();
        }
        server_end::tell(observation, &mut verdict);
        taken_port::tell(observation, &mut verdict);
        verdict
    }

    /// What the call asks for.
    pub fn expected(&self) -> String {
        self.judge.expected()
    }
}
