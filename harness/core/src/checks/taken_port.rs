//! A client that had the server's port when the server was started again: what fails then is the client's doing.

use super::{Cause, Evidence, Finding, Verdict, server_end};
use crate::diagnosis::Pattern;
use crate::manifest::SocketState;
use crate::observation::{Observation, Taken};

/// Says so first where the server's record is what the verdict stands on, and names no other cause.
pub(super) fn tell(observation: &Observation, verdict: &mut Verdict) {
    let taken = observation
        .failed_restart()
        .and_then(|_| observation.taken_port());
    let Some(taken) = taken else { return };
    match verdict {
        Verdict::Fail(finding) if server_end::is_shown_by(finding) => blame(&taken, finding),
        Verdict::Inconclusive { cause, finding } if server_end::is_shown_by(finding) => {
            *cause = Cause::Program;
            blame(&taken, finding);
        }
        Verdict::Pass(_)
        | Verdict::Fail(_)
        | Verdict::Inconclusive { .. }
        | Verdict::Skipped { .. } => {}
    }
}

fn blame(taken: &Taken<'_>, finding: &mut Finding) {
    let Taken { client, socket } = taken;
    let how = if socket.state == SocketState::Listen {
        "listened at"
    } else {
        "was bound to"
    };
    let blamed = format!("client {client} {how} {}, the server's port", socket.local);
    finding.evidence.insert(0, Evidence::sockets(&blamed));
    finding.saw = format!("{blamed}: {}", finding.saw);
    finding.usually = Pattern::TakenByClient.usually();
}
