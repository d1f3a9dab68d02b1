//! `no-reset`: no connection is aborted.

use super::catalogue::{Check, Judge, Requirement};
use super::each::Outcome;
use super::{Verdict, absence, close, each, program};
use crate::manifest::Need;
use crate::observation::{Observation, ObservedConnection, OwnClose};
use crate::spec::Selection;

pub(super) const CHECK: Check = Check {
    id: "no-reset",
    title: "no connection is reset",
    requirement: Requirement {
        quote: "A TCP connection may terminate in two ways: (1) the normal TCP close sequence using a FIN handshake […], and \
                (2) an \"abort\" in which one or more RST segments are sent and the connection state is immediately discarded.",
        source: "RFC 9293 3.6",
    },
    precondition: "the capture is whole",
    needs: &[Need::Wire],
    parameters: &[],
    bind: |_| Ok(Box::new(NoReset)),
};

#[derive(Debug)]
struct NoReset;

impl Judge for NoReset {
    fn expected(&self) -> String {
        "no RST before both FINs are acknowledged".to_owned()
    }

    fn judge(&self, observation: &Observation, selection: &Selection) -> Verdict {
        let verdict = each::connection(
            observation,
            selection,
            |connection| reset(observation, connection),
            |connections| {
                format!(
                    "no RST on {}",
                    program::count(connections.len(), "connection")
                )
            },
        );
        match verdict {
            Verdict::Pass(finding) => absence::passes(observation, finding),
            Verdict::Fail(_) | Verdict::Inconclusive { .. } | Verdict::Skipped { .. } => verdict,
        }
    }
}

/// An RST of our own making (after a stop action, of a killed program) is nobody's fault.
fn reset(observation: &Observation, connection: &ObservedConnection) -> Outcome {
    let own = close::harmful_reset(connection).filter(|(side, reset)| {
        match observation.own_close(connection.role(*side), reset.sent) {
            OwnClose::Own | OwnClose::Crash => true,
            OwnClose::AfterStop | OwnClose::AfterFaultStep => false,
        }
    });
    match own {
        Some(reset) => Outcome::Violated(close::reset_finding(connection, reset)),
        None => Outcome::Holds("no RST".into()),
    }
}
