//! What all clients of a recording share: its scenario, wire and programs, and the record of what happened.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use synfin_core::content::file_bytes;
use synfin_core::flow::Connection;
use synfin_core::manifest::{
    Attribution, ClientSteps, FileRecord, Role, SampleReason, SignalSent, SocketSample, StepOutcome, StepRecord, StopAction, Supervision, Transfer,
};
use synfin_core::spec::{ClientNumber, Scenario, Stdin, Step, StepEntry, Target};
use tokio::time::Instant;

use super::board::Board;
use super::client::place_number;
use super::live::LiveWire;
use super::step::Fill;
use super::watch::sample;
use crate::clock;
use super::terminal::Terminal;
use crate::launch::{Launch, LaunchError, Program};
use crate::sandbox::{Sandbox, SandboxError, Scope, Signal, SocketTable};

/// A client's handshake may take so long: a server with a small backlog answers a SYN only when it is sent again, after
/// 1, 3 and 7 seconds on older kernels.
pub(crate) const CONNECT_WITHIN: Duration = Duration::from_secs(8);

/// A client whose SYN was refused should have ended by then.
pub(crate) const REFUSED_WITHIN: Duration = Duration::from_secs(5);

/// A killed client's FIN or RST leaves at once; on a busy machine not quite.
pub(crate) const FAULT_SEEN_WITHIN: Duration = Duration::from_secs(5);

/// The size of a file that a step downloads and none uploaded before, bytes.
const PLACED_SIZE: u64 = 64 * 1024;

/// A recording under way, as its clients see it.
#[derive(Debug)]
pub(crate) struct Stage {
    /// What is recorded.
    pub(crate) scenario: Scenario,
    /// Who is recorded.
    pub(crate) target: Target,
    /// Where the server should listen.
    pub(crate) listen: SocketAddr,
    /// The seed of all file contents.
    pub(crate) seed: u64,
    /// Who has done what.
    pub(crate) board: Board,
    /// The wire.
    pub(crate) wire: LiveWire,
    /// The namespaces in which it all happens.
    pub(crate) sandbox: Sandbox,
    /// The kernel's table of their sockets.
    pub(crate) sockets: SocketTable,
    /// The folder that every role gets a copy of, if any.
    pub(crate) folder: Option<PathBuf>,
    /// Command lines of server and client, resolved.
    pub(crate) commands: Commands,
    log: Mutex<Log>,
}

/// The command lines of a recording.
#[derive(Clone, Debug)]
pub(crate) struct Commands {
    /// The server's.
    pub(crate) server: Vec<String>,
    /// Every client's.
    pub(crate) client: Vec<String>,
    /// What their environment has beside the usual.
    pub(crate) environment: Vec<(String, String)>,
}

/// What has happened so far.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) steps: Vec<ClientSteps>,
    pub(crate) attributions: Vec<Attribution>,
    pub(crate) samples: Vec<SocketSample>,
    pub(crate) files: Vec<FileRecord>,
    pub(crate) programs: BTreeMap<Role, Arc<Terminal>>,
    pub(crate) stop_actions: BTreeMap<Role, Vec<StopAction>>,
    pub(crate) supervision: BTreeMap<Role, Vec<Supervision>>,
    /// Roles that could not be started, and why.
    pub(crate) start_errors: BTreeMap<Role, String>,
    /// What the harness could not do, the first time.
    pub(crate) fault: Option<String>,
    /// The client whose connection is expected next.
    pub(crate) expected: Option<ClientNumber>,
    holds_sampled: BTreeSet<usize>,
}

impl Stage {
    /// The log, for a moment.
    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().expect("no holder of the log's lock panics")
    }

    /// The client has begun the entry.
    pub(crate) fn began(&self, client: ClientNumber, place: usize) {
        let frame = self.wire.now().last_frame().0;
        self.record(client, place, |record| {
            record.began_at = Some(clock::now().as_nanos());
            record.after_frame = Some(frame);
        });
    }

    /// The client's entry has ended.
    pub(crate) fn ended(&self, client: ClientNumber, place: usize, outcome: StepOutcome) {
        let frame = self.wire.now().last_frame().0;
        self.record(client, place, |record| {
            record.ended_at = Some(clock::now().as_nanos());
            record.done_frame = Some(frame);
            record.outcome = outcome;
        });
    }

    fn record(&self, client: ClientNumber, place: usize, change: impl FnOnce(&mut StepRecord)) {
        let mut log = self.log();
        let steps = log.steps.iter_mut().find(|steps| steps.client == client.0);
        let records = steps.into_iter().flat_map(|steps| &mut steps.steps);
        records.filter(|record| record.entry == place_number(place)).take(1).for_each(change);
    }

    /// The next connection to the server is expected to be this client's.
    pub(crate) fn expect_connection_of(&self, client: ClientNumber) {
        self.log().expected = Some(client);
    }

    /// Notes what the harness could not do; the first such thing is what the manifest says.
    pub(crate) fn fault(&self, why: impl std::fmt::Display) -> StepOutcome {
        self.log().fault.get_or_insert_with(|| why.to_string());
        StepOutcome::NotReached
    }

    /// Starts a program in its own copy of the folder.
    pub(crate) async fn start(&self, role: Role) -> Result<Arc<Terminal>, StepOutcome> {
        let (argv, stdin) = match role {
            Role::Server => (self.commands.server.clone(), Stdin::Pipe),
            Role::Client(_) => (self.commands.client.clone(), self.target.client.stdin),
        };
        let launch = Launch { role, argv, env: self.commands.environment.clone(), stdin };
        match Program::start(&self.sandbox, launch).await {
            Ok(program) => {
                let terminal = Arc::new(Terminal::new(program));
                self.log().programs.insert(role, Arc::clone(&terminal));
                Ok(terminal)
            }
            Err(LaunchError::NotStarted(why)) => {
                self.log().start_errors.insert(role, why);
                Err(StepOutcome::ProgramEnded)
            }
            Err(error) => Err(self.fault(error)),
        }
    }

    /// Ends a program, and notes it.
    pub(crate) async fn stop(&self, role: Role, action: StopAction) {
        self.log().stop_actions.entry(role).or_default().push(action);
        let Some(terminal) = self.log().programs.get(&role).cloned() else { return };
        let signalled = match action.signal {
            SignalSent::EndOfInput => {
                terminal.program.end_input();
                return;
            }
            SignalSent::Term => self.sandbox.signal(role, Signal::Term, Scope::Program).await,
            SignalSent::Kill => self.sandbox.signal(role, Signal::Kill, Scope::Role).await,
        };
        if let Err(error) = signalled {
            self.fault(error);
        }
    }

    /// The client's program; a step before `connect` has none.
    pub(crate) fn client_program(&self, client: ClientNumber) -> Result<Arc<Terminal>, StepOutcome> {
        self.log().programs.get(&Role::Client(client.0)).cloned().ok_or(StepOutcome::NotReached)
    }

    /// The connection of a client that has ended: its last frames may still be on their way to the flow table.
    pub(crate) async fn connection_after_end(&self, client: ClientNumber) -> Option<Connection> {
        let deadline = Instant::now() + SETTLE;
        self.wire.until(deadline, |wire| wire.connection_of(client, self.listen).cloned()).await
    }

    /// Samples the sockets when the first client passes a `hold`.
    pub(crate) async fn sample_hold_once(&self, place: usize) {
        let is_first = self.log().holds_sampled.insert(place);
        if is_first {
            sample(self, SampleReason::Hold { entry: place_number(place) }).await;
        }
    }

    /// Lays out what a request needs: the file to upload, or an empty place for the one to download.
    pub(crate) async fn prepare(&self, client: ClientNumber, place: usize, step: &Step) -> Result<Fill, SandboxError> {
        let Some(file) = self.file_of(client, place, step) else { return Ok(Fill::default()) };
        let path = format!("{}/{}", self.target.files.client_dir, file.name);
        match file.transfer {
            Transfer::Upload => self.sandbox.put(Role::Client(client.0), &path, &contents(self.seed, &file)).await?,
            Transfer::Download => self.sandbox.remove(Role::Client(client.0), &path).await?,
        }
        let fill = Fill { name: file.name.clone(), size: file.size };
        self.log().files.push(file);
        Ok(fill)
    }

    /// The record of the file that the step transfers, nothing having arrived yet.
    fn file_of(&self, client: ClientNumber, place: usize, step: &Step) -> Option<FileRecord> {
        let (transfer, name, size) = match step {
            Step::Upload { name, size } => (Transfer::Upload, client_name(name, client), size.0),
            Step::Download { name } => {
                let name = client_name(name, client);
                let size = self.uploaded_size(&name);
                (Transfer::Download, name, size)
            }
            Step::Connect | Step::List | Step::Quit | Step::Hold | Step::Kill => return None,
        };
        let mut file = FileRecord {
            client: client.0,
            entry: place_number(place),
            transfer,
            name,
            size,
            source_sha256: String::new(),
            arrived_size: None,
            arrived_sha256: None,
        };
        file.source_sha256 = sha256(&contents(self.seed, &file));
        Some(file)
    }

    /// The size of the file of this name that an earlier step uploads; placed files have a size of their own.
    fn uploaded_size(&self, name: &str) -> u64 {
        let uploads = self.uploads();
        uploads.into_iter().find(|(uploaded, _)| uploaded == name).map_or(PLACED_SIZE, |(_, size)| size)
    }

    /// All files that steps of the scenario upload: name and size.
    fn uploads(&self) -> Vec<(String, u64)> {
        let clients = || (1..=self.scenario.clients.get()).map(ClientNumber);
        let of = |entry: &StepEntry| -> Vec<(String, u64)> {
            let Step::Upload { name, size } = &entry.step else { return Vec::new() };
            let doers = clients().filter(|client| entry.only.is_none_or(|only| only == *client));
            doers.map(|client| (client_name(name, client), size.0)).collect()
        };
        self.scenario.steps.iter().flat_map(of).collect()
    }

    /// Puts the files that steps download and none uploads where the server serves from.
    pub(crate) async fn place_downloads(&self) -> Result<(), SandboxError> {
        let uploaded = self.uploads();
        for entry in &self.scenario.steps {
            let Step::Download { name } = &entry.step else { continue };
            for client in (1..=self.scenario.clients.get()).map(ClientNumber) {
                let name = client_name(name, client);
                if uploaded.iter().all(|(other, _)| *other != name) {
                    let path = format!("{}/{name}", self.target.files.server_dir);
                    let bytes = file_bytes(self.seed, &name, usize::try_from(PLACED_SIZE).unwrap_or(usize::MAX));
                    self.sandbox.put(Role::Server, &path, &bytes).await?;
                }
            }
        }
        Ok(())
    }

    /// Notes what arrived of the file that the client's step downloaded.
    pub(crate) async fn collect_download(&self, client: ClientNumber, place: usize) -> Result<(), SandboxError> {
        let is_it = |file: &FileRecord| {
            file.client == client.0 && file.entry == place_number(place) && file.transfer == Transfer::Download
        };
        self.collect(is_it).await
    }

    /// Notes what arrived of all uploaded files.
    pub(crate) async fn collect_uploads(&self) -> Result<(), SandboxError> {
        self.collect(|file| file.transfer == Transfer::Upload).await
    }

    async fn collect(&self, wanted: impl Fn(&FileRecord) -> bool) -> Result<(), SandboxError> {
        let files: Vec<FileRecord> = self.log().files.iter().filter(|file| wanted(file)).cloned().collect();
        for file in files {
            let arrived = self.arrived(&file).await?;
            let mut log = self.log();
            for record in log.files.iter_mut().filter(|record| **record == file) {
                record.arrived_size = arrived.as_ref().map(|(size, _)| *size);
                record.arrived_sha256 = arrived.as_ref().map(|(_, sha256)| sha256.clone());
            }
        }
        Ok(())
    }

    /// Size and digest of the file where it should have arrived.
    async fn arrived(&self, file: &FileRecord) -> Result<Option<(u64, String)>, SandboxError> {
        let (role, folder) = match file.transfer {
            Transfer::Upload => (Role::Server, &self.target.files.server_dir),
            Transfer::Download => (Role::Client(file.client), &self.target.files.client_dir),
        };
        let opened = self.sandbox.open(role, &format!("{folder}/{}", file.name)).await?;
        Ok(match opened {
            Some(opened) => store::digest(opened).ok(),
            None => None,
        })
    }
}

/// The file's name for this client: `{client}` stands for its number.
fn client_name(name: &str, client: ClientNumber) -> String {
    name.replace("{client}", &client.to_string())
}

fn contents(seed: u64, file: &FileRecord) -> Vec<u8> {
    file_bytes(seed, &file.name, usize::try_from(file.size).unwrap_or(usize::MAX))
}

fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}
