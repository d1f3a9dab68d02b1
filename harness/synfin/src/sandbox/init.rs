//! Init: the hidden subcommand that makes a scenario's namespaces and lives in them as process 1. It is executed by the
//! harness, has one thread, and serves one socket; when that closes it ends, and the kernel ends everything else. Where there
//! are no namespaces it stays where it is, and ends everything itself.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::process::ExitCode;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Signal, WaitOptions};
use rustix::thread::UnshareFlags;

use super::ground::Ground;
use super::message::{Numbered, Reply, Request, receive, send};
use super::service::Service;
use super::sys::{self, Forked, Heirs};
use super::{Isolation, Step};

/// What the harness says on the brake: stop every process of the scenario.
pub(super) const PAUSE: &[u8] = b"pause";

/// And: let them go on.
pub(super) const RESUME: &[u8] = b"resume";

/// The whole life of init: descriptor 0 is the control socket, 1 the brake; `isolation` is the argument behind its own.
pub fn init_main(isolation: Option<OsString>) -> ExitCode {
    let (control, brake) = (sys::take_standard_fd(0), sys::take_standard_fd(1));
    let lived = match isolation {
        Some(word) if word == Isolation::Namespaces.word() => leave_host(control, brake),
        Some(_) | None => stay(&control, &brake),
    };
    match lived {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Lives where it was executed.
fn stay(control: &OwnedFd, brake: &OwnedFd) -> io::Result<()> {
    sys::close_from(3)?;
    sys::leave_session_keyring()?;
    live(control, brake)
}

/// Makes the namespaces. This process stays outside the new pid namespace and only waits for its process 1.
fn leave_host(control: OwnedFd, brake: OwnedFd) -> io::Result<()> {
    sys::close_from(3)?;
    let made = unshare_all().map_err(|error| (Step::Unshare, error));
    let forked = made.and_then(|()| sys::fork().map_err(|error| (Step::Fork, error)));
    match forked {
        Ok(Forked::Child) => live(&control, &brake),
        Ok(Forked::Parent(first)) => {
            drop((control, brake));
            rustix::process::waitpid(Some(first), WaitOptions::empty())?;
            Ok(())
        }
        Err((step, error)) => answer(&control, 0, &step_failed(step, &error), &[]),
    }
}

fn unshare_all() -> io::Result<()> {
    sys::leave_session_keyring()?;
    // Here, for in a user namespace nobody may; process 1 inherits it.
    sys::be_prompt(Heirs::Prompt);
    let before = fs::read_link("/proc/self/ns/user")?;
    sys::unshare(
        UnshareFlags::NEWUSER
            | UnshareFlags::NEWNET
            | UnshareFlags::NEWNS
            | UnshareFlags::NEWIPC
            | UnshareFlags::NEWUTS
            | UnshareFlags::NEWPID,
    )?;
    // What is set from here on must never be the host's.
    if fs::read_link("/proc/self/ns/user")? == before {
        return Err(io::Error::other("the user namespace is still the host's"));
    }
    Ok(())
}

fn step_failed(step: Step, error: &io::Error) -> Reply {
    let why = error.to_string();
    Reply::StepFailed { step, why }
}

/// Furnishes the scenario and serves until the control socket closes; in namespaces this is their process 1.
fn live(control: &OwnedFd, brake: &OwnedFd) -> io::Result<()> {
    sys::set_default_disposition(Signal::CHILD);
    sys::be_prompt(Heirs::Ordinary);
    answer(control, 0, &Reply::Begun, &[])?;
    let Some((Numbered { number, body }, held)) = receive::<Numbered<Request>>(control)? else {
        return Ok(());
    };
    let Request::Furnish(order) = body else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let ground = match Ground::furnish(&order, held) {
        Ok(ground) => ground,
        Err((step, error)) => return answer(control, number, &step_failed(step, &error), &[]),
    };
    let mut service = Service::new(order, ground);
    let served = answer(control, number, &Reply::Done, &[])
        .and_then(|()| serve(&mut service, control, brake));
    service.leave();
    served
}

fn serve(service: &mut Service, control: &OwnedFd, brake: &OwnedFd) -> io::Result<()> {
    loop {
        let mut ready = [
            PollFd::new(control, PollFlags::IN),
            PollFd::new(brake, PollFlags::IN),
        ];
        match poll(&mut ready, None) {
            Err(rustix::io::Errno::INTR) => continue,
            polled => polled?,
        };
        let [control_ready, brake_ready] = ready.map(|fd| !fd.revents().is_empty());
        // The brake first: the ring is filling.
        if brake_ready {
            obey(brake, service)?;
        }
        if control_ready {
            let Some((request, fds)) = receive::<Numbered<Request>>(control)? else {
                return Ok(());
            };
            let (reply, fds) = service.handle(request.body, fds, control);
            answer(control, request.number, &reply, &fds)?;
            reap();
        }
    }
}

/// Keepers that have ended are waited for: only so does the kernel count what their roles have cost (getrusage(2)).
fn reap() {
    while let Ok(Some(_)) = rustix::process::wait(WaitOptions::NOHANG) {}
}

fn answer(control: &OwnedFd, number: u64, body: &Reply, fds: &[OwnedFd]) -> io::Result<()> {
    let fds = fds.iter().map(AsFd::as_fd).collect::<Vec<_>>();
    send(control, &Numbered { number, body }, &fds)
}

fn obey(brake: &OwnedFd, service: &Service) -> io::Result<()> {
    let mut word = [0; 16];
    let length = rustix::io::read(brake, &mut word)?;
    let obeyed = match &word[..length] {
        PAUSE => service.pause(),
        RESUME => service.resume(),
        // Closed: the harness is gone, and the control socket closes too.
        _ => return Ok(()),
    };
    match obeyed {
        // Nothing is running.
        Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(()),
        result => result,
    }
}
