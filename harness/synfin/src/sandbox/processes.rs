//! A role's processes, as init sees them in its `/proc`: all whose pid namespace is the one that the role's keeper made; where
//! there are none, all of the role's user, or all that descend from its keeper.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal};

use synfin_core::manifest::Role;

use super::users::User;
use super::{RoleStat, Thread, Usage, held_sockets};

/// Who goes on forking after so many looks is not stopped by a signal.
const LOOKS_MAX: usize = 100;

/// The processes of one role.
pub(super) struct RoleProcesses {
    keeper: Pid,
    /// Tells the keeper from a later process of the same number.
    handle: OwnedFd,
    mark: Mark,
    /// The program's number in its own pid namespace, if it was executed.
    program: Option<i32>,
}

/// What tells a role's processes from all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// The link that names their pid namespace, the keeper's; its number may be another's once the keeper has ended.
    PidNamespace(PathBuf),
    /// Their user, which the keeper is not.
    User(User),
    /// Their descent from the keeper, who adopts what loses its parent.
    Descent,
}

impl Mark {
    /// The pid namespace of a keeper that was just made.
    pub(super) fn namespace_of(keeper: Pid) -> io::Result<Self> {
        Ok(Self::PidNamespace(namespace_of(keeper)?))
    }

    /// Whether the process has it; not, if it has ended.
    fn is_on(&self, pid: Pid, keeper: Pid, look: &Look) -> bool {
        match self {
            Self::PidNamespace(namespace) => namespace_of(pid).is_ok_and(|its| its == *namespace),
            Self::User(user) => real_uid(pid) == Some(user.owner.uid),
            Self::Descent => look.descends(pid, keeper),
        }
    }

    /// Looks into the role's processes with the rights that it takes.
    fn looking<T>(&self, look: impl FnOnce() -> T) -> io::Result<T> {
        match self {
            Self::PidNamespace(_) | Self::Descent => Ok(look()),
            Self::User(user) => user.acting(look),
        }
    }
}

/// One look at who descends from whom.
#[derive(Default)]
struct Look {
    /// Those whose parent was asked for; some have none in this pid namespace, or had ended.
    parents: RefCell<HashMap<Pid, Option<Pid>>>,
}

impl Look {
    /// Whether the process descends from this one, by way of those that live: who loses a parent gets another one, and then all
    /// are asked anew.
    fn descends(&self, pid: Pid, from: Pid) -> bool {
        let mut at = pid;
        loop {
            match self.parent_of(at) {
                Some(parent) if parent == from => return true,
                Some(parent) => at = parent,
                None if at == pid || directory(at).exists() => return false,
                None => {
                    self.parents.borrow_mut().clear();
                    at = pid;
                }
            }
        }
    }

    fn parent_of(&self, pid: Pid) -> Option<Pid> {
        let mut parents = self.parents.borrow_mut();
        *parents.entry(pid).or_insert_with(|| parent_of(pid))
    }
}

impl RoleProcesses {
    /// Those of a keeper that was just made.
    pub(super) fn of_keeper(keeper: Pid, mark: Mark) -> io::Result<Self> {
        Ok(Self {
            keeper,
            handle: rustix::process::pidfd_open(keeper, PidfdFlags::empty())?,
            mark,
            program: None,
        })
    }

    /// Notes the number that the program reported of itself.
    pub(super) fn note_program(&mut self, program: Option<i32>) {
        self.program = program;
    }

    /// All but the keeper; none once the keeper has ended, because the kernel has killed them.
    fn pids(&self) -> io::Result<Vec<Pid>> {
        let mut found = Vec::new();
        if self.keeper_has_ended()? {
            return Ok(found);
        }
        let look = Look::default();
        for pid in all_pids()? {
            if self.has(pid, &look) {
                found.push(pid);
            }
        }
        Ok(found)
    }

    fn has(&self, pid: Pid, look: &Look) -> bool {
        pid != self.keeper && self.mark.is_on(pid, self.keeper, look)
    }

    /// A process handle is readable when its process has ended (pidfd_open(2)).
    fn keeper_has_ended(&self) -> io::Result<bool> {
        let mut handle = [PollFd::new(&self.handle, PollFlags::IN)];
        let at_once = Timespec::default();
        Ok(poll(&mut handle, Some(&at_once))? > 0)
    }

    /// Signals the program that was started; tells whether it was there.
    pub(super) fn signal_program(&self, signal: Signal) -> io::Result<bool> {
        for pid in self.pids()? {
            // Opened first: the number may be another's by the time it is read.
            let Ok(handle) = rustix::process::pidfd_open(pid, PidfdFlags::empty()) else {
                continue;
            };
            if self.program.is_some() && innermost_pid(pid) == self.program {
                return was_there(rustix::process::pidfd_send_signal(handle, signal));
            }
        }
        Ok(false)
    }

    /// Signals every process but the keeper, also those that were being forked meanwhile; tells whether there was one.
    pub(super) fn signal_all(&self, signal: Signal) -> io::Result<bool> {
        let (mut any, mut signalled) = (false, HashSet::new());
        for _ in 0..LOOKS_MAX {
            let others = self.pids()?.into_iter();
            let others: Vec<Pid> = others.filter(|pid| signalled.insert(*pid)).collect();
            if others.is_empty() {
                break;
            }
            for pid in others {
                any |= was_there(rustix::process::kill_process(pid, signal))?;
            }
        }
        Ok(any)
    }

    /// Signals the keeper; tells whether it was there.
    pub(super) fn signal_keeper(&self, signal: Signal) -> io::Result<bool> {
        was_there(rustix::process::pidfd_send_signal(&self.handle, signal))
    }

    /// What the role's threads do and which sockets they hold. What ended in the meantime is left out.
    pub(super) fn stat(&self) -> io::Result<RoleStat> {
        let mut threads = Vec::new();
        let mut socket_inodes = Vec::new();
        let pids = self.pids()?;
        self.mark.looking(|| {
            for pid in pids {
                threads.extend(threads_of(pid).unwrap_or_default());
                let held = held_sockets::inodes_of(&directory(pid));
                socket_inodes.extend(held.unwrap_or_default());
            }
        })?;
        socket_inodes.sort_unstable();
        socket_inodes.dedup();
        Ok(RoleStat {
            threads,
            socket_inodes,
        })
    }

    /// Those among these sockets that the role still holds and that are TCP, each once, ascending.
    pub(super) fn tcp_sockets(&self, wanted: &[u64]) -> io::Result<Vec<u64>> {
        let pids = self.pids()?;
        let held = |pid| held_sockets::tcp_inodes_of(&directory(pid), wanted).unwrap_or_default();
        let mut inodes: Vec<u64> = self
            .mark
            .looking(|| pids.into_iter().flat_map(held).collect())?;
        inodes.sort_unstable();
        inodes.dedup();
        Ok(inodes)
    }
}

/// What every role uses, in one look at all processes.
pub(super) fn usage(roles: &HashMap<Role, RoleProcesses>) -> io::Result<Vec<(Role, Usage)>> {
    let mut used: HashMap<Role, Usage> =
        roles.keys().map(|role| (*role, Usage::default())).collect();
    let look = Look::default();
    for pid in all_pids()? {
        if let Some((role, _)) = roles.iter().find(|(_, its)| its.has(pid, &look)) {
            // What ended in the meantime uses nothing.
            let _ = add_usage(pid, used.entry(*role).or_default());
        }
    }
    Ok(used.into_iter().collect())
}

/// The role that holds each of these sockets.
pub(super) fn owners(
    roles: &HashMap<Role, RoleProcesses>,
    inodes: &[u64],
) -> io::Result<Vec<(u64, Role)>> {
    let mut owners = Vec::new();
    for (role, its) in roles {
        let held = its.stat()?.socket_inodes;
        let wanted = held.into_iter().filter(|inode| inodes.contains(inode));
        owners.extend(wanted.map(|inode| (inode, *role)));
    }
    Ok(owners)
}

/// Reads `/proc/PID/stat` and `/proc/PID/statm` (proc_pid_stat(5), proc_pid_statm(5)).
fn add_usage(pid: Pid, used: &mut Usage) -> io::Result<()> {
    let (stat, memory) = (
        read(&directory(pid).join("stat"))?,
        read(&directory(pid).join("statm"))?,
    );
    let (_, after_name) = stat.rsplit_once(") ").unwrap_or_default();
    let numbers = |text: &str| -> Vec<u64> {
        let words = text.split_whitespace();
        words.map(|word| word.parse().unwrap_or(0)).collect()
    };
    let fields = numbers(after_name);
    // The first of these is field 3 of the line.
    let field = |number: usize| fields.get(number - 3).copied().unwrap_or(0);
    // The times of the process, and of children that it waited for.
    let ticks: u64 = (14..=17).map(field).sum();
    used.cpu_ms += ticks * 1000 / rustix::param::clock_ticks_per_second();
    used.processes += field(20);
    if let [_, resident, shared, ..] = numbers(&memory)[..] {
        used.memory_bytes += resident.saturating_sub(shared) * rustix::param::page_size() as u64;
    }
    Ok(())
}

/// The processes of this pid namespace.
fn all_pids() -> io::Result<Vec<Pid>> {
    let names = fs::read_dir("/proc")?.map(|entry| Ok(entry?.file_name()));
    let names = names.collect::<io::Result<Vec<_>>>()?;
    Ok(names
        .iter()
        .filter_map(|name| name.to_str()?.parse().ok().and_then(Pid::from_raw))
        .collect())
}

fn namespace_of(pid: Pid) -> io::Result<PathBuf> {
    fs::read_link(directory(pid).join("ns/pid"))
}

/// Who the process is (proc_pid_status(5)): the first of the four ids of its user.
fn real_uid(pid: Pid) -> Option<u32> {
    let status = read(&directory(pid).join("status")).ok()?;
    let ids = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    ids.split_whitespace().next()?.parse().ok()
}

/// The parent of a process, if it has one in this pid namespace.
fn parent_of(pid: Pid) -> Option<Pid> {
    let stat = read(&directory(pid).join("stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(") ")?;
    Pid::from_raw(after_name.split_whitespace().nth(1)?.parse().ok()?)
}

/// How many processes and threads this user has.
pub(super) fn threads_of_user(uid: u32) -> io::Result<u64> {
    let its = all_pids()?.into_iter();
    let its = its.filter(|pid| real_uid(*pid) == Some(uid));
    // What has ended in the meantime has none.
    let threads = |pid| fs::read_dir(directory(pid).join("task")).map_or(0, Iterator::count);
    Ok(its.map(|pid| threads(pid) as u64).sum())
}

fn directory(pid: Pid) -> PathBuf {
    Path::new("/proc").join(pid.as_raw_nonzero().to_string())
}

fn was_there(result: rustix::io::Result<()>) -> io::Result<bool> {
    match result {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::SRCH) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// A process's id in its own, innermost pid namespace.
fn innermost_pid(pid: Pid) -> Option<i32> {
    let status = read(&directory(pid).join("status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("NSpid:"))?;
    line.split_whitespace().next_back()?.parse().ok()
}

fn threads_of(pid: Pid) -> io::Result<Vec<Thread>> {
    let mut threads = Vec::new();
    for entry in fs::read_dir(directory(pid).join("task"))? {
        let Ok(text) = read(&entry?.path().join("stat")) else {
            continue;
        };
        threads.extend(parse_stat(
            pid.as_raw_nonzero().get().cast_unsigned(),
            &text,
        ));
    }
    Ok(threads)
}

/// Reads `/proc/PID/task/TID/stat` (proc_pid_stat(5)); the name stands in parentheses and may hold any byte but NUL.
fn parse_stat(pid: u32, text: &str) -> Option<Thread> {
    let (tid, rest) = text.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(") ")?;
    let fields = rest.split_whitespace().collect::<Vec<_>>();
    // Fields 14 and 15 of the whole line; `rest` begins with field 3.
    let ticks = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    Some(Thread {
        pid,
        tid: tid.parse().ok()?,
        name: name.to_owned(),
        state: fields.first()?.chars().next()?,
        cpu_ticks: ticks(14)? + ticks(15)?,
    })
}

/// `ListenOverflows` of this network namespace, from `/proc/net/netstat`: each row of names is followed by its values.
pub(super) fn listen_overflows() -> io::Result<u64> {
    let text = read(Path::new("/proc/net/netstat"))?;
    parse_listen_overflows(&text)
        .ok_or_else(|| io::Error::other("/proc/net/netstat has no ListenOverflows"))
}

fn parse_listen_overflows(text: &str) -> Option<u64> {
    let mut rows = text.lines().filter(|line| line.starts_with("TcpExt:"));
    let (names, values) = (rows.next()?, rows.next()?);
    let (_, value) = names
        .split_whitespace()
        .zip(values.split_whitespace())
        .find(|(name, _)| *name == "ListenOverflows")?;
    value.parse().ok()
}

#[expect(clippy::disallowed_methods, reason = "/proc is init's alone to read")]
fn read(path: &Path) -> io::Result<String> {
    Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_may_be_called_anything() {
        let fields = "R 1 2 2 34816 2 4194304 95 0 0 0 7 5 0 0 20 0 1 0";
        assert_eq!(
            parse_stat(3, &format!("4 (a) b (c) {fields}")),
            Some(Thread {
                pid: 3,
                tid: 4,
                name: "a) b (c".to_owned(),
                state: 'R',
                cpu_ticks: 12,
            })
        );
        assert_eq!(parse_stat(3, "nonsense"), None);
    }

    #[test]
    fn listen_overflows_are_found_by_name() {
        let text = "TcpExt: SyncookiesSent ListenOverflows ListenDrops\nTcpExt: 1 42 7\nIpExt: A\nIpExt: 1\n";
        assert_eq!(parse_listen_overflows(text), Some(42));
        assert_eq!(parse_listen_overflows(""), None);
    }
}
