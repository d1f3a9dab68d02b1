//! A Wine prefix of one's own: an overlay (the kernel's `overlayfs` document) whose lower layer is a prefix made once, and
//! whose upper layer lies in the role's scratch. Nothing is copied but what the program changes.

use std::ffi::CString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::lchown;
use std::path::Path;

use rustix::mount::MountFlags;

use super::message::Owner;
use super::view::SCRATCH;

/// Where Wine looks for its prefix when nobody says where it is: in the home directory.
const PREFIX: &str = ".wine";

/// Where the overlay keeps what is written.
const LAYERS: &str = ".wine-layers";

/// Mounts an overlay of `prefix` where Wine looks for it, and gives it to the program: Wine uses no prefix of somebody else.
pub(super) fn mount_prefix(prefix: &Path, owner: Owner) -> io::Result<()> {
    let layers = Path::new(SCRATCH).join(LAYERS);
    let (upper, work, seen) = (
        layers.join("upper"),
        layers.join("work"),
        Path::new(SCRATCH).join(PREFIX),
    );
    for directory in [&upper, &work, &seen] {
        fs::create_dir_all(directory)?;
    }
    let options = options(prefix, &upper, &work)?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    rustix::mount::mount("overlay", &seen, "overlay", flags, options.as_c_str())?;
    give(&seen, owner)
}

/// The mount options; `:` and `,` separate things in them and are escaped in paths.
fn options(prefix: &Path, upper: &Path, work: &Path) -> io::Result<CString> {
    let mut options = b"userxattr".to_vec();
    for (name, path) in [("lowerdir", prefix), ("upperdir", upper), ("workdir", work)] {
        options.extend_from_slice(format!(",{name}=").as_bytes());
        for byte in path.as_os_str().as_bytes() {
            if b":,\\".contains(byte) {
                options.push(b'\\');
            }
            options.push(*byte);
        }
    }
    Ok(CString::new(options)?)
}

/// Gives the owner the prefix itself, its registry, and every directory: the libraries in them need only be read.
fn give(directory: &Path, owner: Owner) -> io::Result<()> {
    if fs::metadata(directory).map(|found| std::os::unix::fs::MetadataExt::uid(&found))?
        == owner.uid
    {
        return Ok(());
    }
    let mut waiting = vec![directory.to_owned()];
    while let Some(next) = waiting.pop() {
        lchown(&next, Some(owner.uid), Some(owner.gid))?;
        for entry in fs::read_dir(&next)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                waiting.push(entry.path());
            } else if next == directory {
                lchown(entry.path(), Some(owner.uid), Some(owner.gid))?;
            }
        }
    }
    Ok(())
}
