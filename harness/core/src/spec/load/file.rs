//! The two TOML files as they are written; their JSON Schemas are generated from here.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, schema_for};
use serde::Deserialize;
use toml::{Spanned, Value};

use super::raw::RawFile;

/// The JSON Schema of a rubric file.
pub fn rubric_schema() -> Schema {
    schema_for!(RubricFile)
}

/// The JSON Schema of a target file.
pub fn target_schema() -> Schema {
    schema_for!(TargetFile)
}

/// A rubric: what is recorded, and the items it is graded by.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Rubric")]
pub(super) struct RubricFile {
    /// Version of this format: 1.
    #[schemars(with = "u32", range(min = 1, max = 1))]
    pub schema: Spanned<u32>,
    /// The heading of reports.
    pub title: String,
    /// The scenarios to record.
    #[serde(rename = "scenario")]
    #[schemars(length(min = 1))]
    pub scenarios: Vec<ScenarioFile>,
    /// The rows of the rubric.
    #[serde(rename = "item")]
    #[schemars(length(min = 1))]
    pub items: Vec<ItemFile>,
}

/// One recording to make.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Scenario")]
pub(super) struct ScenarioFile {
    /// Its name, also the recording's file name: lower-case letters, digits and hyphens.
    #[schemars(with = "String", regex(pattern = r"^[a-z0-9][a-z0-9-]*$"))]
    pub name: Spanned<String>,
    /// How many client programs take part; 1 if absent.
    #[schemars(with = "Option<u32>", range(min = 1, max = 10000))]
    pub clients: Option<Spanned<u32>>,
    /// How many raw clients take part, numbered after the programs; 0 if absent. They send what `[raw.steps]` of the target
    /// gives.
    #[schemars(with = "Option<u32>", range(min = 0, max = 100))]
    pub raw: Option<Spanned<u32>>,
    /// What each client does: connect, list, upload NAME SIZE, download NAME, quit, hold; `list@2` is client 2's alone.
    /// `{client}` in a name is the client's number. What goes wrong: of programs kill, kill during REQUEST, stop; of raw
    /// clients open-only, reset, reset during REQUEST, half-close, garbage SIZE, oversized SIZE, stall REQUEST, slow
    /// REQUEST, flood COUNT; of the server restart.
    #[schemars(with = "Vec<String>", length(min = 1))]
    pub steps: Spanned<Vec<Spanned<String>>>,
    /// Whether the server runs; `up` if absent.
    #[serde(default)]
    pub server: ServerFile,
    /// Which programs take part; `target` if absent.
    #[serde(default)]
    pub programs: ProgramsFile,
    /// The MTU of the wire, bytes, 576 to 65536: no packet is longer, and TCP cuts its segments itself. For IPv6 at least 1280.
    #[schemars(with = "Option<u32>", range(min = 576, max = 65536))]
    pub mtu: Option<Spanned<u32>>,
    /// The share of TCP segments that are lost, `0.1%` to `20%`: of `2%`, every fiftieth. Needs nft(8).
    #[schemars(with = "Option<String>", regex(pattern = r"^[0-9.]+%$"))]
    pub loss: Option<Spanned<String>>,
    /// How much later each packet arrives, `1ms` to `1000ms`. Needs tc(8) and a kernel with netem.
    #[schemars(with = "Option<String>", regex(pattern = r"^[0-9]+ms$"))]
    pub delay: Option<Spanned<String>>,
    /// How often it is recorded; 1 if absent. A check that passes in some of the recordings only makes its item *Flaky*.
    #[schemars(with = "Option<u32>", range(min = 1, max = 1000))]
    pub repeat: Option<Spanned<u32>>,
}

#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "ServerState")]
pub(super) enum ServerFile {
    /// It is started before the clients.
    #[default]
    Up,
    /// It is never started.
    Down,
}

#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Programs")]
pub(super) enum ProgramsFile {
    /// The run's target.
    #[default]
    Target,
    /// The run's Windows target; without one the scenario is skipped.
    Windows,
}

/// One row of the rubric.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Item")]
pub(super) struct ItemFile {
    /// Its id, unique in the rubric.
    #[schemars(with = "String")]
    pub id: Spanned<String>,
    /// What passing is worth; 1 if absent.
    pub points: Option<u32>,
    /// The column *Fail (0)*.
    pub fail: Option<String>,
    /// The column *Pass (1)*.
    pub pass: Option<String>,
    /// `must` (if absent) is scored, `should` is shown only.
    #[serde(default)]
    pub band: BandFile,
    /// What decides it.
    #[schemars(with = "Vec<CheckFile>", length(min = 1))]
    pub checks: Spanned<Vec<Spanned<CallFile>>>,
}

#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Band")]
pub(super) enum BandFile {
    /// Scored.
    #[default]
    Must,
    /// Shown, never scored.
    Should,
}

/// A check's table, key by key: the check's own parameters stand beside the common keys.
pub(super) type CallFile = BTreeMap<Spanned<String>, Spanned<Value>>;

/// A check called on a scenario. Every other key is a parameter of the check; `synfin checks ID` names them.
#[derive(JsonSchema)]
#[schemars(rename = "Check")]
#[expect(dead_code, reason = "`CallFile` as the schema tells it")]
struct CheckFile {
    /// The scenario judged.
    r#in: String,
    /// The check's id.
    check: String,
    /// Which clients: `2`, `2..` or `1..3`; absent for all that no fault step touched.
    clients: Option<String>,
    /// Which connections of those clients; `all` if absent.
    connections: Option<ConnectionsFile>,
    /// Only during this step, by name.
    during: Option<String>,
}

#[derive(JsonSchema)]
#[schemars(rename = "Connections", rename_all = "kebab-case")]
#[expect(dead_code, reason = "the values as the schema tells them")]
enum ConnectionsFile {
    All,
    First,
    Last,
}

/// A target: a server program, a client program, and how to talk to them.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Target")]
pub(super) struct TargetFile {
    /// Version of this format: 1.
    #[schemars(with = "u32", range(min = 1, max = 1))]
    pub schema: Spanned<u32>,
    /// What reports call it; the server's command line if absent.
    pub name: Option<String>,
    /// Shell commands run before anything is recorded.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub build: Vec<Spanned<String>>,
    /// The server; may be absent where another target's is run with this one's client.
    pub server: Option<ServerProgramFile>,
    /// The client; may be absent where another target's is run with this one's server.
    pub client: Option<ClientProgramFile>,
    /// Where transferred files lie.
    #[serde(default)]
    pub files: FilesFile,
    /// What the programs may use before they are ended.
    #[serde(default)]
    pub limits: PhaseLimitsFile,
    /// What raw clients send.
    #[serde(default)]
    pub raw: RawFile,
}

/// What each program may use before it is ended, with all that it started.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PhaseLimits")]
pub(super) struct PhaseLimitsFile {
    /// Time from its start, milliseconds, up to an hour; 600000 if absent.
    #[schemars(with = "Option<u32>", range(min = 1, max = 3_600_000))]
    pub wall_ms: Option<Spanned<u64>>,
    /// Processor time, seconds, up to an hour; 120 if absent.
    #[schemars(with = "Option<u32>", range(min = 1, max = 3600))]
    pub cpu_s: Option<Spanned<u64>>,
    /// Memory of its own, such as `512MiB`, up to 64 GiB; `1GiB` if absent.
    #[schemars(with = "Option<String>")]
    pub memory: Option<Spanned<String>>,
    /// What it prints, up to 16 GiB; `256MiB` if absent.
    #[schemars(with = "Option<String>")]
    pub output: Option<Spanned<String>>,
    /// Processes and threads, up to 4096; 1024 if absent.
    #[schemars(with = "Option<u32>", range(min = 1, max = 4096))]
    pub processes: Option<Spanned<u64>>,
    /// What lies in its folder and its `/tmp`, up to 16 GiB; `256MiB` if absent.
    #[schemars(with = "Option<String>")]
    pub disk: Option<Spanned<String>>,
    /// What is captured of the wire beside the files of a scenario's steps, up to 64 GiB; `4GiB` if absent. All programs of the
    /// scenario are ended.
    #[schemars(with = "Option<String>")]
    pub capture: Option<Spanned<String>>,
    /// The same for each build command.
    #[serde(default)]
    pub build: LimitsFile,
}

/// What each build command may use before it is ended, with all that it started.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BuildLimits")]
pub(super) struct LimitsFile {
    /// Time from its start, milliseconds; 120000 if absent.
    #[schemars(with = "Option<u32>", range(min = 1, max = 3_600_000))]
    pub wall_ms: Option<Spanned<u64>>,
    /// Processor time, seconds; 240 if absent.
    #[schemars(with = "Option<u32>", range(min = 1, max = 3600))]
    pub cpu_s: Option<Spanned<u64>>,
    /// Memory of its own; `2GiB` if absent.
    #[schemars(with = "Option<String>")]
    pub memory: Option<Spanned<String>>,
    /// What it prints; `16MiB` if absent.
    #[schemars(with = "Option<String>")]
    pub output: Option<Spanned<String>>,
    /// Processes and threads; 512 if absent.
    #[schemars(with = "Option<u32>", range(min = 1, max = 4096))]
    pub processes: Option<Spanned<u64>>,
    /// What lies in the folder and in `/tmp`; `512MiB` if absent.
    #[schemars(with = "Option<String>")]
    pub disk: Option<Spanned<String>>,
}

/// The server of a target.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Server")]
pub(super) struct ServerProgramFile {
    /// Program and arguments; `{addr}`, `{host}` and `{port}` stand for the address.
    #[schemars(with = "Vec<String>", length(min = 1))]
    pub command: Spanned<Value>,
    /// What its environment has beside the usual; `{addr}`, `{host}` and `{port}` stand for the address.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub env: BTreeMap<Spanned<String>, Spanned<String>>,
    /// The loopback address on which it listens; may be absent if the command has `{addr}` or `{port}`.
    #[schemars(with = "Option<String>")]
    pub listen: Option<Spanned<String>>,
    /// What executes it; `native` if absent.
    #[serde(default)]
    pub runner: RunnerFile,
    /// How long it may take until it listens, milliseconds; 10000 if absent.
    #[schemars(with = "Option<u32>", range(min = 1))]
    pub start_within_ms: Option<Spanned<u32>>,
}

/// The client of a target.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Client")]
pub(super) struct ClientProgramFile {
    /// Program and arguments; `{addr}`, `{host}` and `{port}` stand for the server's address, `{client}` for the client's
    /// number. A table starts a process for each step, by the step's name; there `{name}` and `{size}` stand for the file's.
    #[schemars(with = "ClientCommandFile")]
    pub command: Spanned<Value>,
    /// What its environment has beside the usual; `{addr}`, `{host}` and `{port}` stand for the server's address.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub env: BTreeMap<Spanned<String>, Spanned<String>>,
    /// What executes it; `native` if absent.
    #[serde(default)]
    pub runner: RunnerFile,
    /// What its standard input is; `pty` if absent.
    #[serde(default)]
    pub stdin: StdinFile,
    /// How long wire and terminal must be quiet before a step without a last `expect` is done, milliseconds; 150 if absent.
    #[schemars(with = "Option<u32>", range(min = 1))]
    pub quiet_ms: Option<Spanned<u32>>,
    /// How long one step may take, milliseconds; 15000 if absent.
    #[schemars(with = "Option<u32>", range(min = 1))]
    pub step_within_ms: Option<Spanned<u32>>,
    /// What the program is told for each step: connect, list, upload, download, quit.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<ExchangeFile>>")]
    pub steps: BTreeMap<Spanned<String>, Vec<Spanned<ExchangeFile>>>,
}

#[derive(JsonSchema)]
#[schemars(rename = "ClientCommand", untagged)]
#[expect(dead_code, reason = "the two forms as the schema tells them")]
enum ClientCommandFile {
    /// One process does all steps.
    Session(Vec<String>),
    /// Each step is a process of its own.
    PerStep(BTreeMap<String, Vec<String>>),
}

/// One exchange with the client's terminal: wait for `expect`, then send a line.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Exchange")]
pub(super) struct ExchangeFile {
    /// A regular expression: the output to wait for before anything is sent.
    #[schemars(with = "Option<String>")]
    pub expect: Option<Spanned<String>>,
    /// The line typed; `{client}` is the client's number, `{name}` the file's name, `{size}` its size, and `{addr}`, `{host}` and
    /// `{port}` are the server's address.
    #[schemars(with = "Option<String>")]
    pub send: Option<Spanned<String>>,
    /// A regular expression: what the server's reply looks like on the wire.
    #[schemars(with = "Option<String>")]
    pub reply: Option<Spanned<String>>,
}

#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Runner")]
pub(super) enum RunnerFile {
    /// The operating system.
    #[default]
    Native,
    /// Wine: the program is a Windows executable.
    Wine,
}

#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Stdin")]
pub(super) enum StdinFile {
    /// A pseudo-terminal, without echo.
    #[default]
    Pty,
    /// A pipe.
    Pipe,
}

/// Where transferred files lie, each relative to the program's own folder, which it is if absent.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Files")]
pub(super) struct FilesFile {
    /// Where uploads are read from and downloads arrive.
    #[schemars(with = "Option<String>")]
    pub client_dir: Option<Spanned<String>>,
    /// What the client calls a download, such as `downloaded_{name}`, in `client_dir`; `{name}` if absent.
    #[schemars(with = "Option<String>")]
    pub download_as: Option<Spanned<String>>,
    /// Where uploads are stored and downloads are read from.
    #[schemars(with = "Option<String>")]
    pub server_dir: Option<Spanned<String>>,
    /// What must lie beside the programs before they start.
    #[serde(default)]
    #[schemars(with = "Vec<PlacedFile>")]
    pub place: Vec<Spanned<PlacedFile>>,
}

/// A file that must lie beside a program before it starts, or a folder.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Placed")]
pub(super) struct PlacedFile {
    /// Where the file lies, relative to the program's folder.
    #[schemars(with = "Option<String>")]
    pub path: Option<Spanned<String>>,
    /// Where the folder lies.
    #[schemars(with = "Option<String>")]
    pub folder: Option<Spanned<String>>,
    /// The file's text.
    pub text: Option<String>,
    /// The file's size, such as `70001` or `64KiB`; its contents follow from the run's seed.
    #[schemars(with = "Option<String>")]
    pub size: Option<Spanned<String>>,
    /// Beside which program; `both` if absent.
    #[serde(default)]
    pub beside: BesideFile,
}

#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Beside")]
pub(super) enum BesideFile {
    /// The server.
    Server,
    /// Each client.
    Client,
    /// All of them.
    #[default]
    Both,
}
