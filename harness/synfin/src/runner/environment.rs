//! What the run is made on, and its seed.

use std::thread::available_parallelism;

use synfin_core::manifest::{Level, Machine};

/// A seed nobody can guess, so that no program can know the contents of a run's files before.
pub(crate) fn seed() -> u64 {
    let mut bytes = [0; 8];
    let filled = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty());
    debug_assert_eq!(
        filled,
        Ok(bytes.len()),
        "the kernel gives 8 random bytes at once (getrandom(2))"
    );
    // JSON numbers are exact up to 2^53 in most readers.
    u64::from_le_bytes(bytes) >> 11
}

/// The machine, as the kernel describes it.
pub(crate) fn machine() -> Machine {
    let kernel = rustix::system::uname();
    Machine {
        os: std::env::consts::OS.to_owned(),
        kernel: kernel.release().to_string_lossy().into_owned(),
        arch: std::env::consts::ARCH.to_owned(),
        cpus: available_parallelism()
            .map_or(1, |cpus| u32::try_from(cpus.get()).unwrap_or(u32::MAX)),
    }
}

/// Whom a level is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum User {
    /// Somebody without privilege.
    Ordinary,
    /// Root, of the machine or of a user namespace.
    Root,
}

impl User {
    /// Who runs this process.
    pub(crate) fn of_this_process() -> Self {
        if rustix::process::geteuid().is_root() {
            Self::Root
        } else {
            Self::Ordinary
        }
    }
}

/// The level of namespaces that this user makes. Root takes the same way as everybody, and gives up its rights in the
/// namespaces for the programs' sake; it is told apart because it could do more.
pub(crate) fn namespaces() -> Level {
    match User::of_this_process() {
        User::Ordinary => Level::RootlessNamespaces,
        User::Root => Level::RootNamespaces,
    }
}
