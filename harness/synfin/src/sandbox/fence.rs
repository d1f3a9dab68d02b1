//! What a program may touch where no mount can hide the rest: Landlock (landlock(7)) lets it read what it sees in a scenario's
//! namespaces, and write in its own scratch alone.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreated,
    RulesetCreatedAttr, RulesetStatus, Scope, path_beneath_rules,
};
use libc::sock_filter;

use super::{refusals, sys};

/// What is known of Landlock here; an older kernel enforces what it knows.
const KNOWN: ABI = ABI::V6;

/// Devices that a program may read and write, beside its terminal.
const DEVICES: [&str; 7] = [
    "/dev/full",
    "/dev/null",
    "/dev/ptmx",
    "/dev/random",
    "/dev/tty",
    "/dev/zero",
    "/dev/urandom",
];

/// Where all of the host write: none of it is a program's.
const SHARED: [&str; 3] = ["/tmp", "/var/tmp", "/dev"];

/// A fence around a program that is about to be executed; it stands when it is closed.
pub(super) struct Fence {
    ruleset: RulesetCreated,
    refusals: Option<Vec<sock_filter>>,
}

impl Fence {
    /// A fence that lets `visible` be read, and `own` and the terminals be used.
    pub(super) fn around(
        visible: &[PathBuf],
        own: &Path,
        terminals: Option<PathBuf>,
    ) -> io::Result<Self> {
        let ruleset = || {
            Ruleset::default()
                .handle_access(AccessFs::from_all(KNOWN))?
                .scope(Scope::from_all(KNOWN))?
                .create()?
                .add_rules(path_beneath_rules(visible, AccessFs::from_read(KNOWN)))?
                .add_rules(path_beneath_rules(DEVICES, devices()))?
                .add_rules(path_beneath_rules(terminals, devices()))?
                .add_rules(path_beneath_rules([own], AccessFs::from_all(KNOWN)))
        };
        Ok(Self {
            ruleset: ruleset().map_err(io::Error::other)?,
            refusals: None,
        })
    }

    /// The same, with system calls refused that reach beyond it.
    pub(super) fn with_refusals(self) -> io::Result<Self> {
        Ok(Self {
            refusals: Some(refusals::program()?),
            ..self
        })
    }

    /// Holds this process, and all that it becomes or starts, inside; it can gain no privilege from here on.
    pub(super) fn close(self) -> io::Result<()> {
        let status = self.ruleset.restrict_self().map_err(io::Error::other)?;
        match status.ruleset {
            RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => {}
            RulesetStatus::NotEnforced => return Err(missing()),
        }
        match self.refusals {
            Some(program) => sys::filter_system_calls(&program),
            None => Ok(()),
        }
    }
}

/// Holds this process, and all that it becomes or starts, in a domain of its own: it can signal those in it, and in domains in
/// it, and nobody else.
pub(super) fn enclose_signals() -> io::Result<()> {
    let enclosed = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .scope(Scope::Signal)
        .and_then(Ruleset::create)
        .and_then(RulesetCreated::restrict_self);
    let missing = |_| {
        let why = "the kernel's Landlock does not keep signals apart";
        io::Error::new(io::ErrorKind::Unsupported, why)
    };
    enclosed.map(drop).map_err(missing)
}

/// Whether this kernel has Landlock.
pub(super) fn check() -> io::Result<()> {
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))
        .and_then(Ruleset::create);
    ruleset.map(drop).map_err(|_| missing())
}

fn missing() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "the kernel has no Landlock")
}

fn devices() -> landlock::BitFlags<AccessFs> {
    AccessFs::WriteFile | AccessFs::Truncate | AccessFs::IoctlDev | AccessFs::ReadFile
}

/// All that can be seen with `hidden` left out, and of the places that everybody writes to only `exposed`. What appears
/// beside something hidden afterwards is not seen.
pub(super) fn visible(hidden: &[PathBuf], exposed: &[PathBuf]) -> Vec<PathBuf> {
    let hidden: Vec<PathBuf> = hidden.iter().map(|path| resolved(path)).collect();
    let shared = SHARED.iter().map(PathBuf::from);
    let closed: Vec<PathBuf> = shared
        .chain([resolved(&std::env::temp_dir())])
        .chain(hidden.iter().cloned())
        .collect();
    let mut visible = Vec::new();
    open(Path::new("/"), &closed, &mut visible);
    for path in exposed {
        open(&resolved(path), &hidden, &mut visible);
    }
    visible
}

/// The path without links; of something that does not exist yet, its parent's.
fn resolved(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let of_parent = || {
        let parent = fs::canonicalize(absolute.parent()?).ok()?;
        Some(parent.join(absolute.file_name()?))
    };
    fs::canonicalize(&absolute)
        .ok()
        .or_else(of_parent)
        .unwrap_or(absolute)
}

/// Opens the path, or, if something closed lies below it, what lies beside that. Links are left out: what they lead to is
/// opened where it is.
fn open(path: &Path, closed: &[PathBuf], visible: &mut Vec<PathBuf>) {
    if closed.iter().any(|closed| path.starts_with(closed)) {
        return;
    }
    if !closed.iter().any(|closed| closed.starts_with(path)) {
        visible.push(path.to_owned());
        return;
    }
    // What cannot be listed stays closed.
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| !kind.is_symlink()) {
            open(&entry.path(), closed, visible);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a folder of the test's own")]
    fn what_lies_beside_something_hidden_is_seen_and_what_leads_to_it_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        for name in ["hidden/deep", "beside", "deep/hidden", "deep/beside"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        fs::write(root.join("file"), "").unwrap();
        std::os::unix::fs::symlink(root.join("hidden"), root.join("link")).unwrap();
        let hidden = [
            root.join("hidden"),
            root.join("deep/hidden"),
            root.join("not-yet"),
        ];
        let mut found = Vec::new();
        open(&root, &hidden, &mut found);
        found.sort();
        let expected = ["beside", "deep/beside", "file"].map(|name| root.join(name));
        assert_eq!(found, expected);
    }
}
