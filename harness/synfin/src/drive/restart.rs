//! The server ended and started again, in the middle of a scenario.

use std::time::Duration;

use synfin_core::manifest::{Role, SampleReason, SignalSent, StepOutcome, StopAction};
use tokio::time::{Instant, timeout_at};

use super::client::place_number;
use super::listening::{self, Listening};
use super::stage::Stage;
use super::watch::sample;
use crate::clock;

/// How long the server may take to end after SIGTERM.
pub(crate) const SERVER_GRACE: Duration = Duration::from_secs(5);

/// How long the kernel may take to end what was killed.
pub(crate) const KILL_GRACE: Duration = Duration::from_secs(10);

impl Stage {
    /// Restarts the server when the first client comes to the entry; the others wait for it.
    pub(super) async fn restart_once(&self, place: usize) -> Result<StepOutcome, StepOutcome> {
        let mut restarts = self.restarts.lock().await;
        if let Some(done) = restarts.get(&place) {
            return done.clone();
        }
        let done = self.restart(place).await;
        restarts.insert(place, done.clone());
        done
    }

    async fn restart(&self, place: usize) -> Result<StepOutcome, StepOutcome> {
        self.end_server().await?;
        let entry = place_number(place);
        sample(self, SampleReason::Restart { entry }).await;
        let listening = listening::start(self).await;
        sample(self, SampleReason::Listen).await;
        match listening {
            Listening::AsAsked => Ok(StepOutcome::Done),
            Listening::Dead => Err(StepOutcome::ProgramEnded),
            Listening::Elsewhere | Listening::Late => Err(StepOutcome::TimedOut {
                waiting_for: "the server to listen again".to_owned(),
            }),
        }
    }

    /// SIGTERM, then SIGKILL if that does not help.
    async fn end_server(&self) -> Result<(), StepOutcome> {
        let server = self.log().programs.get(&Role::Server).cloned();
        let server = server.ok_or(StepOutcome::NotReached)?;
        let ways = [
            (SignalSent::Term, SERVER_GRACE),
            (SignalSent::Kill, KILL_GRACE),
        ];
        for (signal, grace) in ways {
            if server.program.is_role_gone() {
                break;
            }
            let action = StopAction {
                at: clock::now().as_nanos(),
                signal,
                is_fault_step: true,
            };
            self.stop(Role::Server, action).await;
            // One that does not end is killed next, which is evidence.
            let _ = timeout_at(
                Instant::now() + grace,
                server.program.wait_until_role_gone(),
            )
            .await;
        }
        if server.program.is_role_gone() {
            return Ok(());
        }
        Err(self.fault("end the server: it outlived SIGKILL"))
    }
}
