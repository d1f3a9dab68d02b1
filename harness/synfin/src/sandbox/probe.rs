//! Tries the whole of recording once, for `synfin doctor` and before a run. Only doing it tells whether it works: where user
//! namespaces are restricted, unshare(2) may succeed all the same and a later step fail.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::net::{RecvFlags, SendFlags};
use tokio::io::Interest;

use super::{Sandbox, SandboxError, Setup, StartError, bind_to_loopback, register};

/// How long the datagram may take to be captured.
const CAPTURE_WITHIN: Duration = Duration::from_secs(5);

/// What is sent, and must be the end of a captured frame.
const DATAGRAM: &[u8] = b"synfin probe";

/// What the probe found: its steps in order, up to the first that failed. Without a failure, rootless namespaces work here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeReport {
    /// The steps tried.
    pub steps: Vec<ProbeStep>,
}

/// One step of the probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeStep {
    /// What was tried.
    pub what: String,
    /// Why it failed, if it did.
    pub failure: Option<ProbeFailure>,
}

/// Why a step failed, and what helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeFailure {
    /// The kernel's words.
    pub why: String,
    /// What usually helps.
    pub remedy: &'static str,
}

impl ProbeReport {
    /// Whether programs can be isolated and recorded here.
    pub fn works(&self) -> bool {
        self.steps.iter().all(|step| step.failure.is_none())
    }
}

/// Makes a scenario's namespaces, sends one datagram in them, sees it captured, and ends everything.
pub async fn probe(setup: &Setup) -> ProbeReport {
    let sandbox = match Sandbox::start(setup).await {
        Ok(sandbox) => sandbox,
        Err(error) => {
            return ProbeReport {
                steps: vec![start_failed(&error)],
            };
        }
    };
    let made = Ok(());
    let captured = captures_a_datagram(&sandbox).await;
    let ended = sandbox.shut_down().await;
    let steps = vec![
        step("make and furnish private namespaces", made),
        step("capture a datagram on their lo", captured),
        step("end everything in them", ended),
    ];
    ProbeReport { steps }
}

fn start_failed(error: &StartError) -> ProbeStep {
    let (step, why) = match error {
        StartError::Step { step, source } => (step, source.to_string()),
        StartError::Silent { step, source } => (step, source.to_string()),
    };
    let remedy = step.remedy();
    ProbeStep {
        what: step.to_string(),
        failure: Some(ProbeFailure { why, remedy }),
    }
}

fn step(what: &str, result: Result<(), SandboxError>) -> ProbeStep {
    ProbeStep {
        what: what.to_owned(),
        failure: result.err().map(|error| ProbeFailure {
            why: error.to_string(),
            remedy: "the kernel lacks packet sockets (CONFIG_PACKET), or a security module forbids them here",
        }),
    }
}

async fn captures_a_datagram(sandbox: &Sandbox) -> Result<(), SandboxError> {
    let packets = sandbox.packet_socket().await?;
    bind_to_loopback(&packets)?;
    let [sender, _sink] = sandbox.sentinel_sockets().await?;
    rustix::net::send(&sender, DATAGRAM, SendFlags::empty()).map_err(io::Error::from)?;
    tokio::time::timeout(CAPTURE_WITHIN, see_datagram(packets))
        .await
        .map_err(|_| SandboxError::Late)??;
    Ok(())
}

async fn see_datagram(packets: OwnedFd) -> io::Result<()> {
    rustix::io::ioctl_fionbio(&packets, true)?;
    let packets = register(packets)?;
    let mut frame = [0; 2048];
    loop {
        let (length, _) = packets
            .async_io(Interest::READABLE, |socket| {
                Ok(rustix::net::recv(
                    socket,
                    &mut frame[..],
                    RecvFlags::empty(),
                )?)
            })
            .await?;
        if frame[..length].ends_with(DATAGRAM) {
            return Ok(());
        }
    }
}
