//! What went wrong on purpose: each fault step, and the frame that shows it.

use super::{Observation, ObservedConnection};
use crate::flow::ConnectionId;
use crate::manifest::{Role, SignalSent, StepOutcome, StepRecord};
use crate::pcap::FrameNumber;
use crate::spec::{ClientNumber, Fault};

/// A fault step that was seen.
#[derive(Clone, Debug)]
pub struct ObservedFault<'a> {
    /// What was done.
    pub fault: &'a Fault,
    /// The step's record.
    pub record: &'a StepRecord,
    /// To whom; `None` for the server.
    pub client: Option<ClientNumber>,
    /// On which connection it was seen; `None` if it was not the wire that showed it.
    pub connection: Option<ConnectionId>,
    /// The frame that shows it, or the last one before its step was done.
    pub seen: FrameNumber,
}

/// A fault step that was not seen: nothing can be concluded from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnseenFault<'a> {
    /// Whose step it is.
    pub client: ClientNumber,
    /// The step's record.
    pub record: &'a StepRecord,
    /// Why it was not seen.
    pub why: String,
}

impl Observation {
    /// All fault steps, in the order of the scenario's steps.
    pub fn faults(&self) -> impl Iterator<Item = Result<ObservedFault<'_>, UnseenFault<'_>>> {
        let mut records: Vec<_> = self.fault_records().collect();
        records.sort_by_key(|(_, record, _)| record.entry);
        records.into_iter().map(|(client, record, fault)| {
            let seen = self.seen(client, record, fault);
            seen.map_err(|why| UnseenFault {
                client,
                record,
                why,
            })
        })
    }

    /// The server's restarts that did not bring it back, as the first client that waited for each recorded it.
    pub fn failed_restart(&self) -> Option<&StepRecord> {
        let mut records = self.fault_records();
        let failed = records.find(|(_, record, fault)| {
            let was_tried = record.began_at.is_some() && record.outcome != StepOutcome::NotReached;
            **fault == Fault::Restart && was_tried && record.outcome != StepOutcome::Done
        });
        failed.map(|(_, record, _)| record)
    }

    /// Each fault step of each client; a restart, which is everybody's, once for each that came to it.
    fn fault_records(&self) -> impl Iterator<Item = (ClientNumber, &StepRecord, &Fault)> {
        let everybody = (1..=self.setting.clients).map(ClientNumber);
        let records =
            everybody.flat_map(|client| self.steps_of(client).iter().map(move |it| (client, it)));
        let faults = records.filter_map(|(client, record)| {
            let fault = self.step(record)?.fault()?;
            Some((client, record, fault))
        });
        faults.filter(|(_, record, fault)| **fault != Fault::Restart || self.tells(record))
    }

    /// Whether this is the record by which a restart is told: one that came to it, or the first if nobody did.
    fn tells(&self, record: &StepRecord) -> bool {
        let everybody = (1..=self.setting.clients).map(ClientNumber);
        let mut same = everybody
            .flat_map(|client| self.steps_of(client))
            .filter(|other| other.entry == record.entry);
        let came = same.clone().find(|other| other.began_at.is_some());
        came.or_else(|| same.next())
            .is_some_and(|first| std::ptr::eq(first, record))
    }

    fn seen<'a>(
        &'a self,
        client: ClientNumber,
        record: &'a StepRecord,
        fault: &'a Fault,
    ) -> Result<ObservedFault<'a>, String> {
        let step = &record.step;
        let window = self.window(record);
        let after = window
            .ok_or_else(|| format!("`{step}` was not reached"))?
            .after;
        let told = |connection, seen| ObservedFault {
            fault,
            record,
            client: (*fault != Fault::Restart).then_some(client),
            connection,
            seen,
        };
        let is_done = record.outcome == StepOutcome::Done;
        if record.outcome == StepOutcome::CameTooLate {
            return Err(format!(
                "`{step}` came too late: the whole file had crossed"
            ));
        }
        if fault.must_be_done() && !is_done {
            return Err(format!("`{step}` was not done"));
        }
        if matches!(fault, Fault::Restart | Fault::Stop) {
            let is_recorded = *fault == Fault::Restart || self.was_stopped(client);
            let seen = record.done_frame.map(FrameNumber).filter(|_| is_recorded);
            return seen
                .map(|seen| told(None, seen))
                .ok_or_else(|| format!("`{step}` is not in the program's record"));
        }
        let connections = || {
            let own = self.connections.iter();
            own.filter(move |it| it.client == Some(client))
        };
        let shown = connections()
            .flat_map(|it| frames_that_show(fault, it).map(move |frame| (it.wire.id, frame)))
            .filter(|(_, frame)| *frame > after && self.is_before_stop(*frame));
        let first = shown.min_by_key(|(_, frame)| *frame);
        first
            .map(|(connection, seen)| told(Some(connection), seen))
            .ok_or_else(|| format!("`{step}` was not seen on the wire"))
    }

    fn was_stopped(&self, client: ClientNumber) -> bool {
        self.processes(Role::Client(client.0))
            .flat_map(|process| &process.stop_actions)
            .any(|action| action.signal == SignalSent::Stop && action.is_fault_step)
    }
}

/// The frames by which a connection shows the fault, if it is its client's and they come after the step began.
fn frames_that_show(
    fault: &Fault,
    connection: &ObservedConnection,
) -> impl Iterator<Item = FrameNumber> + use<> {
    let wire = &connection.wire;
    let half = &wire.by_initiator;
    let fin = || half.fin.map(|fin| fin.sent.frame);
    let resets = || half.heeded_resets().map(|reset| reset.sent.frame);
    let frames: Vec<FrameNumber> = match fault {
        Fault::Kill { .. } => fin().into_iter().chain(resets()).collect(),
        Fault::Reset { .. } => resets().collect(),
        Fault::HalfClose => fin().into_iter().collect(),
        Fault::OpenOnly => wire.setup.ack.map(|ack| ack.frame).into_iter().collect(),
        Fault::Flood { .. } => wire.setup.syn.map(|syn| syn.frame).into_iter().collect(),
        Fault::Garbage { .. }
        | Fault::Oversized { .. }
        | Fault::Stall { .. }
        | Fault::Slow { .. } => {
            let pieces = connection.by_initiator.pieces().iter();
            pieces.map(|piece| piece.at.frame).collect()
        }
        Fault::Stop | Fault::Restart => Vec::new(),
    };
    frames.into_iter()
}
