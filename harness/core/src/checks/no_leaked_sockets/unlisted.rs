//! Sockets that have lost their connection, to an RST or to the close of both sides, and are still held: the kernel has struck them
//! from its table, so that only the program's descriptors show them.

use crate::checks::each::Outcome;
use crate::checks::{Evidence, Finding, program};
use crate::diagnosis::Pattern;
use crate::manifest::{Role, SampleReason, SocketSample};
use crate::observation::Observation;

use super::while_idle;

/// What the server holds of that kind beyond what it held before it had a client; `None` if that is nothing, or not known.
pub(super) fn kept(observation: &Observation, sample: &SocketSample) -> Option<Outcome> {
    let before = before_any_client(observation, sample)?;
    let (now, before) = (sample.unlisted.as_ref()?, before.unlisted.as_ref()?);
    let more = now.len().saturating_sub(before.len());
    if more == 0 || !is_everybody_gone(observation, sample) {
        return None;
    }
    let inodes = now.iter().filter(|inode| !before.contains(inode));
    let inodes: Vec<String> = inodes.map(u64::to_string).collect();
    let sockets = program::count(more, "socket");
    let finding = Finding::from(format!(
        "the clients are gone, and the server still holds {sockets} without a connection (CLOSED)"
    ))
    .with(Evidence::sockets(format!(
        "among the server's open descriptors and in no socket table: inode {}; {} of that kind when it began to listen",
        inodes.join(", "),
        before.len()
    )))
    .usually(Pattern::LeakedSocket.usually());
    Some(while_idle(observation, sample, finding))
}

/// The sample of the moment at which the server that is looked at was first seen to listen.
fn before_any_client<'a>(
    observation: &'a Observation,
    sample: &SocketSample,
) -> Option<&'a SocketSample> {
    let mut earlier = observation.recorded()?.socket_samples.iter().rev();
    earlier.find(|it| it.reason == SampleReason::Listen && it.at <= sample.at)
}

/// Whether every client's program had ended; raw clients are ours, and what they hold is in the table.
fn is_everybody_gone(observation: &Observation, sample: &SocketSample) -> bool {
    let processes = observation.recorded().map(|it| it.processes.as_slice());
    let mut clients = processes
        .unwrap_or_default()
        .iter()
        .filter(|process| matches!(process.role, Role::Client(_)) && process.started_at.is_some());
    clients.all(|client| client.exited_at.is_some_and(|at| at <= sample.at))
}
