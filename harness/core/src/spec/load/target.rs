//! A target file → a target.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use regex::Regex;
use toml::Spanned;

use super::command::{client_command, command, environment, shell};
use super::file::{
    ClientProgramFile, ExchangeFile, RunnerFile, ServerProgramFile, StdinFile, TargetFile,
};
use super::files::files;
use super::limits::phase_limits;
use super::placeholder::{self, Place};
use super::raw::raw_steps;
use super::{Problems, check_schema, did_you_mean};
use crate::spec::{
    ClientCommand, ClientProgram, Command, Exchange, Files, PhaseLimits, RawSteps, Runner,
    ServerProgram, Stdin, StepScript, Target,
};

/// Where a server listens that takes its address from the command line. Every recording has a network of its own, so that
/// one port serves all.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 5001);

const START_WITHIN_MS: u32 = 10_000;
const STEP_WITHIN_MS: u32 = 15_000;
const QUIET_MS: u32 = 150;

/// The steps that a program is told to do; the others are done to it.
const TOLD_STEPS: [&str; 5] = ["connect", "list", "upload", "download", "quit"];

/// What one target file says of its two sides.
pub(super) struct Sides {
    name: Option<String>,
    build: Vec<Command>,
    server: Option<ServerProgram>,
    client: Option<ClientProgram>,
    files: Files,
    raw: RawSteps,
    limits: PhaseLimits,
}

/// A side of a target.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Server,
    Client,
}

/// Reads what the file says of the sides that are `needed`.
pub(super) fn sides(file: TargetFile, needed: &[Side], problems: &mut Problems) -> Option<Sides> {
    check_schema(&file.schema, problems);
    for side in needed {
        check_there(&file, *side, problems);
    }
    let build = file
        .build
        .iter()
        .map(|line| shell(line, problems))
        .collect::<Vec<_>>();
    Some(Sides {
        name: file.name,
        server: file.server.as_ref().and_then(|it| server(it, problems)),
        client: file.client.as_ref().and_then(|it| client(it, problems)),
        build: build.into_iter().collect::<Option<_>>()?,
        files: files(file.files, problems)?,
        raw: raw_steps(&file.raw, &TOLD_STEPS, problems)?,
        limits: phase_limits(file.limits, problems)?,
    })
}

fn check_there(file: &TargetFile, side: Side, problems: &mut Problems) {
    let (is_there, name, help) = match side {
        Side::Server => (
            file.server.is_some(),
            "server",
            "a client alone is graded by `synfin run --server reference --client FILE`",
        ),
        Side::Client => (
            file.client.is_some(),
            "client",
            "a server alone is graded by `synfin run --server FILE --client reference`",
        ),
    };
    if !is_there {
        let message = format!("the target has no [{name}]");
        problems.suggest(0..0, message, Some(help.to_owned()));
    }
}

impl Sides {
    /// The target of one file; `None` if a side is missing.
    pub(super) fn both(self) -> Option<Target> {
        let server = self.server?;
        Some(Target {
            name: self.name.unwrap_or_else(|| words(&server.command)),
            build: self.build,
            client_build: Vec::new(),
            server,
            client: self.client?,
            files: self.files,
            raw: self.raw,
            limits: self.limits,
        })
    }

    /// The server of this file with the client of another; `None` if one of them is missing.
    pub(super) fn with_client_of(self, other: Self) -> Option<Target> {
        let (server, client) = (self.server?, other.client?);
        let server_name = self.name.unwrap_or_else(|| words(&server.command));
        let client_name = other.name.unwrap_or_else(|| words(client.command.first()));
        Some(Target {
            name: format!("server of {server_name}, client of {client_name}"),
            build: self.build,
            client_build: other.build,
            server,
            client,
            files: self.files.with_client_of(other.files),
            raw: self.raw,
            limits: self.limits,
        })
    }
}

fn words(command: &Command) -> String {
    command.words().join(" ")
}

fn server(file: &ServerProgramFile, problems: &mut Problems) -> Option<ServerProgram> {
    let command = command(&file.command, problems);
    let listen = match &file.listen {
        Some(listen) => listen_address(listen, problems),
        None => command
            .as_ref()
            .and_then(|it| picked_address(it, file, problems)),
    };
    let env = environment(&file.env, problems);
    let start_within = duration(file.start_within_ms.as_ref(), START_WITHIN_MS, problems);
    Some(ServerProgram {
        command: command?,
        env: env?,
        listen: listen?,
        runner: runner(file.runner),
        start_within: start_within?,
    })
}

fn client(file: &ClientProgramFile, problems: &mut Problems) -> Option<ClientProgram> {
    let command = client_command(&file.command, &TOLD_STEPS, problems);
    let env = environment(&file.env, problems);
    let quiet = duration(file.quiet_ms.as_ref(), QUIET_MS, problems);
    let step_within = duration(file.step_within_ms.as_ref(), STEP_WITHIN_MS, problems);
    let talk = match command {
        Some(ClientCommand::PerStep(_)) => Talk::MayBeSilent,
        Some(ClientCommand::Session(_)) | None => Talk::Typed,
    };
    let steps = scripts(&file.steps, talk, problems);
    Some(ClientProgram {
        command: command?,
        env: env?,
        runner: runner(file.runner),
        stdin: match file.stdin {
            StdinFile::Pty => Stdin::Pty,
            StdinFile::Pipe => Stdin::Pipe,
        },
        quiet: quiet?,
        step_within: step_within?,
        steps: steps?,
    })
}

fn runner(file: RunnerFile) -> Runner {
    match file {
        RunnerFile::Native => Runner::Native,
        RunnerFile::Wine => Runner::Wine,
    }
}

fn listen_address(text: &Spanned<String>, problems: &mut Problems) -> Option<SocketAddr> {
    let Ok(address) = text.get_ref().parse::<SocketAddr>() else {
        let message = format!("{:?} is no address and port", text.get_ref());
        let help = meant_address(text.get_ref());
        problems.suggest(text.span(), message, Some(help));
        return None;
    };
    if address.port() == 0 {
        problems.add(text.span(), "port 0 is no port to connect to");
        return None;
    }
    if !address.ip().is_loopback() {
        let help = format!(
            "clients connect by loopback: write `127.0.0.1:{}`",
            address.port()
        );
        problems.suggest(
            text.span(),
            "the address is not a loopback address",
            Some(help),
        );
        return None;
    }
    Some(address)
}

/// The address that a text probably means: with its port, if it has one.
fn meant_address(text: &str) -> String {
    let (host, port) = text.rsplit_once(':').unwrap_or((text, ""));
    if port
        .parse::<u32>()
        .is_ok_and(|port| port > u32::from(u16::MAX))
    {
        return "ports are from 1 to 65535".to_owned();
    }
    let port = port.parse::<u16>().unwrap_or(DEFAULT_LISTEN.port());
    if host == "localhost" {
        return format!(
            "write `127.0.0.1:{port}`, or `[::1]:{port}` if the server listens on IPv6"
        );
    }
    format!("write an IP address, such as `127.0.0.1:{port}` or `[::1]:{port}`")
}

/// The default address, which only a server that is told it can listen on.
fn picked_address(
    command: &Command,
    file: &ServerProgramFile,
    problems: &mut Problems,
) -> Option<SocketAddr> {
    let is_told = |word: &String| word.contains("{addr}") || word.contains("{port}");
    let is_told_by_environment = file.env.values().any(|value| is_told(value.get_ref()));
    if command.words().iter().any(is_told) || is_told_by_environment {
        return Some(DEFAULT_LISTEN);
    }
    let help = r#"add `listen = "127.0.0.1:5001"`, or put `{addr}` or `{port}` into the command"#;
    problems.suggest(
        file.command.span(),
        "nothing says where the server listens",
        Some(help.to_owned()),
    );
    None
}

fn duration(
    milliseconds: Option<&Spanned<u32>>,
    default_ms: u32,
    problems: &mut Problems,
) -> Option<Duration> {
    const LONGEST_MS: u32 = 3_600_000;
    let Some(milliseconds) = milliseconds else {
        return Some(Duration::from_millis(default_ms.into()));
    };
    if !(1..=LONGEST_MS).contains(milliseconds.get_ref()) {
        let message = format!("the time is from 1 to {LONGEST_MS} ms");
        problems.add(milliseconds.span(), message);
        return None;
    }
    Some(Duration::from_millis((*milliseconds.get_ref()).into()))
}

/// How a client is told what to do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Talk {
    /// By lines typed.
    Typed,
    /// By a command for each step; nothing need be typed.
    MayBeSilent,
}

fn scripts(
    steps: &BTreeMap<Spanned<String>, Vec<Spanned<ExchangeFile>>>,
    talk: Talk,
    problems: &mut Problems,
) -> Option<Vec<StepScript>> {
    let scripts: Vec<_> = steps
        .iter()
        .map(|(name, exchanges)| script(name, exchanges, talk, problems))
        .collect();
    scripts.into_iter().collect()
}

fn script(
    name: &Spanned<String>,
    exchanges: &[Spanned<ExchangeFile>],
    talk: Talk,
    problems: &mut Problems,
) -> Option<StepScript> {
    if !TOLD_STEPS.contains(&name.get_ref().as_str()) {
        let message = format!("no program is told to {:?}", name.get_ref());
        let help = did_you_mean(name.get_ref(), TOLD_STEPS)
            .unwrap_or_else(|| format!("the steps are {}", TOLD_STEPS.join(", ")));
        problems.suggest(name.span(), message, Some(help));
        return None;
    }
    if exchanges.is_empty() {
        problems.add(name.span(), "the step has no exchange; leave it out");
        return None;
    }
    let is_typed = |it: &Spanned<ExchangeFile>| it.get_ref().send.is_some();
    if talk == Talk::Typed && name.get_ref() != "connect" && !exchanges.iter().any(is_typed) {
        let message = format!("nothing is sent for {:?}", name.get_ref());
        let help = format!(
            "write `{} = [{{ send = \"…\" }}]`: the line that a user would type",
            name.get_ref()
        );
        problems.suggest(name.span(), message, Some(help));
        return None;
    }
    let exchanges: Vec<_> = exchanges
        .iter()
        .map(|it| exchange(it, name.get_ref(), talk, problems))
        .collect();
    Some(StepScript {
        step: name.get_ref().clone(),
        exchanges: exchanges.into_iter().collect::<Option<_>>()?,
    })
}

fn exchange(
    file: &Spanned<ExchangeFile>,
    step: &str,
    talk: Talk,
    problems: &mut Problems,
) -> Option<Exchange> {
    let ExchangeFile {
        expect,
        send,
        reply,
    } = file.get_ref();
    let may_be_silent = talk == Talk::MayBeSilent && reply.is_some();
    if expect.is_none() && send.is_none() && !may_be_silent {
        problems.add(file.span(), "an exchange needs `expect` or `send`");
        return None;
    }
    if send
        .as_ref()
        .is_some_and(|line| !is_line(line, step, problems))
    {
        return None;
    }
    let expect = expect.as_ref().map(|it| pattern(it, Regex::new, problems));
    let reply = reply
        .as_ref()
        .map(|it| pattern(it, regex::bytes::Regex::new, problems));
    Some(Exchange {
        expect: expect.map_or(Some(None), |it| it.map(Some))?,
        send: send.clone().map(Spanned::into_inner),
        reply: reply.map_or(Some(None), |it| it.map(Some))?,
    })
}

/// Whether this can be typed for the step.
fn is_line(line: &Spanned<String>, step: &str, problems: &mut Problems) -> bool {
    if line.get_ref().contains(['\n', '\r']) {
        problems.add(line.span(), "`send` is one line; write one exchange a line");
        return false;
    }
    placeholder::check(line.get_ref(), line.span(), Place::Send(step), problems)
}

fn pattern<R>(
    text: &Spanned<String>,
    compile: impl Fn(&str) -> Result<R, regex::Error>,
    problems: &mut Problems,
) -> Option<R> {
    let compiled = compile(text.get_ref());
    compiled
        .map_err(|error| {
            let reason = error.to_string();
            let last = reason.lines().last().unwrap_or_default();
            let reason = last.trim_start_matches("error: ");
            problems.add(text.span(), format!("bad regular expression: {reason}"));
        })
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: &str = "schema = 1\nname = \"s\"\nbuild = [\"make\"]\n\
        [server]\ncommand = [\"server\", \"{port}\"]\n[files]\nserver_dir = \"stored\"\n";
    const CLIENT: &str = "schema = 1\n[client]\ncommand = [\"client\", \"{port}\"]\n";

    #[test]
    fn a_pair_has_the_server_of_one_file_and_the_client_of_the_other() {
        let pair = Target::parse_pair(("s.toml", SERVER), ("c.toml", CLIENT)).unwrap();
        assert_eq!(pair.name, "server of s, client of client {port}");
        assert_eq!(pair.server.command.program(), "server");
        assert_eq!(pair.client.command.first().program(), "client");
        assert_eq!(pair.build.len(), 1);
        let files = Files {
            client_dir: ".".to_owned(),
            download_as: "{name}".to_owned(),
            server_dir: "stored".to_owned(),
            place: Vec::new(),
        };
        assert_eq!(pair.files, files);
    }

    #[test]
    fn a_side_that_is_needed_and_missing_is_named_with_its_file() {
        let problem = |result: Result<Target, crate::spec::SpecError>| {
            let error = result.unwrap_err();
            (error.to_string(), error.problems()[0].message.clone())
        };
        let swapped = Target::parse_pair(("c.toml", CLIENT), ("s.toml", SERVER));
        let (text, message) = problem(swapped);
        assert_eq!(message, "the target has no [server]");
        assert!(text.contains("c.toml"), "{text}");
        let (_, message) = problem(Target::parse("s.toml", SERVER));
        assert_eq!(message, "the target has no [client]");
    }
}
