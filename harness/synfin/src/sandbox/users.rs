//! Users that nobody else is: where a scenario has no namespaces, each role is a user of its own, who may neither signal nor
//! read anybody else.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::ops::Range;
use std::os::unix::net::UnixListener;

use rustix::process::{Gid, Uid};
use synfin_core::manifest::Role;

use super::hold::try_hold;
use super::message::Owner;
use super::sys;

/// Ids that systemd's list of users and groups (its document UIDS-GIDS) leaves to nobody: far above all others, and, for
/// containers that have no more than 65,536, below them. A block of the first has room for the largest scenario.
const UNUSED: [(Range<u32>, u32); 2] = [(0x7000_0000..0x7008_0000, 0x4000), (60_578..61_178, 200)];

/// A block of ids, which no other scenario has while this lives.
pub(super) struct Users {
    block: Range<u32>,
    _held: UnixListener,
}

/// The user of one role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct User {
    /// Who the role's programs run as.
    pub(super) owner: Owner,
    /// Who acts upon them: an id that none of them has, so that none may act in return, and nobody else who acts either, for
    /// kill(2) lets everybody signal whose real id is the same.
    watcher: u32,
    /// Who does for its keeper.
    keepers_watcher: u32,
}

impl Users {
    /// Takes a block in which no process runs and nobody has an account.
    pub(super) fn take() -> io::Result<Self> {
        let (taken, mapped) = (taken()?, mapped()?);
        for block in blocks() {
            let is_mapped = mapped.iter().all(|ids| covers(ids, &block));
            if !is_mapped || taken.range(block.clone()).next().is_some() {
                continue;
            }
            if let Some(held) = try_hold(&format!("synfin-users-{}", block.start))? {
                return Ok(Self { block, _held: held });
            }
        }
        Err(io::Error::other("no block of unused user ids is free"))
    }

    /// The role's user, as init acts upon it: init is the first of the block, and each role the next two.
    pub(super) fn of(&self, role: Role) -> io::Result<User> {
        let place = match role {
            Role::Server => 0,
            Role::Client(number) => number,
        };
        let id = place
            .saturating_mul(2)
            .saturating_add(self.block.start)
            .saturating_add(1);
        let keepers_watcher = id.saturating_add(1);
        if !self.block.contains(&keepers_watcher) {
            return Err(io::Error::other(
                "there are more programs than users for them",
            ));
        }
        Ok(User {
            owner: Owner { uid: id, gid: id },
            watcher: self.block.start,
            keepers_watcher,
        })
    }
}

impl User {
    /// The same user, as its keeper acts upon it.
    pub(super) fn for_keeper(self) -> Self {
        Self {
            watcher: self.keepers_watcher,
            ..self
        }
    }

    /// Does the work with the rights of this user, and with no others: what it may signal or look into is the user's alone.
    /// The caller has one thread.
    pub(super) fn acting<T>(self, work: impl FnOnce() -> T) -> io::Result<T> {
        let changed = self.become_it().map(|()| work());
        if return_to_root().is_err() {
            // Half a root would do half of what it is told.
            sys::exit_now(1);
        }
        Ok(changed?)
    }

    /// The way back is the saved ids, which stay root's.
    fn become_it(self) -> rustix::io::Result<()> {
        let (uid, gid) = (Uid::from_raw(self.owner.uid), Gid::from_raw(self.owner.gid));
        rustix::thread::set_thread_res_gid(Gid::ROOT, gid, Gid::ROOT)?;
        // kill(2) compares the sender's real id as well: root's would reach all that is root's.
        rustix::thread::set_thread_res_uid(Uid::from_raw(self.watcher), uid, Uid::ROOT)
    }
}

fn return_to_root() -> rustix::io::Result<()> {
    rustix::thread::set_thread_res_uid(Uid::ROOT, Uid::ROOT, Uid::ROOT)?;
    rustix::thread::set_thread_res_gid(Gid::ROOT, Gid::ROOT, Gid::ROOT)
}

fn blocks() -> impl Iterator<Item = Range<u32>> {
    UNUSED.into_iter().flat_map(|(ids, size)| {
        let block = move |first| first..first + size;
        ids.step_by(usize::try_from(size).unwrap_or(usize::MAX))
            .map(block)
    })
}

/// All ids of processes, users and groups.
fn taken() -> io::Result<BTreeSet<u32>> {
    let mut taken = BTreeSet::new();
    for entry in fs::read_dir("/proc")? {
        // What has ended in the meantime is nobody.
        let status = read(&format!("{}/status", entry?.path().display())).unwrap_or_default();
        for line in status.lines().filter(|line| is_of_ids(line)) {
            let ids = line.split_whitespace().skip(1);
            taken.extend(ids.filter_map(|id| id.parse::<u32>().ok()));
        }
    }
    // passwd(5) and group(5): the third field of either is the id. There may be neither.
    for file in ["/etc/passwd", "/etc/group"] {
        let text = read(file).unwrap_or_default();
        let ids = text.lines().filter_map(|line| line.split(':').nth(2));
        taken.extend(ids.filter_map(|id| id.parse::<u32>().ok()));
    }
    Ok(taken)
}

fn is_of_ids(line: &str) -> bool {
    line.starts_with("Uid:") || line.starts_with("Gid:")
}

/// The users and the groups that this user namespace has: it can be nobody else.
fn mapped() -> io::Result<[Vec<Range<u64>>; 2]> {
    let ids = |file: &str| -> io::Result<Vec<Range<u64>>> {
        let text = read(file)?;
        let range = |line: &str| {
            let mut fields = line.split_whitespace().map(str::parse::<u64>);
            let (first, count) = (fields.next()?.ok()?, fields.nth(1)?.ok()?);
            Some(first..first + count)
        };
        Ok(text.lines().filter_map(range).collect())
    };
    Ok([ids("/proc/self/uid_map")?, ids("/proc/self/gid_map")?])
}

fn covers(mapped: &[Range<u64>], block: &Range<u32>) -> bool {
    let (first, end) = (u64::from(block.start), u64::from(block.end));
    mapped
        .iter()
        .any(|ids| ids.start <= first && end <= ids.end)
}

#[expect(
    clippy::disallowed_methods,
    reason = "what the system says of its users"
)]
fn read(path: &str) -> io::Result<String> {
    fs::read_to_string(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_used_only_where_all_of_it_is_mapped() {
        let mapped = 0..65_536;
        let found: Vec<_> = blocks()
            .filter(|block| covers(std::slice::from_ref(&mapped), block))
            .collect();
        assert_eq!(found, [60_578..60_778, 60_778..60_978, 60_978..61_178]);
    }

    #[test]
    fn blocks_do_not_overlap() {
        let mut end = 0;
        let mut blocks: Vec<_> = blocks().collect();
        blocks.sort_by_key(|block| block.start);
        for block in blocks {
            assert!(end <= block.start && block.start < block.end, "{block:?}");
            end = block.end;
        }
    }

    #[test]
    fn whoever_acts_has_a_real_id_that_neither_programs_nor_others_who_act_have() {
        let users = Users::take().unwrap();
        let roles = [Role::Server, Role::Client(1), Role::Client(2)];
        let of_roles = roles.map(|role| users.of(role).unwrap());
        let init = of_roles[0].watcher;
        assert!(of_roles.iter().all(|user| user.watcher == init));
        let keepers = of_roles.map(|user| user.for_keeper().watcher);
        let programs = of_roles.map(|user| user.owner.uid);
        let all: BTreeSet<u32> = [init].into_iter().chain(keepers).chain(programs).collect();
        assert_eq!(all.len(), 1 + 2 * roles.len());
    }
}
