//! `synfin-server --listen ADDR --root DIR`: the command line around [`synfin_server::run`].
#![forbid(unsafe_code)]

mod file_limit;
mod signals;

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use synfin_server::{Config, Limits, Root};
use tracing_subscriber::EnvFilter;

/// Serves the files of one directory to synfin clients.
///
/// Once it is ready it prints one line on stdout, `listening ADDRESS:PORT`, with the port it really has. The log goes to
/// stderr; SYNFIN_LOG chooses what it holds (error, warn, info, debug). SIGTERM, Ctrl-C and Ctrl-Break stop it: transfers
/// may finish within the grace, a second signal ends them too. Exit status: 0 stopped, 1 could not start or was stopped
/// by a second signal, 2 wrong usage.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Address to listen on, IPv4 or IPv6 ("[::1]:5001"); port 0 lets the system choose
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:5001")]
    listen: SocketAddr,
    /// Directory to serve; created if only its last component is missing
    #[arg(long, value_name = "DIR")]
    root: PathBuf,
    #[command(flatten)]
    limits: LimitArguments,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Limits")]
struct LimitArguments {
    /// Clients at a time
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_connections)]
    max_connections: usize,
    /// Uploads and downloads at a time, 128 KiB of memory each; others wait their turn
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_transfers)]
    max_transfers: usize,
    /// Size of one stored file
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().max_file_bytes)]
    max_file_bytes: u64,
    /// Time for a client's greeting
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "30")]
    handshake_limit: Duration,
    /// Silence between two requests
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "300")]
    idle_limit: Duration,
    /// Time for a request to arrive, once it has begun
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "30")]
    request_limit: Duration,
    /// Time for each 128 KiB of a transfer
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "60")]
    progress_limit: Duration,
    /// Time for a client to close, after the server's last word
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "2")]
    linger: Duration,
    /// Time for running transfers, once the server is told to stop
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "30")]
    grace: Duration,
}

impl From<LimitArguments> for Limits {
    fn from(arguments: LimitArguments) -> Self {
        Self {
            max_connections: arguments.max_connections,
            max_transfers: arguments.max_transfers,
            max_file_bytes: arguments.max_file_bytes.min(i64::MAX.unsigned_abs()),
            handshake: arguments.handshake_limit,
            idle: arguments.idle_limit,
            request: arguments.request_limit,
            no_progress: arguments.progress_limit,
            linger: arguments.linger,
            grace: arguments.grace,
        }
    }
}

/// Whole or broken seconds.
fn seconds(text: &str) -> anyhow::Result<Duration> {
    Ok(Duration::try_from_secs_f64(text.parse()?)?)
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    start_log();
    match serve(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start_log() {
    let filter = EnvFilter::try_from_env("SYNFIN_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let is_terminal = std::io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(is_terminal)
        .init();
}

#[tokio::main]
async fn serve(arguments: Arguments) -> anyhow::Result<()> {
    let limits = Limits::from(arguments.limits);
    file_limit::raise_for(limits.max_connections);
    let root = Root::open(&arguments.root)
        .with_context(|| format!("cannot serve {}", arguments.root.display()))?;
    let stop = signals::watch().context("cannot listen for signals")?;
    let listener = synfin_server::bind(arguments.listen)
        .with_context(|| format!("cannot listen on {}", arguments.listen))?;
    announce(listener.local_addr()?)?;
    tokio::select! {
        () = synfin_server::run(listener, Config { root, limits }, stop.first.cancelled()) => Ok(()),
        () = stop.second.cancelled() => anyhow::bail!("stopped by a second signal before all clients were done"),
    }
}

/// The one line on stdout, for people and for scripts.
fn announce(address: SocketAddr) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "listening {address}")?;
    stdout.flush()
}
