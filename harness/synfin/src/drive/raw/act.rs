//! What a raw client does, entry by entry. Each fault is done only when the wire has shown it.

use std::io;

use synfin_core::content::file_bytes;
use synfin_core::flow::{Connection, Ending, HalfConnection};
use synfin_core::manifest::{Role, StepOutcome, Transfer};
use synfin_core::spec::{ClientNumber, Fault, Step};
use tokio::sync::MutexGuard;
use tokio::time::{Instant, timeout_at};

use super::line::{Dialling, Line};
use super::{RawAddress, RawClient};
use crate::drive::client::{Turn, is_over};
use crate::drive::live::{Exchange, Mark, WireState};
use crate::drive::stage::{CONNECT_WITHIN, FAULT_SEEN_WITHIN, Stage};
use crate::drive::step::PATIENCE;
use crate::drive::watch::supervise;

/// A raw client at one of its entries.
pub(in crate::drive) struct RawTurn<'a> {
    stage: &'a Stage,
    client: ClientNumber,
    place: usize,
    me: MutexGuard<'a, RawClient>,
    /// Where it begins on the wire.
    mark: Mark,
    deadline: Instant,
}

impl<'a> RawTurn<'a> {
    /// The client's turn; it holds its connections for itself until then.
    pub(in crate::drive) async fn begin(turn: &Turn<'a>) -> Self {
        let Turn {
            stage,
            client,
            place,
            began,
        } = *turn;
        Self {
            stage,
            client,
            place,
            me: stage.raw_client(client).lock().await,
            mark: Mark::at(began),
            deadline: Instant::now() + stage.play.target.client.step_within,
        }
    }

    /// Does what the entry asks for.
    pub(in crate::drive) async fn take(mut self, step: &Step) -> Result<StepOutcome, StepOutcome> {
        match step {
            Step::Connect => self.connect().await,
            Step::Hold => {
                self.stage.sample_hold_once(self.place).await;
                Ok(StepOutcome::Done)
            }
            Step::Quit => self.quit().await,
            Step::List | Step::Upload { .. } | Step::Download { .. } => self.request(step).await,
            Step::Fault(fault) => {
                let done = self.go_wrong(fault).await;
                supervise(self.stage, Role::Server).await;
                done
            }
        }
    }

    async fn go_wrong(&mut self, fault: &Fault) -> Result<StepOutcome, StepOutcome> {
        match fault {
            Fault::OpenOnly => {
                let line = self.dial().await;
                self.stage.pass_turn(self.client);
                self.me.line = Some(line?);
                Ok(StepOutcome::Done)
            }
            Fault::Reset { during: None } => self.reset().await,
            Fault::Reset {
                during: Some(transfer),
            } => self.reset_during(transfer).await,
            Fault::HalfClose => self.half_close().await,
            Fault::Garbage { size } => {
                let name = format!("garbage of {} at {}", self.client, self.place);
                let size = usize::try_from(size.0).unwrap_or(usize::MAX);
                let bytes = file_bytes(self.stage.play.seed, &name, size);
                self.pour(&bytes).await
            }
            Fault::Oversized { size } => {
                let size = usize::try_from(size.0).unwrap_or(usize::MAX);
                self.pour(&vec![b'A'; size]).await
            }
            Fault::Stall { request } => self.stall(request).await,
            Fault::Slow { request } => self.slow(request).await,
            Fault::Flood { connections } => self.flood(*connections).await,
            Fault::Kill { .. } | Fault::Stop | Fault::Restart => Err(StepOutcome::Unsupported),
        }
    }

    /// Connects, and says what the target says first.
    async fn connect(&mut self) -> Result<StepOutcome, StepOutcome> {
        let line = self.dial().await;
        self.stage.pass_turn(self.client);
        self.me.line = Some(line?);
        let mark = Mark::START;
        if let Some(greeting) = self.stage.play.target.raw.message(Step::Connect.name()) {
            let bytes = greeting.fill("", 0, &[]);
            self.send(&bytes).await?;
            return self.answered(mark).await;
        }
        self.quiet(mark).await
    }

    /// Opens a connection and sees its handshake on the wire.
    async fn dial(&self) -> Result<Line, StepOutcome> {
        let stage = self.stage;
        let reading = stage.reading_of(self.client);
        let socket = stage.sandbox.tcp_socket(stage.listen()).await;
        let socket = socket.map_err(|error| stage.fault(error))?;
        let dialling = Dialling::new(socket, stage.listen(), reading);
        let dialling = dialling.map_err(|error| stage.fault(error))?;
        let address = dialling.local;
        stage.expect_raw(RawAddress {
            address,
            role: Role::Client(self.client.0),
        });
        let deadline = Instant::now() + CONNECT_WITHIN;
        let connecting = dialling.connect(stage.listen(), &self.me.log);
        let connected = timeout_at(deadline, connecting).await;
        let seen = self.seen(deadline, |one| {
            one.initiator == address && (one.setup.ack.is_some() || one.ending() == Ending::Refused)
        });
        match connected {
            Ok(Ok(line)) => {
                seen.await
                    .ok_or_else(|| late("the handshake on the wire"))?;
                Ok(line)
            }
            Ok(Err(_)) => Err(StepOutcome::Disconnected),
            Err(_) => Err(late("an answer to the client's SYN")),
        }
    }

    /// One request and its reply.
    async fn request(&mut self, step: &Step) -> Result<StepOutcome, StepOutcome> {
        let bytes = self.message(step)?;
        self.send(&bytes).await?;
        self.answered(self.mark).await
    }

    /// Says what the target says last, and closes; done when the server has closed too.
    async fn quit(&mut self) -> Result<StepOutcome, StepOutcome> {
        let bytes = self.message(&Step::Quit)?;
        self.send(&bytes).await?;
        match self.answered(self.mark).await {
            Ok(_) | Err(StepOutcome::Disconnected) => {}
            Err(outcome) => return Err(outcome),
        }
        // A connection that the server has reset cannot be shut down any more: it is over.
        let _ = self.line()?.finish();
        let closed = self.stage.wire.until(self.deadline, |wire| {
            wire.connections_of(self.client).all(is_over).then_some(())
        });
        closed.await.ok_or_else(|| late("the server to close"))?;
        Ok(StepOutcome::Done)
    }

    async fn reset(&mut self) -> Result<StepOutcome, StepOutcome> {
        let line = self.me.line.take().ok_or(StepOutcome::NotReached)?;
        line.reset()
            .await
            .map_err(|error| self.stage.fault(error))?;
        let sent = |one: &Connection| one.by_initiator.heeded_resets().next().is_some();
        self.shown(sent, "the client's RST").await
    }

    /// Resets the connection when half of the upload was acknowledged, or the first bytes of the download have come.
    async fn reset_during(&mut self, transfer: &Step) -> Result<StepOutcome, StepOutcome> {
        let (way, size) = self
            .stage
            .play
            .transfer(transfer, self.client)
            .unwrap_or((Transfer::Upload, 0));
        let bytes = self.message(transfer)?;
        let before = self.requested();
        let sent = match way {
            Transfer::Upload => &bytes[..bytes.len().div_ceil(2)],
            Transfer::Download => &bytes[..],
        };
        self.send(sent).await?;
        let whole = before + sent.len() as u64;
        let (client, mark) = (self.client, self.mark);
        let came = |wire: &WireState| wire.carried_since(client, mark).replied;
        let is_on_its_way = self.stage.wire.until(self.deadline, |wire| {
            let has_begun = match way {
                Transfer::Upload => acknowledged(wire, self.client) >= whole,
                Transfer::Download => came(wire) > 0,
            };
            has_begun.then_some(())
        });
        is_on_its_way
            .await
            .ok_or_else(|| late("the file to be on its way"))?;
        let reset = self.reset().await?;
        let came = came(&self.stage.wire.now());
        if way == Transfer::Download && came >= size {
            return Err(StepOutcome::CameTooLate);
        }
        Ok(reset)
    }

    /// Asks for something and never reads: done when the server has the request and the wire is quiet, its window shut or
    /// the reply in the kernel's buffer.
    async fn stall(&mut self, request: &Step) -> Result<StepOutcome, StepOutcome> {
        let bytes = self.message(request)?;
        self.pour(&bytes).await?;
        self.quiet(self.mark).await
    }

    /// Asks one byte a segment, each when the last was acknowledged.
    async fn slow(&mut self, request: &Step) -> Result<StepOutcome, StepOutcome> {
        let bytes = self.message(request)?;
        let before = self.requested();
        for (count, byte) in (1..).zip(&bytes) {
            self.send(std::slice::from_ref(byte)).await?;
            let taken = self.stage.wire.until(self.deadline, |wire| {
                (acknowledged(wire, self.client) >= before + count).then_some(())
            });
            taken
                .await
                .ok_or_else(|| late("an acknowledgment of each byte"))?;
        }
        self.answered(self.mark).await
    }

    /// Opens further connections, until there are enough or the server takes no more.
    async fn flood(&mut self, connections: u32) -> Result<StepOutcome, StepOutcome> {
        for _ in 0..connections {
            match self.dial().await {
                Ok(line) => self.me.held.push(line),
                Err(StepOutcome::NotReached) => return Err(StepOutcome::NotReached),
                // An unanswered or refused SYN is on the wire: more would be no other flood.
                Err(_) => break,
            }
        }
        Ok(StepOutcome::Done)
    }

    async fn half_close(&mut self) -> Result<StepOutcome, StepOutcome> {
        // What the server has reset already cannot be closed: then the FIN is missing on the wire.
        let _ = self.line()?.finish();
        let sent = |one: &Connection| one.by_initiator.fin.is_some();
        self.shown(sent, "the client's FIN").await
    }

    /// Sends bytes that nobody asked for, until the server has them all or wants no more.
    async fn pour(&mut self, bytes: &[u8]) -> Result<StepOutcome, StepOutcome> {
        let before = self.requested();
        let sent = self.send(bytes).await;
        let whole = before + bytes.len() as u64;
        let seen = self.stage.wire.until(self.deadline, |wire| {
            let has_crossed = wire.carried(self.client).requested > before;
            let taken = acknowledged(wire, self.client);
            let has_left = wire.connections_of(self.client).any(server_has_left);
            (has_crossed && (taken >= whole || has_left)).then_some(())
        });
        match (seen.await, sent) {
            (Some(()), _) => Ok(StepOutcome::Done),
            (None, Err(outcome)) => Err(outcome),
            (None, Ok(())) => Err(late("the server to take all bytes")),
        }
    }

    /// The bytes of a request, whose file is made for it.
    fn message(&self, step: &Step) -> Result<Vec<u8>, StepOutcome> {
        let message = self.stage.play.target.raw.message(step.name());
        let message = message.ok_or(StepOutcome::Unsupported)?;
        let file = self.stage.raw_file(self.client, self.place, step);
        let file = file.unwrap_or_default();
        Ok(message.fill(&file.name, file.size, &file.content))
    }

    async fn send(&self, bytes: &[u8]) -> Result<(), StepOutcome> {
        let sent = timeout_at(self.deadline, self.line()?.send(bytes)).await;
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.broken(&error)),
            Err(_) => Err(late("the server to take the bytes")),
        }
    }

    /// What it has sent so far on all its connections, as the wire has shown it.
    fn requested(&self) -> u64 {
        self.stage.wire.now().carried(self.client).requested
    }

    fn line(&self) -> Result<&Line, StepOutcome> {
        self.me.line.as_ref().ok_or(StepOutcome::NotReached)
    }

    /// What an error of the connection means: the server's doing, or ours.
    fn broken(&self, error: &io::Error) -> StepOutcome {
        match error.kind() {
            io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::NotConnected => StepOutcome::Disconnected,
            _ => self.stage.fault(error),
        }
    }

    /// Waits for a reply to what was sent since the mark, and for its end.
    async fn answered(&self, mark: Mark) -> Result<StepOutcome, StepOutcome> {
        let replied = self.stage.wire.until(self.deadline, |wire| {
            let is_answered = wire.exchange(self.client, mark) >= Exchange::ClientSpokeLast;
            let has_left = wire.connections_of(self.client).all(server_has_left);
            (is_answered || has_left).then_some(is_answered)
        });
        match replied.await {
            Some(true) => self.quiet(mark).await,
            Some(false) => Err(StepOutcome::Disconnected),
            None => Err(late("a reply, and all bytes acknowledged")),
        }
    }

    /// Waits until the wire has been quiet for long enough, as after a program's step, or the server has left.
    async fn quiet(&self, mark: Mark) -> Result<StepOutcome, StepOutcome> {
        let wire = &self.stage.wire;
        loop {
            let (last, due) = {
                let now = wire.now();
                let patience = match now.exchange(self.client, mark) {
                    Exchange::ClientSpokeLast => PATIENCE,
                    Exchange::Silent | Exchange::Open | Exchange::Answered => 1,
                };
                let last = now.last_segment_of(self.client);
                let quiet = self.stage.play.target.client.quiet * patience;
                (last, last.unwrap_or_else(Instant::now) + quiet)
            };
            if due > self.deadline {
                return Err(late("quiet on the wire"));
            }
            let news = wire.until(due, |wire| {
                (wire.last_segment_of(self.client) != last).then_some(())
            });
            if news.await.is_none() {
                return Ok(StepOutcome::Done);
            }
        }
    }

    /// Waits until one of the client's connections shows it.
    async fn shown(
        &self,
        shows: impl Fn(&Connection) -> bool,
        waiting_for: &str,
    ) -> Result<StepOutcome, StepOutcome> {
        let deadline = Instant::now() + FAULT_SEEN_WITHIN;
        let seen = self.seen(deadline, shows).await;
        seen.ok_or_else(|| late(waiting_for))?;
        Ok(StepOutcome::Done)
    }

    async fn seen(&self, deadline: Instant, shows: impl Fn(&Connection) -> bool) -> Option<()> {
        let any = |wire: &WireState| wire.connections_of(self.client).any(&shows).then_some(());
        self.stage.wire.until(deadline, any).await
    }
}

/// How much of what the client has sent was acknowledged, bytes.
fn acknowledged(wire: &WireState, client: ClientNumber) -> u64 {
    let connections = wire.connections_of(client);
    connections.map(|one| one.by_initiator.acknowledged).sum()
}

fn server_has_left(connection: &Connection) -> bool {
    let half: &HalfConnection = &connection.by_responder;
    half.fin.is_some() || half.heeded_resets().next().is_some()
}

fn late(waiting_for: &str) -> StepOutcome {
    StepOutcome::TimedOut {
        waiting_for: waiting_for.to_owned(),
    }
}
