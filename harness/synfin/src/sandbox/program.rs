//! The last steps of a process before it becomes a program under test: its own session and folder, limits, no privilege.

use std::convert::Infallible;
use std::ffi::{CString, NulError};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use rustix::io::FdFlags;
use rustix::process::{Gid, Resource, Rlimit, Signal, Uid};
use rustix::thread::{CapabilitySet, CapabilitySets};
use serde::{Deserialize, Serialize};

use super::fence::Fence;
use super::keeper::Keeping;
use super::message::Owner;
use super::sys;

/// Begins the report of a start that failed for a reason of ours.
pub(super) const OURS: &str = "\0";

/// What a program finds in PATH, unless it is told otherwise.
pub(super) const DEFAULT_PATH: &str =
    "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

/// So that the ring's reader always finds a processor: bulk transfers stay whole.
pub(crate) const NICE: i32 = 19;

/// What a program may use.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Limits {
    /// Processes and threads of all programs of the scenario together; without namespaces, of all that their user has.
    pub(super) processes_max: u64,
    /// The largest file it may write, bytes.
    pub(super) file_bytes_max: u64,
    /// Processor time, seconds.
    pub(super) cpu_s: u64,
    /// Data segment and anonymous memory, bytes.
    pub(super) data_bytes_max: u64,
}

/// Becomes the program, or reports why not.
pub(super) fn become_it(keeping: &Keeping) -> ! {
    let Ok(mut failed) = keeping.failed.try_clone().map(File::from) else {
        sys::exit_now(1)
    };
    // The only one who knows it for certain, and who may still tell.
    let told = writeln!(failed, "{}", rustix::process::getpid());
    let why = match told
        .map_err(ours("report"))
        .and_then(|()| try_become(keeping))
    {
        Ok(never) => match never {},
        Err(Failure::Ours { step, source }) => format!("{OURS}{step}: {source}"),
        Err(Failure::Program(why)) => why,
    };
    // If nobody hears it, nobody is left to care.
    let _ = failed.write_all(why.as_bytes());
    sys::exit_now(127)
}

/// Why a program could not be executed.
enum Failure {
    /// A step of ours failed.
    Ours {
        step: &'static str,
        source: io::Error,
    },
    /// There is no such program, or it cannot be executed: in words.
    Program(String),
}

fn ours<E: Into<io::Error>>(step: &'static str) -> impl Fn(E) -> Failure {
    move |source| Failure::Ours {
        step,
        source: source.into(),
    }
}

fn try_become(keeping: &Keeping) -> Result<Infallible, Failure> {
    let order = &keeping.order;
    let home = keeping.confinement.home(&keeping.scratch);
    let folder = home.join(order.role.to_string());
    let env = environment(keeping);
    let image = Image::of(&order.argv, &env)?;
    let candidates = candidates(&order.argv[0], &env, &folder)?;
    rustix::process::setsid().map_err(ours("setsid"))?;
    take_terminal(&keeping.standard[0], keeping.owner).map_err(ours("controlling terminal"))?;
    rustix::process::chdir(&folder).map_err(ours("chdir to the role's folder"))?;
    limit(keeping.limits).map_err(ours("limits"))?;
    // Opened with init's rights, used only if the program's own do not reach that far.
    let opened = candidates
        .iter()
        .map(|path| open_program(path))
        .collect::<Vec<_>>();
    let fence = keeping
        .confinement
        .fence(&keeping.scratch, &keeping.standard[0]);
    let fence = fence.map_err(ours("making its fence"))?;
    drop_privileges(keeping.owner).map_err(ours("dropping privileges"))?;
    fence
        .map_or(Ok(()), Fence::close)
        .map_err(ours("closing its fence"))?;
    reset_signals().map_err(ours("signals"))?;
    for (fd, number) in keeping.standard.iter().zip(0..) {
        sys::place_fd(fd.as_fd(), number).map_err(ours("standard descriptors"))?;
    }
    sys::close_on_exec_from(3).map_err(ours("closing descriptors"))?;
    let mut last = Failure::Program(format!("no program called {:?} in PATH", order.argv[0]));
    for (path, opened) in candidates.iter().zip(&opened) {
        let error = image.execute(path, opened.as_ref());
        if error.kind() != io::ErrorKind::NotFound {
            return Err(Failure::Program(in_words(path, &error)));
        }
        if path.exists() {
            last = Failure::Program(format!(
                "{}: its interpreter (first line, or dynamic loader) does not exist",
                path.display()
            ));
        } else if candidates.len() == 1 {
            last = Failure::Program(format!("{}: no such file", path.display()));
        }
    }
    Err(last)
}

/// The environment that was ordered, and what there is to say of scratch beside it.
fn environment(keeping: &Keeping) -> Vec<(String, String)> {
    let ordered = &keeping.order.env;
    let is_new = |name: &str| ordered.iter().all(|(given, _)| given != name);
    let of_scratch = keeping.confinement.environment(&keeping.scratch);
    let added = of_scratch
        .into_iter()
        .filter(|(name, _)| is_new(name))
        .map(|(name, value)| (name.to_owned(), value));
    ordered.iter().cloned().chain(added).collect()
}

/// A command line and environment as the kernel takes them.
struct Image {
    argv: Vec<CString>,
    env: Vec<CString>,
}

impl Image {
    fn of(argv: &[String], env: &[(String, String)]) -> Result<Self, Failure> {
        let nul = |_: NulError| Failure::Program("an argument contains a NUL byte".to_owned());
        Ok(Self {
            argv: argv
                .iter()
                .map(|word| CString::new(word.as_str()))
                .collect::<Result<_, _>>()
                .map_err(nul)?,
            env: env
                .iter()
                .map(|(name, value)| CString::new(format!("{name}={value}")))
                .collect::<Result<_, _>>()
                .map_err(nul)?,
        })
    }

    /// Executes the file at `path`; when a directory on the way is closed to the program (root's own, say), the file
    /// that was opened before.
    fn execute(&self, path: &Path, opened: Option<&OwnedFd>) -> io::Error {
        let Ok(text) = CString::new(path.as_os_str().as_bytes()) else {
            return io::ErrorKind::InvalidInput.into();
        };
        let error = sys::execute(&text, &self.argv, &self.env);
        match opened {
            Some(file) if error.kind() == io::ErrorKind::PermissionDenied => {
                if let Err(error) = keep_open_for_interpreter(file) {
                    return error;
                }
                sys::execute_open(file, &self.argv, &self.env)
            }
            Some(_) | None => error,
        }
    }
}

/// The files that a program's name may mean, as execvp(3) has it; those without a slash are looked up.
fn candidates(
    program: &str,
    env: &[(String, String)],
    folder: &Path,
) -> Result<Vec<PathBuf>, Failure> {
    if program.is_empty() {
        return Err(Failure::Program("the program's name is empty".to_owned()));
    }
    if program.contains('/') {
        return Ok(vec![folder.join(program)]);
    }
    let path = env
        .iter()
        .find(|(name, _)| name == "PATH")
        .map_or(DEFAULT_PATH, |(_, value)| value);
    let found = path
        .split(':')
        .map(|dir| folder.join(dir).join(program))
        .filter(|path| path.is_file())
        .collect();
    Ok(found)
}

fn open_program(path: &Path) -> Option<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::empty()).ok()
}

/// The interpreter of a script opens the script again, through the descriptor it inherits; an executable needs none.
fn keep_open_for_interpreter(file: &OwnedFd) -> io::Result<()> {
    let mut first = [0; 2];
    rustix::io::pread(file, &mut first, 0)?;
    if first == *b"#!" {
        rustix::io::fcntl_setfd(file, FdFlags::empty())?;
    }
    Ok(())
}

/// Makes the standard input the session's terminal, if it is one, and the program's own, for it may open it again.
fn take_terminal(stdin: &OwnedFd, owner: Owner) -> rustix::io::Result<()> {
    if rustix::termios::isatty(stdin) {
        let (uid, gid) = (Uid::from_raw(owner.uid), Gid::from_raw(owner.gid));
        if rustix::process::getuid() != uid {
            rustix::fs::fchown(stdin, Some(uid), Some(gid))?;
        }
        rustix::process::ioctl_tiocsctty(stdin)?;
    }
    Ok(())
}

fn limit(limits: Limits) -> rustix::io::Result<()> {
    // Raising a hard limit needs rights over the host, which nobody here has.
    let set_both = |resource, soft: u64, max: u64| {
        let hard = rustix::process::getrlimit(resource).maximum;
        let at_most = |limit: u64| Some(hard.map_or(limit, |hard| hard.min(limit)));
        let limit = Rlimit {
            current: at_most(soft),
            maximum: at_most(max),
        };
        rustix::process::setrlimit(resource, limit)
    };
    let set = |resource, max| set_both(resource, max, max);
    // SIGXCPU says why, SIGKILL comes if the program does not heed it (setrlimit(2)).
    set_both(Resource::Cpu, limits.cpu_s, limits.cpu_s + 2)?;
    set(Resource::Nproc, limits.processes_max)?;
    set(Resource::Fsize, limits.file_bytes_max)?;
    set(Resource::Data, limits.data_bytes_max)?;
    set(Resource::Core, 0)?;
    rustix::process::setpriority_process(None, NICE)
}

/// Leaves nothing of init's rights, now or after any execve.
fn drop_privileges(owner: Owner) -> rustix::io::Result<()> {
    let held = rustix::thread::capabilities(None)?.effective;
    // Who has no capability cannot shrink the set, and gains nothing from it without new privileges.
    let bounding = if held.is_empty() { 0..0 } else { 0..64 };
    for number in bounding {
        let capability = CapabilitySet::from_bits_retain(1 << number);
        match rustix::thread::remove_capability_from_bounding_set(capability) {
            // The kernel knows no more of them.
            Err(rustix::io::Errno::INVAL) => break,
            result => result?,
        }
    }
    let (uid, gid) = (Uid::from_raw(owner.uid), Gid::from_raw(owner.gid));
    if rustix::process::getuid() != uid {
        rustix::thread::set_thread_groups(&[])?;
        rustix::thread::set_thread_res_gid(gid, gid, gid)?;
        rustix::thread::set_thread_res_uid(uid, uid, uid)?;
    }
    rustix::thread::clear_ambient_capability_set()?;
    let none = CapabilitySet::empty();
    rustix::thread::set_capabilities(
        None,
        CapabilitySets {
            effective: none,
            permitted: none,
            inheritable: none,
        },
    )?;
    rustix::thread::set_no_new_privs(true)
}

/// Rust ignores SIGPIPE and a keeper blocks some: a program starts like any other.
fn reset_signals() -> io::Result<()> {
    sys::set_default_disposition(Signal::PIPE);
    sys::block_signals(&[])
}

fn in_words(path: &Path, error: &io::Error) -> String {
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            format!("{shown}: permission denied (is it executable, and readable for others?)")
        }
        io::ErrorKind::IsADirectory => format!("{shown} is a directory"),
        _ if error.raw_os_error() == Some(libc::ENOEXEC) => {
            format!("{shown} is neither an executable nor a script that begins with #!")
        }
        _ => format!("{shown}: {error}"),
    }
}
