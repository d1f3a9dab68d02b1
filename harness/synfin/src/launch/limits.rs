//! Holds programs to their limits: looks at what they use, and ends those that use more.

use std::ops::Deref;
use std::time::Duration;

use synfin_core::manifest::{Limit, LimitHit};
use synfin_core::spec::Limits;
use tokio::time::{MissedTickBehavior, interval};

use super::Program;
use crate::clock;
use crate::sandbox::{Sandbox, SandboxError, Scope, Signal, Usage};

/// How often programs are looked at. What is used between two looks the kernel bounds.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Looks at the programs that are `running`, again and again; ends only by being dropped, or if nothing can be seen any more.
pub async fn hold_to_limits<P: Deref<Target: AsRef<Program>>>(
    sandbox: &Sandbox,
    limits: &Limits,
    captured_bytes: impl Fn() -> u64,
    running: impl Fn() -> Vec<P>,
) -> Result<(), SandboxError> {
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        look(sandbox, limits, captured_bytes(), &running()).await?;
    }
}

/// One look at these programs.
pub async fn look<P: Deref<Target: AsRef<Program>>>(
    sandbox: &Sandbox,
    limits: &Limits,
    captured_bytes: u64,
    programs: &[P],
) -> Result<(), SandboxError> {
    let used = sandbox.usage().await?;
    for program in programs.iter().map(|program| program.deref().as_ref()) {
        let usage = used.iter().find(|(role, _)| *role == program.role());
        let Some((limit, allowed)) =
            usage.and_then(|(_, usage)| reached(limits, &Use::of(program, usage, captured_bytes)))
        else {
            continue;
        };
        let at = clock::now().as_nanos();
        let is_news = program.note_limit(LimitHit { limit, allowed, at });
        if is_news && limit != Limit::Disk && !program.is_role_gone() {
            sandbox
                .signal(program.role(), Signal::Kill, Scope::Role)
                .await?;
        }
    }
    Ok(())
}

/// What a program has used.
struct Use {
    wall: Duration,
    output_bytes: u64,
    captured_bytes: u64,
    usage: Usage,
}

impl Use {
    fn of(program: &Program, usage: &Usage, captured_bytes: u64) -> Self {
        Self {
            wall: if program.is_role_gone() {
                Duration::ZERO
            } else {
                program.running_for()
            },
            output_bytes: program.output().printed_bytes(),
            captured_bytes,
            usage: *usage,
        }
    }
}

/// The first limit that is reached, and what it allows as manifests write it.
fn reached(limits: &Limits, used: &Use) -> Option<(Limit, u64)> {
    let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let Usage {
        processes,
        cpu_ms,
        memory_bytes,
        disk_free_bytes,
    } = used.usage;
    let (wall_ms, cpu_ms_max) = (millis(limits.wall), millis(limits.cpu));
    [
        (
            Limit::Processes,
            processes > limits.processes,
            limits.processes,
        ),
        (
            Limit::Memory,
            memory_bytes > limits.memory_bytes,
            limits.memory_bytes,
        ),
        (
            Limit::Output,
            used.output_bytes > limits.output_bytes,
            limits.output_bytes,
        ),
        (Limit::Cpu, cpu_ms >= cpu_ms_max, cpu_ms_max),
        (Limit::Wall, used.wall >= limits.wall, wall_ms),
        (Limit::Disk, disk_free_bytes == 0, limits.disk_bytes),
        (
            Limit::Capture,
            used.captured_bytes > limits.capture_bytes,
            limits.capture_bytes,
        ),
    ]
    .into_iter()
    .find_map(|(limit, is_reached, allowed)| is_reached.then_some((limit, allowed)))
}

#[cfg(test)]
mod tests {
    use synfin_core::spec::PhaseLimits;

    use super::*;

    const NOTHING: Use = Use {
        wall: Duration::ZERO,
        output_bytes: 0,
        captured_bytes: 0,
        usage: Usage {
            processes: 1,
            cpu_ms: 0,
            memory_bytes: 0,
            disk_free_bytes: 1,
        },
    };

    #[track_caller]
    fn check(used: &Use, expected: Option<Limit>) {
        let limits = PhaseLimits::default().run;
        assert_eq!(reached(&limits, used).map(|(limit, _)| limit), expected);
    }

    #[test]
    fn each_limit_is_reached_by_what_it_limits_alone() {
        let with = |usage: Usage| Use { usage, ..NOTHING };
        let usage = NOTHING.usage;
        check(&NOTHING, None);
        check(
            &with(Usage {
                processes: 1025,
                ..usage
            }),
            Some(Limit::Processes),
        );
        check(
            &with(Usage {
                memory_bytes: (1 << 30) + 1,
                ..usage
            }),
            Some(Limit::Memory),
        );
        check(
            &with(Usage {
                cpu_ms: 120_000,
                ..usage
            }),
            Some(Limit::Cpu),
        );
        check(
            &with(Usage {
                disk_free_bytes: 0,
                ..usage
            }),
            Some(Limit::Disk),
        );
        check(
            &Use {
                wall: Duration::from_mins(10),
                ..NOTHING
            },
            Some(Limit::Wall),
        );
        check(
            &Use {
                output_bytes: (256 << 20) + 1,
                ..NOTHING
            },
            Some(Limit::Output),
        );
        check(
            &Use {
                captured_bytes: (4 << 30) + 1,
                ..NOTHING
            },
            Some(Limit::Capture),
        );
    }
}
