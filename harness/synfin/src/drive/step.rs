//! One request of one client: its lines typed, and its end recognised on wire and terminal.

use std::time::Duration;

use synfin_core::flow::Connection;
use synfin_core::manifest::{PROMPT, StepOutcome};
use synfin_core::spec::{self, ClientNumber, StepFile, StepScript};
use tokio::time::Instant;

use super::client::is_over;
use super::deadline::Deadline;
use super::live::{Exchange, Mark};
use super::stage::Stage;
use super::terminal::{NotRead, Terminal};
use super::watch::all_asleep;

/// A client that spoke last may still wait for a reply: so many times `quiet` must pass before it is taken to be done.
pub(super) const PATIENCE: u32 = 10;

/// How long after threads were seen running they are looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// A program that does not read its input for so long will not read it at all.
const INPUT_WITHIN: Duration = Duration::from_secs(5);

/// One step of one client, under way.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    /// Where it takes place.
    pub(crate) stage: &'a Stage,
    /// Whose it is.
    pub(crate) client: ClientNumber,
    /// The client's program.
    pub(crate) terminal: &'a Terminal,
    /// When it must be done.
    pub(crate) deadline: Deadline,
}

/// What came last when a step's lines had been typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LastWord {
    /// The program's: its output matched an `expect` without a line, so that it wants input again.
    Program,
    /// Ours: a line was typed, or there was nothing to say.
    Ours,
}

/// Why a wait ended without what was waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unmet {
    /// The deadline passed.
    Late {
        /// What was still missing.
        waiting_for: String,
    },
    /// The server ended, and the client waits without doing anything more.
    ServerEnded {
        /// What was still missing.
        waiting_for: String,
    },
    /// The program ended.
    Ended,
}

impl From<Unmet> for StepOutcome {
    fn from(unmet: Unmet) -> Self {
        match unmet {
            Unmet::Late { waiting_for } => Self::TimedOut { waiting_for },
            Unmet::ServerEnded { waiting_for } => Self::ServerEnded { waiting_for },
            Unmet::Ended => Self::ProgramEnded,
        }
    }
}

impl Request<'_> {
    /// Types the step's lines, each after its `expect`, and tells whose word was the last.
    pub(crate) async fn converse(
        &self,
        script: &StepScript,
        file: &StepFile,
    ) -> Result<LastWord, Unmet> {
        let mut last = LastWord::Ours;
        let mut awaited = PROMPT;
        for exchange in &script.exchanges {
            last = self.exchange(exchange, file, awaited).await?;
            if last == LastWord::Ours {
                awaited = "its output to match";
            }
        }
        Ok(last)
    }

    /// One wait for the program, for what is called `awaited`, and one line if there is one.
    async fn exchange(
        &self,
        exchange: &spec::Exchange,
        file: &StepFile,
        awaited: &str,
    ) -> Result<LastWord, Unmet> {
        if let Some(expect) = &exchange.expect {
            let waiting_for = || format!("{awaited} {:?}", expect.as_str());
            let patience = self.stage.play.target.client.quiet * PATIENCE;
            self.met(self.terminal.expect(expect, patience), waiting_for)
                .await?;
        }
        let Some(line) = &exchange.send else {
            return Ok(LastWord::Program);
        };
        let values = self.stage.play.values(self.client, Some(file));
        let line = values.fill(line);
        let waiting_for = || "the program to take its input".to_owned();
        let typed = self.terminal.send_line(&line, INPUT_WITHIN);
        self.met(typed, waiting_for)
            .await?
            .map_err(|NotRead| Unmet::Late {
                waiting_for: waiting_for(),
            })?;
        Ok(LastWord::Ours)
    }

    /// Waits until the exchange that began at `mark` is over on the wire and the program wants input again.
    pub(crate) async fn settle(&self, mark: Mark, last: LastWord) -> Result<(), Unmet> {
        self.reach(mark, Exchange::ClientSpokeLast).await?;
        match last {
            LastWord::Program => Ok(()),
            LastWord::Ours => self.quiet(mark).await,
        }
    }

    /// Waits until the exchange has come as far as `far` on the wire.
    async fn reach(&self, mark: Mark, far: Exchange) -> Result<(), Unmet> {
        let wire = &self.stage.wire;
        let reached = wire.until_told(|| wire.now().exchange(self.client, mark) >= far);
        let waiting_for = || match wire.now().exchange(self.client, mark) {
            Exchange::Silent => "a request on the wire".to_owned(),
            Exchange::Open | Exchange::ClientSpokeLast | Exchange::Answered => {
                "a reply, and all bytes acknowledged".to_owned()
            }
        };
        self.met(reached, waiting_for).await
    }

    /// Waits until wire and terminal have been quiet for long enough, with every thread of the program asleep.
    pub(crate) async fn quiet(&self, mark: Mark) -> Result<(), Unmet> {
        let mut last_output = Instant::now();
        let mut due = self.due(mark, last_output);
        while due <= self.deadline.of(self.client, &self.stage.wire) {
            let silence = self.terminal.silent_until(due);
            if let Err(printed) = self.unless_ended(silence).await? {
                last_output = printed;
            }
            due = self.due(mark, last_output);
            if due <= Instant::now() {
                if all_asleep(self.stage, self.client).await {
                    return Ok(());
                }
                due = Instant::now() + LOOK_AGAIN;
            }
        }
        Err(Unmet::Late {
            waiting_for: "quiet on wire and terminal, every thread asleep".to_owned(),
        })
    }

    /// When the quiet will have lasted long enough if nothing happens until then: the one clock wait, from the last event.
    fn due(&self, mark: Mark, last_output: Instant) -> Instant {
        let wire = self.stage.wire.now();
        let patience = if wire.exchange(self.client, mark) == Exchange::ClientSpokeLast {
            PATIENCE
        } else {
            1
        };
        let last = wire
            .last_segment_of(self.client)
            .map_or(last_output, |segment| segment.max(last_output));
        last + self.stage.play.target.client.quiet * patience
    }

    /// What `wanted` gives before the deadline and before the program ends.
    pub(super) async fn met<T>(
        &self,
        wanted: impl Future<Output = T>,
        waiting_for: impl Fn() -> String,
    ) -> Result<T, Unmet> {
        let within = self.deadline.bounds(self.client, &self.stage.wire, wanted);
        let value = self.unless_futile(within, &waiting_for).await?;
        value.ok_or_else(|| Unmet::Late {
            waiting_for: waiting_for(),
        })
    }

    /// What `wanted` gives, unless the program ends first or nothing can come any more.
    pub(super) async fn unless_futile<T>(
        &self,
        wanted: impl Future<Output = T>,
        waiting_for: impl Fn() -> String,
    ) -> Result<T, Unmet> {
        tokio::select! {
            biased;
            value = self.unless_ended(wanted) => value,
            () = self.abandoned() => Err(Unmet::ServerEnded { waiting_for: waiting_for() }),
        }
    }

    /// Returns when nothing can come any more: the server has ended, on the wire too, and the client has been at rest since.
    async fn abandoned(&self) {
        self.stage.server_gone().await;
        let wire = &self.stage.wire;
        let has_left = |one: &Connection| is_over(one) || one.by_responder.fin.is_some();
        wire.until_told(|| wire.now().connections_of(self.client).all(has_left))
            .await;
        self.at_rest().await;
    }

    /// Returns when wire and terminal have been quiet for as long as a client that spoke last is waited for, every thread of
    /// the program asleep then.
    pub(super) async fn at_rest(&self) {
        let wire = &self.stage.wire;
        let quiet = self.stage.play.target.client.quiet * PATIENCE;
        let mut last_sign = Instant::now();
        loop {
            let segment = wire.now().last_segment_of(self.client);
            let due = segment.map_or(last_sign, |at| at.max(last_sign)) + quiet;
            if let Err(printed) = self.terminal.silent_until(due).await {
                last_sign = printed;
            } else if all_asleep(self.stage, self.client).await {
                return;
            } else {
                last_sign = Instant::now();
            }
        }
    }

    /// What `wanted` gives, unless the program ends first.
    async fn unless_ended<T>(&self, wanted: impl Future<Output = T>) -> Result<T, Unmet> {
        tokio::select! {
            biased;
            value = wanted => Ok(value),
            _ = self.terminal.program.wait() => Err(Unmet::Ended),
        }
    }
}
