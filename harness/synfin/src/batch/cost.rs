//! What a batch took: wall time, and processor time of ours and of the programs.
#![expect(unsafe_code, reason = "getrusage(2) fills a struct of ours")]

use std::mem::MaybeUninit;

use tokio::time::Instant;

/// Wall and processor time, milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Wall time.
    pub wall_ms: u64,
    /// Processor time of this process: reading, pacing, grading.
    pub own_ms: u64,
    /// Processor time of all it started: programs, their builds, and the processes that keep them.
    pub programs_ms: u64,
}

/// The beginning of something that costs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meter {
    began: Instant,
    own_ms: u64,
    programs_ms: u64,
}

impl Cost {
    /// Our share of the processor time that was used, percent.
    pub fn own_percent(self) -> u64 {
        let used = self.own_ms.saturating_add(self.programs_ms);
        self.own_ms
            .saturating_mul(100)
            .checked_div(used)
            .unwrap_or(0)
    }
}

impl Meter {
    pub(super) fn start() -> Self {
        Self {
            began: Instant::now(),
            own_ms: processor_ms(libc::RUSAGE_SELF),
            programs_ms: processor_ms(libc::RUSAGE_CHILDREN),
        }
    }

    pub(super) fn read(self) -> Cost {
        Cost {
            wall_ms: u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
            own_ms: processor_ms(libc::RUSAGE_SELF).saturating_sub(self.own_ms),
            programs_ms: processor_ms(libc::RUSAGE_CHILDREN).saturating_sub(self.programs_ms),
        }
    }
}

/// User and system time of this process, or of the children that were waited for (getrusage(2)); 0 if the kernel does not
/// tell.
fn processor_ms(whose: libc::c_int) -> u64 {
    let mut usage = MaybeUninit::<libc::rusage>::uninit();
    // SAFETY: the pointer is to a struct of the right type, which lives until the call has returned.
    let result = unsafe { libc::getrusage(whose, usage.as_mut_ptr()) };
    if result != 0 {
        return 0;
    }
    // SAFETY: a call that succeeded has filled it (getrusage(2)).
    let usage = unsafe { usage.assume_init() };
    milliseconds(usage.ru_utime).saturating_add(milliseconds(usage.ru_stime))
}

fn milliseconds(time: libc::timeval) -> u64 {
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    let micros = u64::try_from(time.tv_usec).unwrap_or_default();
    seconds.saturating_mul(1000).saturating_add(micros / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_of_our_own_is_counted_as_ours() {
        let meter = Meter::start();
        let mut digest = [0_u8; 32];
        while meter.read().own_ms == 0 {
            digest = std::hint::black_box(digest.map(|byte| byte.wrapping_add(1)));
        }
        assert!(meter.read().wall_ms <= 60_000);
    }
}
