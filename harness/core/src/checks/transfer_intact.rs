//! `transfer-intact`: every file arrived as it was sent, and its bytes crossed the wire.

mod beside;
mod form;
mod likely;
mod misnamed;
mod wire_leg;

use super::catalogue::{Check, Judge, Requirement};
use super::each::{self, Outcome};
use super::service::{self, Standing, standing};
use super::{Cause, Evidence, Finding, Root, Verdict, absence, program};
use crate::diagnosis::Pattern;
use crate::manifest::{FileRecord, Need, Role, StepOutcome, StepRecord, Transfer};
use crate::observation::{InDatagrams, Observation};
use crate::spec::{ClientNumber, Selection, Step};
use wire_leg::WireLeg;

pub(super) const CHECK: Check = Check {
    id: "transfer-intact",
    title: "every file arrives as it was sent",
    requirement: Requirement {
        quote: "TCP provides a reliable, in-order, byte-stream service to applications.",
        source: "RFC 9293 2.2",
    },
    precondition: "a recorded manifest, and a step that transfers a file",
    needs: &[Need::Wire, Need::Programs],
    parameters: &[],
    bind: |_| Ok(Box::new(TransferIntact)),
};

#[derive(Debug)]
struct TransferIntact;

/// What this check says, for those that ask for it and more.
pub(super) fn judge(observation: &Observation, selection: &Selection) -> Verdict {
    TransferIntact.judge(observation, selection)
}

impl Judge for TransferIntact {
    fn expected(&self) -> String {
        "stored = source and received = stored by SHA-256, and at least as many payload bytes that way as the file has".to_owned()
    }

    fn judge(&self, observation: &Observation, selection: &Selection) -> Verdict {
        let Some(clients) = observation.selected_clients(&selection.clients) else {
            let saw = "only a recorded manifest knows the files";
            return Verdict::undecided(Cause::Harness, saw);
        };
        let during = selection.during.as_deref();
        let transfers: Vec<_> = clients
            .iter()
            .flat_map(|&client| transfers(observation, client, during))
            .collect();
        if transfers.is_empty() {
            return Verdict::undecided(Cause::Harness, "no step transfers a file");
        }
        let known = transfers
            .iter()
            .find_map(|&(client, record)| known_damage(observation, client, record));
        let outcomes = transfers
            .iter()
            .map(|&(client, record)| transfer(observation, (client, record), known));
        each::together(outcomes, || passed(observation, &transfers))
    }
}

/// A client's steps that transfer a file.
fn transfers<'a>(
    observation: &'a Observation,
    client: ClientNumber,
    during: Option<&'a str>,
) -> impl Iterator<Item = (ClientNumber, &'a StepRecord)> {
    observation
        .steps_of(client)
        .iter()
        .filter(|record| record.outcome != StepOutcome::Unsupported)
        .filter(move |record| match observation.step(record) {
            // What a raw client reads it does not store.
            Some(Step::Download { .. }) if observation.is_raw(client) => false,
            Some(step @ (Step::Upload { .. } | Step::Download { .. })) => {
                during.is_none_or(|name| step.name() == name)
            }
            Some(Step::Connect | Step::List | Step::Quit | Step::Hold | Step::Fault(_)) | None => {
                false
            }
        })
        .map(move |record| (client, record))
}

fn passed(observation: &Observation, transfers: &[(ClientNumber, &StepRecord)]) -> String {
    let files = transfers
        .iter()
        .filter_map(|&(client, record)| observation.file(client, record.entry));
    let bytes: u64 = files.map(|file| file.size).sum();
    format!(
        "{}, {bytes} bytes, arrived as sent",
        program::count(transfers.len(), "file")
    )
}

/// What a damaged file's size and the wire say of why it is: another's damage need not tell as much.
fn known_damage(
    observation: &Observation,
    client: ClientNumber,
    record: &StepRecord,
) -> Option<Pattern> {
    let file = observation.file(client, record.entry)?;
    let arrived = file.arrived_sha256.as_ref()?;
    (*arrived != file.source_sha256).then(|| likely::pattern(observation, file, record))?
}

/// How one transfer fared; what damaged another file, as far as that is known, may have damaged this one.
fn transfer(
    observation: &Observation,
    (client, record): (ClientNumber, &StepRecord),
    known: Option<Pattern>,
) -> Outcome {
    let Some(file) = observation.file(client, record.entry) else {
        return not_transferred(observation, client, record);
    };
    let is_intact = file.arrived_sha256.as_ref() == Some(&file.source_sha256);
    if !is_intact && let Some(cut_off) = service::cut_off(observation, client, record) {
        return cut_off;
    }
    let name = format!(
        "client {client}'s {} of {}",
        word(file.transfer),
        program::quoted(&file.name)
    );
    let finding = |what: String, shows: &str| {
        Finding::from(format!("{name}: {what}")).with(Evidence::File {
            name: file.name.clone(),
            what: shows.to_owned(),
        })
    };
    match &file.arrived_sha256 {
        None => not_arrived(observation, client, record, file),
        Some(arrived) if *arrived != file.source_sha256 => {
            let shows = format!("sent {}, arrived {arrived}", file.source_sha256);
            Outcome::Violated(
                finding(differs(file), &shows).usually(
                    likely::pattern(observation, file, record)
                        .or(known)
                        .unwrap_or(Pattern::FileDiffers)
                        .usually(),
                ),
            )
        }
        Some(sha256) => match wire_leg::look(observation, file, record) {
            WireLeg::Crossed { how, evidence } => Outcome::Holds(
                finding(how.clone(), &format!("SHA-256 {sha256}; {how}")).with_all(evidence),
            ),
            WireLeg::Unknown { cause, what } => {
                Outcome::Unknown(cause, finding(what, &format!("SHA-256 {sha256}")))
            }
            WireLeg::Datagrams(datagrams) => {
                let what = in_datagrams(file, &datagrams);
                let finding = finding(what, &format!("SHA-256 {sha256}")).with(Evidence::Frames {
                    what: "first and last datagram with contents".to_owned(),
                    connection: None,
                    frames: datagrams.frames.to_vec(),
                });
                Outcome::Violated(finding.usually(Pattern::FileNotOnTheWire.usually()))
            }
            WireLeg::Short { bytes } => {
                let what = format!(
                    "the file did not cross the wire: {bytes} payload bytes that way during the step, it has {}",
                    file.size
                );
                let finding = finding(what, &format!("SHA-256 {sha256}"));
                absence::fails(
                    observation,
                    finding.usually(Pattern::FileNotOnTheWire.usually()),
                )
            }
        },
    }
}

fn in_datagrams(file: &FileRecord, datagrams: &InDatagrams) -> String {
    let [first, last] = datagrams.frames;
    format!(
        "the file crossed beside TCP: its contents were not found on client {}'s connections, and {} bytes of them in UDP datagrams \
         (frames {first}–{last})",
        file.client, datagrams.bytes
    )
}

/// A file that never arrived; a length field that was read backwards says why.
fn not_arrived(
    observation: &Observation,
    client: ClientNumber,
    record: &StepRecord,
    file: &FileRecord,
) -> Outcome {
    let outcome = not_transferred(observation, client, record);
    if let Some(found_as) = &file.found_as {
        return outcome.map(|finding| misnamed::told(file, found_as, finding));
    }
    match likely::pattern(observation, file, record) {
        Some(pattern) => outcome.map(|finding| {
            let mut usually = pattern.usually();
            usually.extend(finding.usually.clone());
            finding.usually(usually)
        }),
        None => outcome,
    }
}

fn differs(file: &FileRecord) -> String {
    match file.arrived_size {
        Some(size) if size < file.size => {
            format!("{size} of {} bytes arrived", file.size)
        }
        Some(size) if size > file.size => {
            format!("{size} bytes arrived, {} were sent", file.size)
        }
        Some(_) | None => "as many bytes arrived as were sent, but others".to_owned(),
    }
}

/// A file that never arrived: the program's failure, unless the server may only have been slow.
fn not_transferred(
    observation: &Observation,
    client: ClientNumber,
    record: &StepRecord,
) -> Outcome {
    if let Some(undone) = observation.first_undone(client)
        && undone.entry < record.entry
    {
        let consequence = format!("`{}` was never reached", record.step);
        return service::hindered(observation, client, undone, &consequence);
    }
    let finding = Finding::from(format!(
        "client {client}: nothing arrived by `{}`: {}",
        record.step,
        program::undone(record)
    ))
    .with_all(program::record(observation, Role::Client(client.0)))
    .usually(Pattern::FileMissing.usually());
    match standing(observation, client, record) {
        // The client went on without it; or the server said something else, "go on" perhaps, and then nothing more.
        Standing::Undecided {
            cause: Cause::Program,
            ..
        } if record.outcome == StepOutcome::Done || was_idle_after(observation, client, record) => {
            Outcome::Violated(finding)
        }
        Standing::Undecided { cause, .. } => Outcome::Unknown(cause, finding),
        Standing::Failed {
            kind,
            finding: unserved,
            ..
        } => {
            let finding = finding.usually(service::explained(kind, unserved).usually);
            Outcome::Violated(finding.shows(Root::ClientNotServed))
        }
        Standing::Answered(_) => Outcome::Violated(finding),
    }
}

/// Whether every thread of the server slept when the step's time was over.
fn was_idle_after(observation: &Observation, client: ClientNumber, record: &StepRecord) -> bool {
    let sample = observation.sample_after(client, record.entry);
    let has_timed_out = matches!(record.outcome, StepOutcome::TimedOut { .. });
    has_timed_out && sample.is_some_and(|sample| sample.server_runs == Some(false))
}

fn word(transfer: Transfer) -> &'static str {
    match transfer {
        Transfer::Upload => "upload",
        Transfer::Download => "download",
    }
}
