//! One client, from its first entry to its last.

use std::future::pending;
use std::pin::pin;

use synfin_core::flow::{Connection, Ending};
use synfin_core::manifest::{Role, SampleReason, StepOutcome};
use synfin_core::spec::{ClientNumber, Fault, Step, StepEntry, StepFile, StepScript};
use synfin_core::time::Timestamp;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::deadline::Deadline;
use super::dial::DialTurn;
use super::live::Mark;
use super::one_shot::OneShot;
use super::raw::RawTurn;
use super::stage::{CONNECT_WITHIN, REFUSED_WITHIN, Stage};
use super::step::{LastWord, Request, Unmet};
use super::terminal::Terminal;
use super::watch::{is_established, sample};
use crate::sandbox::SandboxError;

/// Drives one client through all its entries. What it did stands in the stage's records, also when this is dropped.
pub(crate) async fn drive(stage: &Stage, client: ClientNumber) {
    let _finished = Finished { stage, client };
    for (place, entry) in stage.board.entries_of(client) {
        stage.board.reached(client, place);
        stage.board.turn(client, place).await;
        let outcome = Turn {
            stage,
            client,
            place,
            began: stage.began(client, place),
        }
        .take(entry)
        .await;
        let goes_on = matches!(outcome, StepOutcome::Done | StepOutcome::Unsupported)
            && !entry.step.fault().is_some_and(Fault::ends_the_client);
        if !matches!(outcome, StepOutcome::Done | StepOutcome::Unsupported) {
            sample(
                stage,
                SampleReason::Step {
                    client: client.0,
                    entry: place_number(place),
                },
            )
            .await;
        }
        stage.ended(client, place, outcome);
        if !goes_on {
            break;
        }
    }
}

/// However a client's driving ends: no other waits for it any more.
struct Finished<'a> {
    stage: &'a Stage,
    client: ClientNumber,
}

impl Drop for Finished<'_> {
    fn drop(&mut self) {
        self.stage.pass_turn(self.client);
        self.stage.board.finished(self.client);
    }
}

/// An entry's place as the manifest writes it.
pub(crate) fn place_number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// A client at one of its entries.
pub(super) struct Turn<'a> {
    pub(super) stage: &'a Stage,
    pub(super) client: ClientNumber,
    pub(super) place: usize,
    /// When it began, as its record says.
    pub(super) began: Timestamp,
}

impl Turn<'_> {
    async fn take(&self, entry: &StepEntry) -> StepOutcome {
        let (stage, client) = (self.stage, self.client);
        let is_the_servers = entry.step == Step::Fault(Fault::Restart);
        if stage.play.scenario.is_raw(client) && !is_the_servers {
            let taken = RawTurn::begin(self).await.take(&entry.step).await;
            return taken.unwrap_or_else(|outcome| outcome);
        }
        let is_per_step = self.stage.play.commands.client.is_per_step();
        let taken = match &entry.step {
            Step::Connect | Step::Quit if is_per_step => {
                self.one_shot(&entry.step, &StepFile::default()).await
            }
            Step::Connect => self.connect().await,
            Step::Hold => self.hold().await,
            Step::Fault(fault) => self.go_wrong(fault).await,
            Step::Quit => self.quit().await,
            request @ (Step::List | Step::Upload { .. } | Step::Download { .. }) => {
                self.ask_for(request).await
            }
        };
        taken.unwrap_or_else(|outcome| outcome)
    }

    /// Starts the program and lets it connect: the next client's turn comes when its SYN was answered, refused, missed or sent
    /// again, or when it rests without having sent one.
    async fn connect(&self) -> Result<StepOutcome, StepOutcome> {
        let stage = self.stage;
        let turn = DialTurn::take(stage, self.client).await;
        let program = stage.start(Role::Client(self.client.0)).await?;
        let request = self.ask(&program);
        let script = stage.play.target.client.script(Step::Connect.name());
        let mark = Mark::START;
        let is_told = Notify::new();
        let converse = async {
            let last_word = match script {
                Some(script) => request.converse(script, &StepFile::default()).await?,
                None => LastWord::Ours,
            };
            is_told.notify_one();
            Ok::<_, Unmet>(last_word)
        };
        let dial = pin!(async {
            tokio::select! {
                biased;
                dialled = self.handshake(&request) => dialled,
                () = self.rests_undialled(&request, &is_told) => Ok(()),
            }
        });
        let (dialled, last_word) = tokio::join!(turn.taken(dial), converse);
        dialled?;
        match last_word? {
            LastWord::Program => {}
            LastWord::Ours => request.quiet(mark).await?,
        }
        Ok(StepOutcome::Done)
    }

    /// Waits until the client's connection was taken.
    async fn handshake(&self, request: &Request<'_>) -> Result<(), Unmet> {
        match self.answered(request.terminal).await {
            Ok(answered) if answered.ending() == Ending::Refused => self.another_try(request).await,
            answered => answered.map(drop),
        }
    }

    /// Returns when the client has come to rest, told all that `connect` says, without a SYN: it dials when it is asked for
    /// something.
    async fn rests_undialled(&self, request: &Request<'_>, is_told: &Notify) {
        is_told.notified().await;
        request.at_rest().await;
        let has_ended = request.terminal.program.ended().is_some();
        if has_ended || self.has_dialled() {
            pending::<()>().await;
        }
    }

    fn has_dialled(&self) -> bool {
        let wire = self.stage.wire.now();
        wire.connections_of(self.client).next().is_some()
    }

    /// Waits for the client's SYN and its answer.
    async fn answered(&self, program: &Terminal) -> Result<Connection, Unmet> {
        let deadline = Instant::now() + CONNECT_WITHIN;
        let (stage, client) = (self.stage, self.client);
        let answered = stage.wire.until(deadline, |wire| {
            let connection = wire.connection_of(client, stage.listen())?;
            let is_answered =
                connection.setup.syn_ack.is_some() || connection.ending() != Ending::Unanswered;
            is_answered.then(|| connection.clone())
        });
        tokio::select! {
            biased;
            answered = answered => answered.ok_or_else(|| Unmet::Late { waiting_for: self.missing_handshake() }),
            _ = program.program.wait() => stage.connection_after_end(client).await.ok_or(Unmet::Ended),
        }
    }

    /// A refused client tries the next address of a name (`localhost` has two), or ends by itself.
    async fn another_try(&self, request: &Request<'_>) -> Result<(), Unmet> {
        let deadline = Instant::now() + REFUSED_WITHIN;
        let taken = self.stage.wire.until(deadline, |wire| {
            let connection = wire.connection_of(self.client, self.stage.listen())?;
            connection.setup.syn_ack.map(drop)
        });
        let waiting_for = || "the client to end after its SYN was refused".to_owned();
        let taken = request.unless_futile(taken, waiting_for).await?;
        taken.ok_or_else(|| Unmet::Late {
            waiting_for: waiting_for(),
        })
    }

    fn missing_handshake(&self) -> String {
        let wire = self.stage.wire.now();
        match wire.connection_of(self.client, self.stage.listen()) {
            Some(_) => "an answer to the client's SYN".to_owned(),
            None => format!("a SYN to {}", self.stage.listen()),
        }
    }

    async fn one_shot(&self, step: &Step, file: &StepFile) -> Result<StepOutcome, StepOutcome> {
        let Self {
            stage,
            client,
            place,
            began: _,
        } = *self;
        let one_shot = OneShot {
            stage,
            client,
            place,
        };
        one_shot.take(step, file).await
    }

    /// One request and its reply, by the client's program or by a process of its own.
    pub(super) async fn ask_for(&self, request: &Step) -> Result<StepOutcome, StepOutcome> {
        if self.stage.play.commands.client.is_per_step() {
            self.one_shot_request(request).await
        } else {
            self.request(request).await
        }
    }

    /// One request by a process of its own.
    async fn one_shot_request(&self, step: &Step) -> Result<StepOutcome, StepOutcome> {
        let file = self.prepare(step).await?;
        let taken = self.one_shot(step, &file).await;
        let collected = self.stage.collect_download(self.client, self.place).await;
        collected.map_err(|why| self.stage.fault(why))?;
        taken
    }

    /// One request and its reply.
    async fn request(&self, step: &Step) -> Result<StepOutcome, StepOutcome> {
        let program = self.stage.client_program(self.client)?;
        let script = self.script(step)?;
        let file = self.prepare(step).await?;
        let settled = if self.is_connected() {
            self.exchange(&program, script, &file).await
        } else {
            let turn = DialTurn::take(self.stage, self.client).await;
            turn.during(pin!(self.exchange(&program, script, &file)))
                .await
        };
        self.stage
            .collect_download(self.client, self.place)
            .await
            .map_err(|why| self.stage.fault(why))?;
        settled?;
        Ok(StepOutcome::Done)
    }

    /// Types the step's lines and waits for its reply.
    async fn exchange(
        &self,
        program: &Terminal,
        script: &StepScript,
        file: &StepFile,
    ) -> Result<(), Unmet> {
        let request = self.ask(program);
        let last_word = request.converse(script, file).await?;
        request.settle(Mark::at(self.began), last_word).await
    }

    /// Whether the client can ask without dialling: neither side has closed yet. What was closed a moment ago the wire does
    /// not show yet, and the kernel does.
    fn is_connected(&self) -> bool {
        let open: Vec<_> = {
            let wire = self.stage.wire.now();
            let connections = wire.connections_of(self.client);
            connections
                .filter(|connection| connection.ending() == Ending::StillOpen)
                .cloned()
                .collect()
        };
        open.iter().any(|it| is_established(self.stage, it))
    }

    /// Lays out the step's file. A folder that does not take it is as the program left it.
    async fn prepare(&self, step: &Step) -> Result<StepFile, StepOutcome> {
        let prepared = self.stage.prepare(self.client, self.place, step).await;
        prepared.map_err(|error| match error {
            SandboxError::Refused(why) => StepOutcome::Obstructed { why },
            SandboxError::NotStarted(_)
            | SandboxError::Gone
            | SandboxError::Late
            | SandboxError::Unexpected(_)
            | SandboxError::Io(_) => self.stage.fault(error),
        })
    }

    /// Ends the session; done when the program ended or its connection is closed.
    async fn quit(&self) -> Result<StepOutcome, StepOutcome> {
        let program = self.stage.client_program(self.client)?;
        let request = self.ask(&program);
        match request
            .converse(self.script(&Step::Quit)?, &StepFile::default())
            .await
        {
            Ok(_) | Err(Unmet::Ended) => {}
            Err(unmet @ (Unmet::Late { .. } | Unmet::ServerEnded { .. })) => {
                return Err(unmet.into());
            }
        }
        let wire = &self.stage.wire;
        let closed = wire.until_told(|| wire.now().connections_of(self.client).all(is_over));
        let waiting_for = || "the program to end or its connection to close".to_owned();
        match request.met(closed, waiting_for).await {
            Ok(()) | Err(Unmet::Ended) => Ok(StepOutcome::Done),
            Err(unmet @ (Unmet::Late { .. } | Unmet::ServerEnded { .. })) => Err(unmet.into()),
        }
    }

    async fn hold(&self) -> Result<StepOutcome, StepOutcome> {
        self.stage.sample_hold_once(self.place).await;
        Ok(StepOutcome::Done)
    }

    fn ask<'a>(&'a self, terminal: &'a Terminal) -> Request<'a> {
        let deadline = Deadline::after(self.stage.play.target.client.step_within);
        Request {
            stage: self.stage,
            client: self.client,
            terminal,
            deadline,
        }
    }

    fn script(&self, step: &Step) -> Result<&StepScript, StepOutcome> {
        self.stage
            .play
            .target
            .client
            .script(step.name())
            .ok_or(StepOutcome::Unsupported)
    }
}

/// Whether nothing more is to come on the connection.
pub(crate) fn is_over(connection: &Connection) -> bool {
    match connection.ending() {
        Ending::Orderly { .. } | Ending::Reset { .. } | Ending::Refused => true,
        Ending::HalfClosed { .. } | Ending::Unanswered | Ending::StillOpen => false,
    }
}
