//! What each client did, step by step, and in which frames.

use super::{FrameWindow, Observation, ObservedConnection};
use crate::manifest::{StepOutcome, StepRecord};
use crate::pcap::FrameNumber;
use crate::spec::{ClientNumber, Step};

impl Observation {
    /// The records of one client's steps, in order; none for a capture made elsewhere.
    pub fn steps_of(&self, client: ClientNumber) -> &[StepRecord] {
        self.recorded()
            .and_then(|recorded| {
                recorded
                    .client_steps
                    .iter()
                    .find(|steps| steps.client == client.0)
            })
            .map_or(&[], |steps| &steps.steps)
    }

    /// What the step of a record is.
    pub fn step(&self, record: &StepRecord) -> Option<&Step> {
        let entry = usize::try_from(record.entry).ok()?;
        self.setting.steps.get(entry).map(|entry| &entry.step)
    }

    /// A client's steps that ask the server for something, in order; not those that its target has no way to do.
    pub fn requests_of(&self, client: ClientNumber) -> impl Iterator<Item = &StepRecord> {
        self.steps_of(client).iter().filter(|record| {
            self.step(record).is_some_and(Step::is_request)
                && record.outcome != StepOutcome::Unsupported
        })
    }

    /// A client's requests that it holds its connection open after, as the others do; its first of all where the steps hold
    /// nobody.
    pub fn held_requests_of(&self, client: ClientNumber) -> impl Iterator<Item = &StepRecord> {
        let is_hold = |record: &&StepRecord| self.step(record) == Some(&Step::Hold);
        let last_hold = self.steps_of(client).iter().rfind(is_hold);
        let requests = self.requests_of(client);
        let (before, most) = last_hold.map_or((u32::MAX, 1), |hold| (hold.entry, usize::MAX));
        requests
            .take_while(move |record| record.entry < before)
            .take(most)
    }

    /// The frames of a step; `None` if it was not reached.
    pub fn window(&self, record: &StepRecord) -> Option<FrameWindow> {
        Some(FrameWindow {
            after: FrameNumber(record.after_frame?),
            to: record.done_frame.map_or(self.last_frame(), FrameNumber),
        })
    }

    /// Whether a frame came while a client did one of its steps.
    pub(crate) fn is_in_step(&self, client: ClientNumber, frame: FrameNumber) -> bool {
        let steps = self.steps_of(client).iter();
        steps
            .filter_map(|record| self.window(record))
            .any(|window| window.after < frame && frame <= window.to)
    }

    /// The frames of each of a client's steps of this name.
    pub(super) fn windows_of(
        &self,
        client: ClientNumber,
        step: &str,
    ) -> impl Iterator<Item = FrameWindow> {
        self.steps_of(client)
            .iter()
            .filter(move |record| self.step(record).is_some_and(|known| known.name() == step))
            .filter_map(|record| self.window(record))
    }

    /// The first step that a client did not do, though its target says how.
    pub fn first_undone(&self, client: ClientNumber) -> Option<&StepRecord> {
        self.steps_of(client)
            .iter()
            .find(|it| !matches!(it.outcome, StepOutcome::Done | StepOutcome::Unsupported))
    }

    /// Whether a client came to rest, dialled nothing but the server, and has no request among its steps: one that dials on
    /// request has no reason to.
    pub fn is_asked_for_nothing(&self, client: ClientNumber) -> bool {
        let is_at_rest = |record: &StepRecord| {
            self.step(record) == Some(&Step::Connect) && record.outcome == StepOutcome::Done
        };
        self.steps_of(client).iter().any(is_at_rest)
            && self.requests_of(client).next().is_none()
            && self.dialled_elsewhere(client).is_none()
    }

    /// Whether a client had several connections, each closed by one side before the next began.
    pub fn dials_again_and_again(&self, client: ClientNumber) -> bool {
        let sessions: Vec<_> = self.sessions_of(client).collect();
        let is_over_before = |earlier: &ObservedConnection, later: &ObservedConnection| {
            let end = earlier.first_ending_frame();
            end.is_some_and(|end| end < later.wire.first.frame)
        };
        sessions.len() > 1
            && sessions
                .windows(2)
                .all(|pair| is_over_before(pair[0], pair[1]))
    }

    /// Whether a client was ever asked to end its session.
    pub fn was_asked_to_quit(&self, client: ClientNumber) -> bool {
        self.steps_of(client)
            .iter()
            .filter(|record| self.step(record) == Some(&Step::Quit))
            .any(|record| record.began_at.is_some() && record.outcome.has_typed())
    }
}
