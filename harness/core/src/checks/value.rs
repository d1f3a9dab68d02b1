//! `value`: a field of each connection's record compares as the rubric says.

use super::catalogue::{Check, Judge, ParameterDoc, Requirement};
use super::each::Outcome;
use super::parameters::Parameters;
use super::{Cause, Evidence, Finding, Verdict, absence, each, program};
use crate::manifest::Need;
use crate::observation::{Observation, ObservedConnection};
use crate::record::{Comparison, Condition, ConnectionRecord, Misfit, Part};
use crate::spec::{Selection, SpecError};

pub(super) const CHECK: Check = Check {
    id: "value",
    title: "a field of every connection has the right value",
    requirement: Requirement {
        quote: "`field` compares with the value as it is written",
        source: "the rubric",
    },
    precondition: "the connection has such a value, and the capture is whole where less than that was seen",
    needs: &[Need::Wire],
    parameters: &[
        ParameterDoc {
            name: "field",
            meaning: "a field as `synfin flows --filter` names it (`synfin flows --help` lists them): `retransmitted`, `rtt`, \
                      `ending`; required, and with it one comparison",
        },
        doc("equals", "the value is this number, word or address"),
        doc("differs_from", "it is not"),
        doc(
            "below",
            "the number is smaller than this; sizes and times with their unit, \"64KiB\", \"20ms\"",
        ),
        doc("at_most", "it is no larger"),
        doc("above", "it is larger"),
        doc("at_least", "it is no smaller"),
    ],
    bind: |parameters| Ok(Box::new(read(parameters)?)),
};

const fn doc(name: &'static str, meaning: &'static str) -> ParameterDoc {
    ParameterDoc { name, meaning }
}

/// The comparisons, their keys and how messages write them.
const COMPARISONS: [(&str, Comparison); 6] = [
    ("equals", Comparison::Equal),
    ("differs_from", Comparison::Unequal),
    ("below", Comparison::Less),
    ("at_most", Comparison::LessOrEqual),
    ("above", Comparison::Greater),
    ("at_least", Comparison::GreaterOrEqual),
];

#[derive(Debug)]
struct Value {
    condition: Condition,
    /// `at most 64KiB`
    asked: String,
}

fn read(parameters: &Parameters<'_>) -> Result<Value, SpecError> {
    let field = parameters.text("field")?;
    let mut given = COMPARISONS
        .iter()
        .filter(|(name, _)| parameters.call.parameters.contains_key(*name));
    let (Some(&(key, comparison)), None) = (given.next(), given.next()) else {
        let keys = COMPARISONS.map(|(name, _)| name).join(", ");
        let message = format!("`value` needs exactly one of {keys}");
        return Err(parameters.error("field", message, None));
    };
    let operand = parameters.scalar(key)?;
    let condition = Condition::new(field, comparison, &operand)
        .map_err(|misfit| misplaced(parameters, key, misfit))?;
    Ok(Value {
        condition,
        asked: format!("{} {operand}", key.replace('_', " ")),
    })
}

fn misplaced(parameters: &Parameters<'_>, key: &str, misfit: Misfit) -> SpecError {
    let key = match misfit.part {
        Part::Field => "field",
        Part::Value => key,
    };
    parameters.error(key, misfit.message, misfit.help)
}

impl Judge for Value {
    fn expected(&self) -> String {
        format!("`{}` {}", self.condition.field().name, self.asked)
    }

    fn judge(&self, observation: &Observation, selection: &Selection) -> Verdict {
        let verdict = each::connection(
            observation,
            selection,
            |connection| self.compare(observation, connection),
            |connections| {
                let count = program::count(connections.len(), "connection");
                let first = connections.first().and_then(|first| {
                    let told = self
                        .condition
                        .field()
                        .told(&ConnectionRecord::new(&first.wire))?;
                    Some(format!(", the first: {told}"))
                });
                let first = first.unwrap_or_default();
                format!("{} on {count}{first}", self.expected())
            },
        );
        match verdict {
            Verdict::Pass(finding) => absence::passes(observation, finding),
            Verdict::Fail(_) | Verdict::Inconclusive { .. } | Verdict::Skipped { .. } => verdict,
        }
    }
}

impl Value {
    fn compare(&self, observation: &Observation, connection: &ObservedConnection) -> Outcome {
        let record = ConnectionRecord::new(&connection.wire);
        let name = self.condition.field().name;
        let Some(told) = self.condition.field().told(&record) else {
            let saw = format!("it has no `{name}`");
            return Outcome::Unknown(Cause::Program, saw.into());
        };
        let finding = Finding::from(format!("`{name}` is {told}")).with(Evidence::frames(
            "the connection, first and last frame",
            connection.wire.id,
            [connection.wire.first.frame, connection.wire.last.frame],
        ));
        if self.condition.admits(&record) {
            Outcome::Holds(finding)
        } else if self.condition.is_exceeded(&record) {
            Outcome::Violated(finding)
        } else {
            absence::fails(observation, finding)
        }
    }
}
