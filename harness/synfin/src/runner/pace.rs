//! How slow the machine is just now: an exchange over loopback between two of our own threads, as nice as the programs are.
//!
//! Deadlines of programs are meant for a machine that has nothing else to do. One that is busy, or small, gives the same
//! program more time. The exchange is with nobody but ourselves, in the harness's own network: no capture sees it.
#![expect(
    clippy::disallowed_methods,
    reason = "measures time, with a listener and a connection of its own"
)]

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::sandbox::PROGRAM_NICENESS;

/// There and back, so many times.
const ROUND_TRIPS: u32 = 200;

/// What a round trip takes on a machine that has time for it: two wake-ups.
const NOMINAL_ROUND_TRIP: Duration = Duration::from_micros(50);

/// The machine counts as this slow, at most: a program that hangs costs so many times its deadline.
const SLOWEST_PERCENT: u32 = 400;

/// How long one side waits for the other.
const PATIENCE: Duration = Duration::from_secs(5);

/// How slow the machine is, percent of nominal: from 100, which is as fast as asked for, to 400. A machine on which
/// nothing can be measured counts as fast enough.
pub(super) fn slowness_percent() -> u32 {
    measured().map_or(100, |spent| {
        percent(spent, NOMINAL_ROUND_TRIP * ROUND_TRIPS)
    })
}

fn percent(measured: Duration, nominal: Duration) -> u32 {
    let percent = measured.as_nanos() * 100 / nominal.as_nanos().max(1);
    u32::try_from(percent)
        .unwrap_or(SLOWEST_PERCENT)
        .clamp(100, SLOWEST_PERCENT)
}

/// A deadline on a machine that slow.
pub(super) fn stretched(deadline: Duration, slowness_percent: u32) -> Duration {
    deadline * slowness_percent.max(100) / 100
}

fn measured() -> io::Result<Duration> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let echoing = thread::spawn(move || echo(&listener));
    let asking = thread::spawn(move || ask(TcpStream::connect(address)?));
    let spent = asking
        .join()
        .unwrap_or_else(|_| Err(io::ErrorKind::Other.into()));
    let echoed = echoing
        .join()
        .unwrap_or_else(|_| Err(io::ErrorKind::Other.into()));
    echoed.and(spent)
}

fn echo(listener: &TcpListener) -> io::Result<()> {
    be_nice();
    let (mut stream, _) = listener.accept()?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let mut byte = [0];
    for _ in 0..ROUND_TRIPS {
        stream.read_exact(&mut byte)?;
        stream.write_all(&byte)?;
    }
    Ok(())
}

fn ask(mut stream: TcpStream) -> io::Result<Duration> {
    be_nice();
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let began = Instant::now();
    let mut byte = [1];
    for _ in 0..ROUND_TRIPS {
        stream.write_all(&byte)?;
        stream.read_exact(&mut byte)?;
    }
    Ok(began.elapsed())
}

/// This thread alone: on Linux niceness is a thread's (sched(7)).
fn be_nice() {
    // A machine that does not allow it is measured as it is.
    let _ = rustix::process::setpriority_process(None, PROGRAM_NICENESS);
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOMINAL: Duration = Duration::from_millis(10);

    #[test]
    fn a_machine_is_never_faster_than_nominal_nor_slower_than_the_limit() {
        assert_eq!(percent(Duration::from_millis(2), NOMINAL), 100);
        assert_eq!(percent(Duration::from_millis(23), NOMINAL), 230);
        assert_eq!(percent(Duration::from_secs(100), NOMINAL), 400);
        assert_eq!(percent(Duration::MAX, NOMINAL), 400);
    }

    #[test]
    fn deadlines_grow_with_slowness() {
        let deadline = Duration::from_secs(10);
        assert_eq!(stretched(deadline, 100), deadline);
        assert_eq!(stretched(deadline, 230), Duration::from_secs(23));
    }

    #[test]
    fn an_exchange_can_be_measured() {
        let spent = measured().unwrap();
        assert!(spent > Duration::ZERO);
    }
}
