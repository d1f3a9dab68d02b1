//! A client that is one process for each step: started for it, done when it has ended and the wire is quiet.

use std::sync::Arc;

use synfin_core::manifest::{Exit, Role, StepOutcome};
use synfin_core::spec::{ClientNumber, Step, StepFile};
use tokio::time::Instant;

use super::client::{is_over, place_number};
use super::deadline::Deadline;
use super::dial::DialTurn;
use super::stage::{SETTLE, Stage};
use super::step::{Request, Unmet};
use super::terminal::Terminal;

/// One step of such a client.
pub(super) struct OneShot<'a> {
    pub(super) stage: &'a Stage,
    pub(super) client: ClientNumber,
    pub(super) place: usize,
}

impl OneShot<'_> {
    /// Lets a process do the step. To connect and to quit there is nothing to do, unless the target has a command for it.
    pub(super) async fn take(
        &self,
        step: &Step,
        file: &StepFile,
    ) -> Result<StepOutcome, StepOutcome> {
        let Some(argv) = self.stage.play.commands.client.of_step(step.name()) else {
            return match step {
                Step::Connect => {
                    self.stage.pass_turn(self.client);
                    Ok(StepOutcome::Done)
                }
                Step::Quit => Ok(StepOutcome::Done),
                Step::List
                | Step::Upload { .. }
                | Step::Download { .. }
                | Step::Hold
                | Step::Fault(_) => Err(StepOutcome::Unsupported),
            };
        };
        let values = self.stage.play.values(self.client, Some(file));
        let argv = argv.iter().map(|word| values.fill(word)).collect();
        let deadline = Deadline::after(self.stage.play.target.client.step_within);
        let before = self.connections();
        let program = self.start(argv, deadline).await?;
        self.talk(&program, step, file, deadline).await?;
        let ended = deadline.bounds(self.client, &self.stage.wire, program.program.wait());
        let ended = ended.await.ok_or_else(|| StepOutcome::TimedOut {
            waiting_for: "the program to end".to_owned(),
        })?;
        self.wait_for_quiet().await;
        match ended.map(|ended| ended.exit) {
            Some(Exit::Code { .. }) if self.connections() > before => Ok(StepOutcome::Done),
            Some(Exit::Code { .. } | Exit::Signal { .. }) | None => Err(StepOutcome::ProgramEnded),
        }
    }

    /// Starts the process, and waits until it has connected or ended.
    async fn start(
        &self,
        argv: Vec<String>,
        deadline: Deadline,
    ) -> Result<Arc<Terminal>, StepOutcome> {
        let stage = self.stage;
        let turn = DialTurn::take(stage, self.client).await;
        let role = Role::Client(self.client.0);
        let program = stage
            .start_for(role, argv, Some(place_number(self.place)))
            .await?;
        tokio::select! {
            biased;
            () = turn.connected(deadline.of(self.client, &stage.wire)) => {}
            _ = program.program.wait() => {
                // Its last frames may still be on their way; one that never connected has none.
                turn.connected(Instant::now() + SETTLE).await;
            }
        }
        Ok(program)
    }

    /// Types what the target has for the step, if anything.
    async fn talk(
        &self,
        program: &Terminal,
        step: &Step,
        file: &StepFile,
        deadline: Deadline,
    ) -> Result<(), StepOutcome> {
        let Some(script) = self.stage.play.target.client.script(step.name()) else {
            return Ok(());
        };
        let request = Request {
            stage: self.stage,
            client: self.client,
            terminal: program,
            deadline,
        };
        match request.converse(script, file).await {
            Ok(_) | Err(Unmet::Ended) => Ok(()),
            Err(unmet @ (Unmet::Late { .. } | Unmet::ServerEnded { .. })) => Err(unmet.into()),
        }
    }

    /// Waits until the client's connections are over, or nothing has come for long enough.
    async fn wait_for_quiet(&self) {
        let wire = &self.stage.wire;
        let quiet = self.stage.play.target.client.quiet;
        loop {
            let last = wire.now().last_segment_of(self.client);
            let due = last.unwrap_or_else(Instant::now).max(Instant::now()) + quiet;
            let news = wire.until(due, |wire| {
                let is_over = wire.connections_of(self.client).all(is_over);
                let is_news = wire.last_segment_of(self.client) != last;
                (is_over || is_news).then_some(is_over)
            });
            match news.await {
                Some(false) => {}
                Some(true) | None => return,
            }
        }
    }

    fn connections(&self) -> usize {
        self.stage.wire.now().connections_of(self.client).count()
    }
}
