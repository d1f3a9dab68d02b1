//! A recording told as a script, one line an event:
//!
//! ```text
//! -- c1 connect          client 1 begins this step (its last one was done)
//! -- c1 done             … is done; or `times out`, or `ends in mid-step`
//! -- sample c1 asleep: c1 read, c2 unaccepted      the socket table when client 1's step ended
//! -- stop                our first stop action (a second one changes nothing)
//! -- capture begins      what came before was not captured
//! c1 > S                 a segment of client 1's: flags as in tcpdump, a string is payload
//! c1 < S.                a segment of the server to client 1
//! c1 < F. stale          … that does not acknowledge the other side's last segment
//! c1 > S again           … with the numbers of the sender's last segment
//! c1 > contents a.bin 200      … that brings a file's contents
//! c1 < "FILES" lost      … that was not captured
//! -- datagram a.bin 200  a UDP datagram with a file's contents
//! ```
//!
//! Sequence and acknowledgment numbers follow from the script. The n-th frame comes at n milliseconds; frame 1 is the
//! first sentinel, the last frame the last one. A step that the script leaves open was done.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use etherparse::PacketBuilder;
use sha2::{Digest, Sha256};
use synfin_core::checks::{SourceText, Verdict, bind};
use synfin_core::content::file_bytes;
use synfin_core::manifest::{
    Attribution, CaptureHealth, ClientSteps, Exit, Level, LinkRecord, Manifest, ProcessRecord,
    Recorded, Role, SampleReason, Sentinel, SentinelPlace, SignalSent, SocketRow, SocketSample,
    SocketState, StepOutcome, StepRecord, StopAction,
};
use synfin_core::observation::{Observation, Replies, Setting};
use synfin_core::pcap::{LinkType, Writer};
use synfin_core::spec::{ClientNumber, Rubric, Target};
use synfin_core::time::Timestamp;

pub(crate) const SERVER: &str = "127.0.0.1:5001";
pub(crate) const SEED: u64 = 7;
const SERVER_PORT: u16 = 5001;
const MILLISECOND_NS: u64 = 1_000_000;

/// A target whose replies are told by patterns.
pub(crate) const TARGET: &str = r#"
schema = 1
name = "told"
[server]
command = ["server", "{addr}"]
[client]
command = ["client", "{addr}"]
[client.steps]
list = [{ send = "LIST", reply = "^FILES" }]
upload = [{ send = "PUT {name}", reply = "^GO" }, { expect = "done", reply = "^OK" }]
download = [{ send = "GET {name}", reply = "^DATA" }]
quit = [{ send = "QUIT" }]
"#;

/// The same without patterns: replies are told by a lone client's.
pub(crate) const TARGET_WITHOUT_PATTERNS: &str = r#"
schema = 1
name = "told"
[server]
command = ["server", "{addr}"]
[client]
command = ["client", "{addr}"]
[client.steps]
list = [{ send = "LIST" }]
quit = [{ send = "QUIT" }]
"#;

/// A recording, ready to be changed by hand before it is judged.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) recorded: Recorded,
    pub(crate) capture: Vec<u8>,
    pub(crate) steps: String,
    replies: Replies,
    /// What the rubric says of its scenario beside clients and steps.
    keys: &'static str,
    pub(crate) level: Option<Level>,
}

/// One end of a connection.
#[derive(Clone, Copy)]
struct End {
    next_seq: u32,
    last_seq: u32,
    /// The peer's number acknowledged before and after its last segment.
    acks: (u32, u32),
}

/// A segment as its line tells it.
struct Sent<'a> {
    client: u32,
    /// 0 for the client, 1 for the server.
    from: usize,
    flags: &'a str,
    payload: Vec<u8>,
    numbers: Numbers,
}

/// Where a segment's numbers come from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    /// It follows what was sent, and acknowledges all that was received.
    Next,
    /// It repeats the sender's last segment.
    Again,
    /// It does not acknowledge the other side's last segment.
    Stale,
    /// As the next, but the capture does not have it.
    Lost,
}

impl End {
    fn with(isn: u32) -> Self {
        Self {
            next_seq: isn,
            last_seq: isn,
            acks: (0, 0),
        }
    }
}

impl Sent<'_> {
    /// How much sequence space it takes: SYN and FIN count one each (RFC 9293 3.4).
    fn sequence_len(&self) -> u32 {
        let controls = self.flags.matches(['S', 'F']).count();
        u32::try_from(controls + self.payload.len()).unwrap()
    }
}

#[derive(Default)]
struct Telling {
    frames: Vec<Vec<u8>>,
    ends: BTreeMap<u32, [End; 2]>,
    open_steps: BTreeMap<u32, StepRecord>,
    steps: BTreeMap<u32, Vec<StepRecord>>,
    samples: Vec<SocketSample>,
    stopped_at: Option<u64>,
}

/// The recording of a scenario with these steps (TOML strings, comma-separated) and clients.
pub(crate) fn world(steps: &[&str], clients: u32, script: &str) -> World {
    let mut telling = Telling::default();
    telling.frames.push(datagram(b"first"));
    for line in script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        match line.strip_prefix("-- ") {
            Some(event) => telling.event(event, steps),
            None => telling.segment(line),
        }
    }
    telling.close_steps();
    telling.frames.push(datagram(b"last"));
    let quoted: Vec<_> = steps.iter().map(|step| format!("{step:?}")).collect();
    let mut world = World {
        recorded: telling.recorded(steps, clients),
        capture: Vec::new(),
        steps: quoted.join(", "),
        replies: Replies::of(&Target::parse("target.toml", TARGET).unwrap()),
        keys: "",
        level: None,
    };
    world.set_frames(&telling.frames);
    world
}

impl World {
    /// Puts other frames into the capture.
    fn set_frames(&mut self, frames: &[Vec<u8>]) {
        let mut writer = Writer::new(Vec::new(), LinkType::Ethernet).unwrap();
        for (index, frame) in frames.iter().enumerate() {
            let at = Timestamp::from_nanos(at(index as u64 + 1));
            let length = u32::try_from(frame.len()).unwrap();
            writer.write(at, length, frame).unwrap();
        }
        self.capture = writer.finish().unwrap();
        self.recorded.capture.frames = frames.len() as u64;
        self.recorded.capture.sha256 = sha256(&self.capture);
    }

    /// The same recording with something changed by hand.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Recorded)) -> Self {
        change(&mut self.recorded);
        self
    }

    /// The same recording, of a scenario without a server.
    pub(crate) fn server_down(mut self) -> Self {
        self.keys = "server = \"down\"";
        let is_server = |process: &ProcessRecord| process.role == Role::Server;
        self.recorded
            .processes
            .retain(|process| !is_server(process));
        self.recorded.socket_samples.clear();
        self
    }

    /// The same recording, of a scenario that asks for this network; its own was `recorded`.
    pub(crate) fn over(mut self, keys: &'static str, recorded: Option<LinkRecord>) -> Self {
        self.keys = keys;
        self.recorded.link = recorded;
        self
    }

    /// The same recording, its replies told by the likeness to those of a lone client.
    pub(crate) fn alike(mut self, lone: &World) -> Self {
        let target = Target::parse("target.toml", TARGET_WITHOUT_PATTERNS).unwrap();
        self.replies = Replies::of(&target).with_lone(&lone.observation());
        self
    }

    pub(crate) fn rubric(&self, call: &str) -> String {
        let raw = self.recorded.raw_clients.len();
        let (clients, steps) = (self.recorded.clients as usize - raw, &self.steps);
        let keys = self.keys;
        format!(
            "schema = 1\ntitle = \"t\"\n[[scenario]]\nname = \"s\"\nclients = {clients}\nraw = {raw}\nsteps = [{steps}]\n{keys}\n\
             [[item]]\nid = \"i\"\nfail = \"f\"\npass = \"p\"\nchecks = [{{ in = \"s\", {call} }}]\n"
        )
    }

    pub(crate) fn observation(&self) -> Observation {
        let rubric = Rubric::parse("rubric.toml", &self.rubric("check = \"no-reset\"")).unwrap();
        let scenario = &rubric.scenarios[0];
        let setting = Setting {
            steps: scenario.steps.clone(),
            clients: scenario.client_count(),
            raw: scenario.raw,
            link: scenario.link,
            server: scenario.server,
            level: self.level,
            os: "linux".to_owned(),
            replies: self.replies.clone(),
            output: BTreeMap::new(),
            connected_lines: Some(vec!["connected".to_owned()]),
        };
        let manifest = Manifest::Recorded(Box::new(self.recorded.clone()));
        Observation::read(self.capture.as_slice(), manifest, setting).unwrap()
    }

    /// What a check concludes: `check = "…"` and parameters as a rubric writes them.
    pub(crate) fn verdict(&self, call: &str) -> Verdict {
        verdict_of(&self.observation(), &self.rubric(call))
    }

    /// The conclusion in one line: `Fail: what was seen`.
    pub(crate) fn says(&self, call: &str) -> String {
        in_a_line(&self.verdict(call))
    }
}

/// What the first check of a rubric concludes of an observation.
pub(crate) fn verdict_of(observation: &Observation, rubric: &str) -> Verdict {
    let source = SourceText {
        name: "rubric.toml",
        text: rubric,
    };
    let parsed = Rubric::parse(source.name, source.text).unwrap();
    bind(&parsed.items[0].checks[0], source)
        .unwrap()
        .judge(observation)
}

pub(crate) fn in_a_line(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Pass(finding) => format!("Pass: {}", finding.saw),
        Verdict::Fail(finding) => format!("Fail: {}", finding.saw),
        Verdict::Inconclusive { cause, finding } => {
            format!("Inconclusive({cause:?}): {}", finding.saw)
        }
        Verdict::Skipped { why } => format!("Skipped: {why}"),
    }
}

/// When the n-th frame comes.
pub(crate) fn at(frame: u64) -> u64 {
    frame * MILLISECOND_NS
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    hexadecimal(&digest)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

impl Telling {
    fn now(&self) -> u64 {
        at(self.frames.len() as u64) + MILLISECOND_NS / 2
    }

    fn event(&mut self, event: &str, steps: &[&str]) {
        if event == "stop" {
            self.stopped_at = self.stopped_at.or(Some(self.now()));
        } else if event == "capture begins" {
            self.frames.truncate(1);
        } else if let Some(file) = event.strip_prefix("datagram ") {
            let (name, size) = file.split_once(' ').unwrap();
            self.frames
                .push(datagram(&file_bytes(SEED, name, size.parse().unwrap())));
        } else if let Some(sample) = event.strip_prefix("sample ") {
            self.sample(sample);
        } else {
            let (client, what) = event.split_once(' ').unwrap();
            self.step(number(client), what, steps);
        }
    }

    fn close_steps(&mut self) {
        let open: Vec<_> = self.open_steps.keys().copied().collect();
        for client in open {
            self.step(client, "done", &[]);
        }
    }

    fn step(&mut self, client: u32, what: &str, steps: &[&str]) {
        let outcome = match what {
            "times out" => StepOutcome::TimedOut {
                waiting_for: "a reply".to_owned(),
            },
            "ends in mid-step" => StepOutcome::ProgramEnded,
            _ => StepOutcome::Done,
        };
        let (now, frame) = (self.now(), self.frames.len() as u64);
        if let Some(mut open) = self.open_steps.remove(&client) {
            open.ended_at = Some(now);
            open.done_frame = Some(frame);
            open.outcome = outcome;
            self.steps.entry(client).or_default().push(open);
        }
        if matches!(what, "times out" | "ends in mid-step" | "done") {
            return;
        }
        let done = self.steps.get(&client).map_or(0, Vec::len);
        let (entry, step) = entries_of(client, steps).nth(done).unwrap();
        assert_eq!(
            step.split(['@', ' ']).next(),
            what.split(' ').next(),
            "of client {client}"
        );
        let record = StepRecord {
            entry,
            step: step.to_owned(),
            began_at: Some(now),
            ended_at: None,
            after_frame: Some(frame),
            done_frame: None,
            outcome: StepOutcome::NotReached,
        };
        self.open_steps.insert(client, record);
    }

    /// `c1 asleep: c1 read, c2 unaccepted`
    fn sample(&mut self, sample: &str) {
        let (head, rows) = sample.split_once(": ").unwrap();
        let (client, server) = head.split_once(' ').unwrap();
        let client = number(client);
        let entry = self.steps[&client].last().unwrap().entry;
        self.samples.push(SocketSample {
            at: self.now(),
            reason: SampleReason::Step { client, entry },
            sockets: rows.split(", ").map(row).collect(),
            listen_overflows: 0,
            server_runs: match server {
                "asleep" => Some(false),
                "running" => Some(true),
                "unknown" => None,
                other => panic!("{other:?} is no state of the server"),
            },
            unlisted: None,
        });
    }

    fn segment(&mut self, line: &str) {
        let (client, rest) = line.split_once(' ').unwrap();
        let (direction, what) = rest.split_once(' ').unwrap();
        let (what, numbers) = match what.trim().rsplit_once(' ') {
            Some((what, "again")) => (what, Numbers::Again),
            Some((what, "stale")) => (what, Numbers::Stale),
            Some((what, "lost")) => (what, Numbers::Lost),
            Some(_) | None => (what.trim(), Numbers::Next),
        };
        let (flags, payload) = if let Some(text) = what.strip_prefix('"') {
            (".P", unescaped(text.strip_suffix('"').unwrap()))
        } else if let Some(file) = what.strip_prefix("contents ") {
            let (name, size) = file.split_once(' ').unwrap();
            (".P", file_bytes(SEED, name, size.parse().unwrap()))
        } else {
            (what, Vec::new())
        };
        self.send(&Sent {
            client: number(client),
            from: usize::from(direction == "<"),
            flags,
            payload,
            numbers,
        });
    }

    fn send(&mut self, sent: &Sent<'_>) {
        let &Sent { client, from, .. } = sent;
        if sent.flags == "S" && sent.numbers == Numbers::Next {
            let ends = [End::with(1000 * client), End::with(5000 * client)];
            self.ends.insert(client, ends);
        }
        let ends = self.ends.get_mut(&client).unwrap();
        let End {
            next_seq,
            last_seq,
            acks,
        } = ends[from];
        let (seq, ack) = match sent.numbers {
            Numbers::Next | Numbers::Lost => (next_seq, acks.1),
            Numbers::Again => (last_seq, acks.1),
            Numbers::Stale => (next_seq, acks.0),
        };
        if sent.numbers != Numbers::Lost {
            self.frames.push(frame(sent, seq, ack));
        }
        if sent.numbers != Numbers::Again {
            ends[from].last_seq = seq;
            ends[from].next_seq = seq + sent.sequence_len();
            let acknowledged = ends[from].next_seq;
            let peer = &mut ends[1 - from];
            peer.acks = (peer.acks.1, acknowledged);
        }
    }

    fn recorded(&self, steps: &[&str], clients: u32) -> Recorded {
        let frames = self.frames.len() as u64;
        let stopped_at = self.stopped_at.unwrap_or(at(frames + 1));
        Recorded {
            schema: 1,
            scenario: "s".to_owned(),
            repetition: 1,
            attempt: 1,
            steps: steps.iter().map(|&step| step.to_owned()).collect(),
            clients,
            raw_clients: Vec::new(),
            link: None,
            server: SERVER.parse().unwrap(),
            seed: SEED,
            runner: None,
            slowness_percent: None,
            capture: health(frames),
            stopped_at: Some(stopped_at),
            listening_at: Some(at(1)),
            harness_fault: None,
            interrupted: false,
            client_steps: (1..=clients)
                .map(|client| self.client_steps(client, steps))
                .collect(),
            past_server: Vec::new(),
            attributions: self.ends.keys().copied().map(attribution).collect(),
            processes: processes(clients, stopped_at),
            socket_samples: std::iter::once(listening())
                .chain(self.samples.clone())
                .collect(),
            files: Vec::new(),
        }
    }

    fn client_steps(&self, client: u32, steps: &[&str]) -> ClientSteps {
        let mut records = self.steps.get(&client).cloned().unwrap_or_default();
        for (entry, step) in entries_of(client, steps).skip(records.len()) {
            records.push(StepRecord {
                entry,
                step: step.to_owned(),
                began_at: None,
                ended_at: None,
                after_frame: None,
                done_frame: None,
                outcome: StepOutcome::NotReached,
            });
        }
        ClientSteps {
            client,
            steps: records,
        }
    }
}

/// The entries that are a client's, with their index.
fn entries_of<'a>(client: u32, steps: &'a [&'a str]) -> impl Iterator<Item = (u32, &'a str)> {
    (0..).zip(steps.iter().copied()).filter(move |(_, step)| {
        let only = step.split(' ').next().unwrap().split_once('@');
        only.is_none_or(|(_, only)| only.parse() == Ok(client))
    })
}

fn number(client: &str) -> u32 {
    client.strip_prefix('c').unwrap().parse().unwrap()
}

fn unescaped(text: &str) -> Vec<u8> {
    text.replace("\\n", "\n").into_bytes()
}

pub(crate) fn address(client: u32) -> SocketAddr {
    format!("127.0.0.1:{}", 50_000 + client).parse().unwrap()
}

fn frame(sent: &Sent<'_>, seq: u32, ack: u32) -> Vec<u8> {
    let ports = [address(sent.client).port(), SERVER_PORT];
    let mac = [0; 6];
    let mut packet = PacketBuilder::ethernet2(mac, mac)
        .ipv4([127, 0, 0, 1], [127, 0, 0, 1], 64)
        .tcp(ports[sent.from], ports[1 - sent.from], seq, 65_535);
    for flag in sent.flags.chars() {
        packet = match flag {
            'S' => packet.syn(),
            'F' => packet.fin(),
            'R' => packet.rst(),
            'P' => packet.psh(),
            '.' => packet.ack(ack),
            other => panic!("{other:?} is no flag"),
        };
    }
    let mut bytes = Vec::new();
    packet.write(&mut bytes, &sent.payload).unwrap();
    bytes
}

fn datagram(payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    PacketBuilder::ethernet2([0; 6], [0; 6])
        .ipv4([127, 0, 0, 1], [127, 0, 0, 1], 64)
        .udp(9, 9)
        .write(&mut bytes, payload)
        .unwrap();
    bytes
}

fn health(frames: u64) -> CaptureHealth {
    let sentinel = |place, token: &[u8], frame| Sentinel {
        place,
        cpu: 0,
        token: hexadecimal(token),
        frame: Some(frame),
    };
    CaptureHealth {
        file: "s.pcap".to_owned(),
        sha256: String::new(),
        frames,
        dropped: 0,
        cut: 0,
        sentinels: vec![
            sentinel(SentinelPlace::First, b"first", 1),
            sentinel(SentinelPlace::Last, b"last", frames),
        ],
        pauses: Vec::new(),
    }
}

fn attribution(client: u32) -> Attribution {
    Attribution {
        client,
        initiator: address(client),
        responder: SERVER.parse().unwrap(),
        owner: Some(Role::Client(client)),
    }
}

pub(crate) fn socket(local: SocketAddr, remote: SocketAddr, state: SocketState) -> SocketRow {
    SocketRow {
        local,
        remote,
        state,
        inode: 77,
        owner: Some(Role::Server),
        receive_queue: 0,
        send_queue: 0,
        v6_only: None,
    }
}

/// `c2 unaccepted`
fn row(text: &str) -> SocketRow {
    let (client, state) = text.split_once(' ').unwrap();
    let server = SERVER.parse().unwrap();
    let row = socket(server, address(number(client)), SocketState::Established);
    match state {
        "read" => row,
        "unread" => SocketRow {
            receive_queue: 5,
            ..row
        },
        "unaccepted" => SocketRow {
            inode: 0,
            owner: None,
            receive_queue: 5,
            ..row
        },
        other => panic!("{other:?} is no state of a socket"),
    }
}

fn listening() -> SocketSample {
    let nobody = "0.0.0.0:0".parse().unwrap();
    SocketSample {
        at: at(1),
        reason: SampleReason::Listen,
        sockets: vec![socket(SERVER.parse().unwrap(), nobody, SocketState::Listen)],
        listen_overflows: 0,
        server_runs: Some(false),
        unlisted: Some(Vec::new()),
    }
}

/// Programs that did all they were asked for: clients left by themselves, the server on SIGTERM.
fn processes(clients: u32, stopped_at: u64) -> Vec<ProcessRecord> {
    let record = |role: Role| ProcessRecord {
        role,
        argv: vec!["program".to_owned()],
        started_at: Some(0),
        exited_at: Some(stopped_at),
        exit: Some(Exit::Code { code: 0 }),
        start_error: None,
        stop_actions: Vec::new(),
        log: "log".to_owned(),
        output_left_out: 0,
        last_lines: vec!["bye".to_owned()],
        is_pe: false,
        supervision: Vec::new(),
        printed_before_stop: None,
        limit_hit: None,
        entry: None,
    };
    let server = ProcessRecord {
        exited_at: Some(stopped_at + MILLISECOND_NS),
        stop_actions: vec![StopAction {
            at: stopped_at,
            signal: SignalSent::Term,
            is_fault_step: false,
        }],
        ..record(Role::Server)
    };
    let numbers = (1..=clients).map(ClientNumber);
    std::iter::once(server)
        .chain(numbers.map(|number| record(Role::Client(number.0))))
        .collect()
}
