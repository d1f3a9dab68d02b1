//! What is done to a client program, and what shows that it was.

use std::time::Duration;

use synfin_core::flow::Connection;
use synfin_core::manifest::{Role, SignalSent, StepOutcome, StopAction, Transfer};
use synfin_core::spec::{Fault, Step};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::client::{Turn, is_over};
use super::live::Mark;
use super::stage::FAULT_SEEN_WITHIN;
use super::watch::supervise;
use crate::clock;

/// A file is on its way when so much of it has crossed, bytes; of a smaller file a quarter.
const ON_ITS_WAY_BYTES: u64 = 128 * 1024;

/// How often a program that was signalled is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);

impl Turn<'_> {
    /// Does it to the client, then looks whether the server takes it calmly.
    pub(super) async fn go_wrong(&self, fault: &Fault) -> Result<StepOutcome, StepOutcome> {
        let done = match fault {
            Fault::Kill { during: None } => self.kill().await,
            Fault::Kill {
                during: Some(transfer),
            } => self.kill_during(transfer).await,
            Fault::Stop => self.stop().await,
            Fault::Restart => self.stage.restart_once(self.place).await,
            Fault::OpenOnly
            | Fault::Reset { .. }
            | Fault::HalfClose
            | Fault::Garbage { .. }
            | Fault::Oversized { .. }
            | Fault::Stall { .. }
            | Fault::Slow { .. }
            | Fault::Flood { .. } => return Err(StepOutcome::Unsupported),
        };
        supervise(self.stage, Role::Server).await;
        done
    }

    /// Kills the program and sees on the wire what that did.
    async fn kill(&self) -> Result<StepOutcome, StepOutcome> {
        let (stage, client) = (self.stage, self.client);
        stage.client_program(client)?;
        self.signal(SignalSent::Kill).await;
        let deadline = Instant::now() + FAULT_SEEN_WITHIN;
        let seen = stage.wire.until(deadline, |wire| {
            let gone = |connection: &Connection| {
                connection.by_initiator.fin.is_some()
                    || connection.by_initiator.heeded_resets().next().is_some()
                    || is_over(connection)
            };
            wire.connections_of(client).all(gone).then_some(())
        });
        seen.await.ok_or_else(|| StepOutcome::TimedOut {
            waiting_for: "a FIN or RST of the killed client".to_owned(),
        })?;
        Ok(StepOutcome::Done)
    }

    /// Begins the transfer and kills the program once part of the file has crossed the wire. A file that was faster
    /// than the signal was not met on its way.
    async fn kill_during(&self, transfer: &Step) -> Result<StepOutcome, StepOutcome> {
        let (stage, client) = (self.stage, self.client);
        let (way, size) = stage
            .play
            .transfer(transfer, client)
            .ok_or(StepOutcome::NotReached)?;
        let mark = Mark::at(self.began);
        let crossed = || {
            let carried = stage.wire.now().carried_since(client, mark);
            match way {
                Transfer::Upload => carried.requested,
                Transfer::Download => carried.replied,
            }
        };
        let part = ON_ITS_WAY_BYTES.min(size / 4).max(1);
        let is_on_its_way = stage.wire.until_told(|| crossed() >= part);
        tokio::select! {
            biased;
            () = is_on_its_way => {}
            done = self.ask_for(transfer) => return Err(match done {
                Ok(_) => StepOutcome::CameTooLate,
                Err(outcome) => outcome,
            }),
        }
        let killed = self.kill().await?;
        if crossed() >= size {
            return Err(StepOutcome::CameTooLate);
        }
        Ok(killed)
    }

    /// Stops the program: its kernel goes on acknowledging.
    async fn stop(&self) -> Result<StepOutcome, StepOutcome> {
        let (stage, client) = (self.stage, self.client);
        stage.client_program(client)?;
        self.signal(SignalSent::Stop).await;
        let deadline = Instant::now() + FAULT_SEEN_WITHIN;
        let mut ticks = interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while Instant::now() < deadline {
            ticks.tick().await;
            let stat = stage.sandbox.stat(Role::Client(client.0)).await;
            let stat = stat.map_err(|error| stage.fault(error))?;
            // One that was stopped between vfork(2) and execve(2) keeps its parent in D.
            let is_stopped = |state: char| matches!(state, 'T' | 'D');
            if stat.threads.iter().all(|thread| is_stopped(thread.state)) {
                return Ok(StepOutcome::Done);
            }
        }
        Err(StepOutcome::TimedOut {
            waiting_for: "every thread of the client to be stopped".to_owned(),
        })
    }

    async fn signal(&self, signal: SignalSent) {
        let action = StopAction {
            at: clock::now().as_nanos(),
            signal,
            is_fault_step: true,
        };
        self.stage.stop(Role::Client(self.client.0), action).await;
    }
}
