//! What the programs' records say.

use super::Observation;
use crate::flow::Milestone;
use crate::manifest::{Exit, ProcessRecord, Role};
use crate::spec::ClientNumber;

/// The kernel sends a dead process's FIN before its parent is told of the death: a FIN in the last second before a crash was
/// seen may be the kernel's, nanoseconds.
const DEATH_TO_REPORT_NS: u64 = 1_000_000_000;

/// Whether a FIN was the program's own doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnClose {
    /// Its sender was alive, or had ended by itself.
    Own,
    /// Sent after our first stop action.
    AfterStop,
    /// Sent when its sender had been killed by a step of the scenario.
    AfterFaultStep,
    /// Sent when a signal that was not ours ended its sender.
    Crash,
}

impl Observation {
    /// The record of a program; the first, if it ran more than once.
    pub fn process(&self, role: Role) -> Option<&ProcessRecord> {
        self.recorded()?
            .processes
            .iter()
            .find(|process| process.role == role)
    }

    /// The records of a program that ran once or more.
    pub fn processes(&self, role: Role) -> impl Iterator<Item = &ProcessRecord> {
        self.recorded()
            .into_iter()
            .flat_map(|recorded| &recorded.processes)
            .filter(move |process| process.role == role)
    }

    /// Whether each step of the client is a process of its own.
    pub fn is_one_shot(&self, client: ClientNumber) -> bool {
        let mut processes = self.processes(Role::Client(client.0));
        processes.any(|process| process.entry.is_some())
    }

    /// Whether what `role` sent at `sent` was its own doing, or the end of it. A capture made elsewhere has no records that
    /// could tell; there every close counts as the program's own.
    pub fn own_close(&self, role: Option<Role>, sent: Milestone) -> OwnClose {
        if !self.is_before_stop(sent.frame) {
            return OwnClose::AfterStop;
        }
        role.into_iter()
            .flat_map(|role| self.processes(role))
            .filter(|process| {
                process
                    .started_at
                    .is_some_and(|start| start <= sent.at.as_nanos())
            })
            .max_by_key(|process| process.started_at)
            .map_or(OwnClose::Own, |process| close_by(process, sent))
    }
}

fn close_by(process: &ProcessRecord, sent: Milestone) -> OwnClose {
    let sent_at = sent.at.as_nanos();
    match process.stop_actions.iter().find(|stop| stop.at <= sent_at) {
        Some(stop) if stop.is_fault_step => OwnClose::AfterFaultStep,
        Some(_) => OwnClose::AfterStop,
        None if crashed_by(process, sent_at) => OwnClose::Crash,
        None => OwnClose::Own,
    }
}

/// Whether a signal that was not ours had ended the program by then, or was about to be reported.
fn crashed_by(process: &ProcessRecord, time: u64) -> bool {
    match process.exit {
        Some(Exit::Signal { .. }) if process.stop_actions.is_empty() => process
            .exited_at
            .is_some_and(|exited_at| time.saturating_add(DEATH_TO_REPORT_NS) >= exited_at),
        Some(Exit::Signal { .. } | Exit::Code { .. }) | None => false,
    }
}
