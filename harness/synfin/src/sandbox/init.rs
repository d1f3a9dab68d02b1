//! Init: the hidden subcommand that makes a scenario's namespaces and lives in them as process 1. It is executed by the
//! harness, has one thread, and serves one socket; when that closes it ends, and the kernel ends everything else.

use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::process::ExitCode;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Signal, WaitOptions};
use rustix::thread::UnshareFlags;

use super::message::{Numbered, Reply, Request, receive, send};
use super::service::Service;
use super::sys::{self, Disposition, Forked};
use super::{Step, furnish};

/// What the harness says on the brake: stop every process of the scenario.
pub(super) const PAUSE: &[u8] = b"pause";

/// And: let them go on.
pub(super) const RESUME: &[u8] = b"resume";

/// The whole life of init: descriptor 0 is the control socket, 1 the brake.
pub fn init_main() -> ExitCode {
    let (control, brake) = (sys::take_standard_fd(0), sys::take_standard_fd(1));
    match begin(control, brake) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Makes the namespaces. This process stays outside the new pid namespace and only waits for its process 1.
fn begin(control: OwnedFd, brake: OwnedFd) -> io::Result<()> {
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

/// Process 1: furnishes the namespaces and serves until the control socket closes.
fn live(control: &OwnedFd, brake: &OwnedFd) -> io::Result<()> {
    sys::set_disposition(Signal::CHILD, Disposition::Ignore);
    answer(control, 0, &Reply::Unshared, &[])?;
    let Some((Numbered { number, body }, _)) = receive::<Numbered<Request>>(control)? else {
        return Ok(());
    };
    let Request::Furnish(order) = body else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    if let Err((step, error)) = furnish::furnish(&order) {
        return answer(control, number, &step_failed(step, &error), &[]);
    }
    answer(control, number, &Reply::Done, &[])?;
    serve(&mut Service::new(order), control, brake)
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
            obey(brake)?;
        }
        if control_ready {
            let Some((request, fds)) = receive::<Numbered<Request>>(control)? else {
                return Ok(());
            };
            let (reply, fds) = service.handle(request.body, fds, control);
            answer(control, request.number, &reply, &fds)?;
        }
    }
}

fn answer(control: &OwnedFd, number: u64, body: &Reply, fds: &[OwnedFd]) -> io::Result<()> {
    let fds = fds.iter().map(AsFd::as_fd).collect::<Vec<_>>();
    send(control, &Numbered { number, body }, &fds)
}

fn obey(brake: &OwnedFd) -> io::Result<()> {
    let mut word = [0; 16];
    let length = rustix::io::read(brake, &mut word)?;
    let signal = match &word[..length] {
        PAUSE => Signal::STOP,
        RESUME => Signal::CONT,
        // Closed: the harness is gone, and the control socket closes too.
        _ => return Ok(()),
    };
    match sys::signal_all_others(signal) {
        // Nothing is running.
        Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(()),
        result => result,
    }
}
