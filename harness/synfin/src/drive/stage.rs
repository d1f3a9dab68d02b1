//! What all clients of a recording share: its scenario, wire and programs, and the record of what happened.

use std::collections::{BTreeMap, BTreeSet};
use std::future::pending;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use synfin_core::flow::Connection;
use synfin_core::manifest::{
    Attribution, ClientSteps, FileRecord, PastServer, Role, SampleReason, SignalSent, SocketSample,
    StepOutcome, StepRecord, StopAction, Supervision,
};
use synfin_core::spec::{ClientNumber, Stdin, StepEntry, environment_at};
use synfin_core::time::Timestamp;
use tokio::time::Instant;

use super::board::Board;
use super::client::place_number;
use super::live::LiveWire;
use super::play::Play;
use super::raw::{RawAddress, RawClient};
use super::terminal::Terminal;
use super::watch::sample;
use crate::clock;
use crate::launch::{Launch, LaunchError, Program};
use crate::sandbox::{Sandbox, SandboxError, Scope, Signal, SocketTable, Spawn};

/// A client's handshake may take so long: a server with a small backlog answers a SYN only when it is sent again, after
/// 1, 3 and 7 seconds on older kernels.
pub(crate) const CONNECT_WITHIN: Duration = Duration::from_secs(8);

/// A client whose SYN was refused should have ended by then.
pub(crate) const REFUSED_WITHIN: Duration = Duration::from_secs(5);

/// A killed client's FIN or RST leaves at once; on a busy machine not quite.
pub(crate) const FAULT_SEEN_WITHIN: Duration = Duration::from_secs(5);

/// The frames of a program that has ended reach the flow table within this time: the ring hands over every millisecond.
pub(super) const SETTLE: Duration = Duration::from_secs(1);

/// A program that has been replaced by a later one of its role.
#[derive(Debug)]
pub(crate) struct Earlier {
    /// Its part.
    pub(crate) role: Role,
    /// The program.
    pub(crate) terminal: Arc<Terminal>,
    /// What was done to end it.
    pub(crate) stop_actions: Vec<StopAction>,
    /// What its threads did.
    pub(crate) supervision: Vec<Supervision>,
}

/// A recording under way, as its clients see it.
#[derive(Debug)]
pub(crate) struct Stage {
    /// What is recorded.
    pub(crate) play: Play,
    /// Who has done what.
    pub(crate) board: Board,
    /// The wire.
    pub(crate) wire: LiveWire,
    /// The namespaces in which it all happens.
    pub(crate) sandbox: Sandbox,
    /// The kernel's table of their sockets.
    sockets: Mutex<SocketTable>,
    log: Mutex<Log>,
    /// The raw clients, in order; each is held by whoever acts for it.
    pub(super) raw: Vec<tokio::sync::Mutex<RawClient>>,
    /// How each restart of the server went, by its place among the entries.
    pub(super) restarts: tokio::sync::Mutex<BTreeMap<usize, Restarted>>,
    /// Addresses from which raw clients connect, until their connections are seen.
    pub(super) dialled: Mutex<Vec<RawAddress>>,
    /// Held while a process for one step connects: one after the other does.
    pub(super) dialling: tokio::sync::Mutex<()>,
}

/// How a restart went.
type Restarted = Result<StepOutcome, StepOutcome>;

/// What has happened so far.
#[derive(Debug, Default)]
pub(crate) struct Log {
    /// When the server was first seen in LISTEN.
    pub(crate) listening_at: Option<Timestamp>,
    /// When the first stop action came.
    pub(crate) stopped_at: Option<Timestamp>,
    pub(crate) steps: Vec<ClientSteps>,
    pub(crate) attributions: Vec<Attribution>,
    /// Connections of which clients held both ends.
    pub(crate) past_server: Vec<PastServer>,
    pub(crate) samples: Vec<SocketSample>,
    pub(crate) files: Vec<FileRecord>,
    pub(crate) programs: BTreeMap<Role, Arc<Terminal>>,
    /// Programs that came before those, in the order in which they were replaced.
    pub(crate) earlier: Vec<Earlier>,
    pub(crate) stop_actions: BTreeMap<Role, Vec<StopAction>>,
    pub(crate) supervision: BTreeMap<Role, Vec<Supervision>>,
    /// Roles that could not be started, and why.
    pub(crate) start_errors: BTreeMap<Role, String>,
    /// What the harness could not do, the first time.
    pub(crate) fault: Option<String>,
    /// The client whose turn it is to connect.
    pub(crate) expected: Option<ClientNumber>,
    holds_sampled: BTreeSet<usize>,
}

impl Stage {
    /// A stage on which nothing has happened yet.
    pub(crate) fn new(play: Play, sandbox: Sandbox, sockets: SocketTable) -> Self {
        let board = Board::new(&play.scenario);
        let log = Log {
            steps: blank_steps(&play, &board),
            ..Log::default()
        };
        let wire = LiveWire::new((clock::now(), Instant::now()));
        Self {
            board,
            wire,
            sandbox,
            sockets: Mutex::new(sockets),
            log: Mutex::new(log),
            raw: play
                .scenario
                .raw_clients()
                .map(|_| tokio::sync::Mutex::default())
                .collect(),
            restarts: tokio::sync::Mutex::default(),
            dialled: Mutex::default(),
            dialling: tokio::sync::Mutex::new(()),
            play,
        }
    }

    /// Where the server should listen.
    pub(crate) fn listen(&self) -> SocketAddr {
        self.play.target.server.listen
    }

    /// The programs that were started, ended or not.
    pub(crate) fn running(&self) -> Vec<Arc<Terminal>> {
        self.log().programs.values().cloned().collect()
    }

    /// The kernel's table of the sockets, for a moment.
    pub(crate) fn sockets(&self) -> MutexGuard<'_, SocketTable> {
        self.sockets
            .lock()
            .expect("no holder of the socket table's lock panics")
    }

    /// The log, for a moment.
    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().expect("no holder of the log's lock panics")
    }

    /// The client has begun the entry, at the moment that is given back.
    pub(crate) fn began(&self, client: ClientNumber, place: usize) -> Timestamp {
        let now = clock::now();
        self.record(client, place, |record| {
            record.began_at = Some(now.as_nanos());
        });
        now
    }

    /// The client's entry has ended.
    pub(crate) fn ended(&self, client: ClientNumber, place: usize, outcome: StepOutcome) {
        let now = clock::now().as_nanos();
        self.record(client, place, |record| {
            record.ended_at = Some(now);
            record.outcome = outcome;
        });
    }

    fn record(&self, client: ClientNumber, place: usize, change: impl FnOnce(&mut StepRecord)) {
        let mut log = self.log();
        let steps = log.steps.iter_mut().find(|steps| steps.client == client.0);
        let mut records = steps.into_iter().flat_map(|steps| &mut steps.steps);
        if let Some(record) = records.find(|record| record.entry == place_number(place)) {
            change(record);
        }
    }

    /// The next connection to the server is expected to be this client's.
    pub(crate) fn expect_connection_of(&self, client: ClientNumber) {
        self.log().expected = Some(client);
    }

    /// The client's connection was seen, or given up: the next one may connect. If there is none, a new connection whose
    /// socket is gone before it was looked for can still be nobody else's.
    pub(crate) fn pass_turn(&self, client: ClientNumber) {
        if self.play.scenario.client_count() > 1 {
            let mut log = self.log();
            log.expected = log.expected.filter(|expected| *expected != client);
        }
        self.board.connected(client);
    }

    /// Whose a connection must be that opened at this moment and whose socket was gone before it was looked for: the client
    /// whose turn it is to connect or, if nobody's, the only one that was at one of its steps.
    pub(crate) fn presumed_owner(&self, opened: Timestamp) -> Option<ClientNumber> {
        let log = self.log();
        let mut at_work = log
            .steps
            .iter()
            .filter(|steps| steps.steps.iter().any(|step| is_under_way(step, opened)))
            .map(|steps| ClientNumber(steps.client));
        let only_one = at_work.next().filter(|_| at_work.next().is_none());
        log.expected.or(only_one)
    }

    /// Notes what the harness could not do; the first such thing is what the manifest says.
    pub(crate) fn fault(&self, why: impl std::fmt::Display) -> StepOutcome {
        self.log().fault.get_or_insert_with(|| why.to_string());
        StepOutcome::NotReached
    }

    /// Starts a program in its own copy of the folder.
    pub(crate) async fn start(&self, role: Role) -> Result<Arc<Terminal>, StepOutcome> {
        let argv = match role {
            Role::Server => self.play.commands.server.clone(),
            Role::Client(number) => self.play.client_command(ClientNumber(number)),
        };
        self.start_for(role, argv, None).await
    }

    /// Starts a program by this command line, for one entry alone or for all.
    pub(crate) async fn start_for(
        &self,
        role: Role,
        argv: Vec<String>,
        entry: Option<u32>,
    ) -> Result<Arc<Terminal>, StepOutcome> {
        let target = &self.play.target;
        let (env, stdin) = match role {
            Role::Server => (&target.server.env, Stdin::Pipe),
            Role::Client(_) => (&target.client.env, target.client.stdin),
        };
        let mut spawn = Spawn {
            role,
            argv,
            env: environment_at(env, self.listen()),
        };
        spawn.env.extend(self.play.commands.environment.clone());
        let argv = spawn.argv.clone();
        match Program::start(&self.sandbox, &Launch { spawn, stdin }).await {
            Ok(program) => {
                let terminal = Arc::new(Terminal::new(program, argv, entry));
                let mut log = self.log();
                if let Some(terminal) = log.programs.insert(role, Arc::clone(&terminal)) {
                    let earlier = Earlier {
                        role,
                        terminal,
                        stop_actions: log.stop_actions.remove(&role).unwrap_or_default(),
                        supervision: log.supervision.remove(&role).unwrap_or_default(),
                    };
                    log.earlier.push(earlier);
                }
                Ok(terminal)
            }
            Err(LaunchError::Sandbox(SandboxError::NotStarted(why))) => {
                self.log().start_errors.insert(role, why);
                Err(StepOutcome::ProgramEnded)
            }
            Err(error) => Err(self.fault(error)),
        }
    }

    /// Ends a program, and notes it.
    pub(crate) async fn stop(&self, role: Role, action: StopAction) {
        self.log()
            .stop_actions
            .entry(role)
            .or_default()
            .push(action);
        let Some(terminal) = self.log().programs.get(&role).cloned() else {
            return;
        };
        terminal.note_stop();
        let signalled = match action.signal {
            SignalSent::EndOfInput => {
                terminal.program.end_input().await;
                return;
            }
            SignalSent::Term => {
                // What a program left behind is asked in its place.
                let has_ended = terminal.program.ended().is_some();
                let scope = if has_ended {
                    Scope::Role
                } else {
                    Scope::Program
                };
                self.sandbox.signal(role, Signal::Term, scope).await
            }
            SignalSent::Kill => self.sandbox.signal(role, Signal::Kill, Scope::Role).await,
            SignalSent::Stop => self.sandbox.signal(role, Signal::Stop, Scope::Role).await,
        };
        if let Err(error) = signalled {
            self.fault(error);
        }
    }

    /// Waits until nothing is left of the server that runs now; for ever, where none was started.
    pub(crate) async fn server_gone(&self) {
        let now = || self.log().programs.get(&Role::Server).cloned();
        while let Some(server) = now() {
            server.program.wait_until_role_gone().await;
            if now().is_some_and(|it| Arc::ptr_eq(&it, &server)) {
                return;
            }
        }
        pending::<()>().await;
    }

    /// The client's program; a step before `connect` has none.
    pub(crate) fn client_program(
        &self,
        client: ClientNumber,
    ) -> Result<Arc<Terminal>, StepOutcome> {
        self.log()
            .programs
            .get(&Role::Client(client.0))
            .cloned()
            .ok_or(StepOutcome::NotReached)
    }

    /// The connection of a client that has ended: its last frames may still be on their way to the flow table.
    pub(crate) async fn connection_after_end(&self, client: ClientNumber) -> Option<Connection> {
        let deadline = Instant::now() + SETTLE;
        self.wire
            .until(deadline, |wire| {
                wire.connection_of(client, self.listen()).cloned()
            })
            .await
    }

    /// Samples the sockets when the first client passes a `hold`.
    pub(crate) async fn sample_hold_once(&self, place: usize) {
        let is_first = self.log().holds_sampled.insert(place);
        if is_first {
            sample(
                self,
                SampleReason::Hold {
                    entry: place_number(place),
                },
            )
            .await;
        }
    }
}

fn is_under_way(step: &StepRecord, moment: Timestamp) -> bool {
    let moment = moment.as_nanos();
    step.began_at.is_some_and(|began| began <= moment)
        && step.ended_at.is_none_or(|ended| moment <= ended)
}

/// One record for each entry of each client, none of them reached.
fn blank_steps(play: &Play, board: &Board) -> Vec<ClientSteps> {
    let blank = |client, (place, entry): (usize, &StepEntry)| StepRecord {
        entry: place_number(place),
        step: entry.to_string(),
        began_at: None,
        ended_at: None,
        after_frame: None,
        done_frame: None,
        outcome: if play.can_do(client, &entry.step) {
            StepOutcome::NotReached
        } else {
            StepOutcome::Unsupported
        },
    };
    let of = |client: ClientNumber| {
        let entries = board.entries_of(client);
        ClientSteps {
            client: client.0,
            steps: entries.map(|entry| blank(client, entry)).collect(),
        }
    };
    play.scenario.everybody().map(of).collect()
}
