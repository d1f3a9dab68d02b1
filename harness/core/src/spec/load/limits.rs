//! `[limits]` and `[limits.build]` of a target.

use std::time::Duration;

use toml::Spanned;

use super::Problems;
use super::file::{LimitsFile, PhaseLimitsFile};
use crate::spec::step_text::bytes;
use crate::spec::{Limits, PhaseLimits};

/// What a target may ask for at most.
const MOST: Limits = Limits {
    wall: Duration::from_hours(1),
    cpu: Duration::from_hours(1),
    memory_bytes: 64 << 30,
    output_bytes: 16 << 30,
    processes: 4096,
    disk_bytes: 16 << 30,
    capture_bytes: 64 << 30,
};

/// Reads both phases; what is absent is the default.
pub(super) fn phase_limits(file: PhaseLimitsFile, problems: &mut Problems) -> Option<PhaseLimits> {
    let default = PhaseLimits::default();
    let run = LimitsFile {
        wall_ms: file.wall_ms,
        cpu_s: file.cpu_s,
        memory: file.memory,
        output: file.output,
        processes: file.processes,
        disk: file.disk,
    };
    let build = limits(&file.build, &default.build, problems);
    let run = limits(&run, &default.run, problems);
    let (most, usual) = (MOST.capture_bytes, default.run.capture_bytes);
    let capture_bytes = size(&file.capture, (most, usual), problems);
    Some(PhaseLimits {
        build: build?,
        run: Limits {
            capture_bytes: capture_bytes?,
            ..run?
        },
    })
}

fn limits(file: &LimitsFile, default: &Limits, problems: &mut Problems) -> Option<Limits> {
    let mut number = |given: &Option<Spanned<u64>>, most: u64, default: u64| {
        let Some(given) = given else {
            return Some(default);
        };
        within(given, *given.get_ref(), most, problems)
    };
    let wall_ms = number(&file.wall_ms, millis(MOST.wall), millis(default.wall));
    let cpu_s = number(&file.cpu_s, MOST.cpu.as_secs(), default.cpu.as_secs());
    let processes = number(&file.processes, MOST.processes, default.processes);
    let mut size = |given: &Option<Spanned<String>>, most: u64, default: u64| {
        size(given, (most, default), problems)
    };
    let memory_bytes = size(&file.memory, MOST.memory_bytes, default.memory_bytes);
    let output_bytes = size(&file.output, MOST.output_bytes, default.output_bytes);
    let disk_bytes = size(&file.disk, MOST.disk_bytes, default.disk_bytes);
    Some(Limits {
        wall: Duration::from_millis(wall_ms?),
        cpu: Duration::from_secs(cpu_s?),
        memory_bytes: memory_bytes?,
        output_bytes: output_bytes?,
        processes: processes?,
        disk_bytes: disk_bytes?,
        capture_bytes: default.capture_bytes,
    })
}

fn size(
    given: &Option<Spanned<String>>,
    (most, default): (u64, u64),
    problems: &mut Problems,
) -> Option<u64> {
    let Some(given) = given else {
        return Some(default);
    };
    let Some(bytes) = bytes(given.get_ref()) else {
        let message = format!("{:?} is no size", given.get_ref());
        let help = "write `512MiB`; units are B, KiB, MiB and GiB".to_owned();
        problems.suggest(given.span(), message, Some(help));
        return None;
    };
    within(given, bytes, most, problems)
}

fn within<T>(given: &Spanned<T>, number: u64, most: u64, problems: &mut Problems) -> Option<u64> {
    if (1..=most).contains(&number) {
        return Some(number);
    }
    problems.add(given.span(), format!("the limit is from 1 to {most}"));
    None
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
