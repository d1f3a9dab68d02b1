//! The host's Unix sockets that have a path: a network namespace does not keep programs from them, and some, such as a session bus
//! or a container engine, start programs for whoever asks.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The kernel's list of the Unix sockets of this network (proc(5)).
const LIST: &str = "/proc/self/net/unix";

/// The paths of all that are bound now.
#[expect(
    clippy::disallowed_methods,
    reason = "what the kernel says of its sockets"
)]
pub(super) fn paths() -> io::Result<Vec<PathBuf>> {
    let list = fs::read(LIST)?;
    let distinct: BTreeSet<PathBuf> = paths_in(&String::from_utf8_lossy(&list)).collect();
    Ok(distinct.into_iter().collect())
}

/// A line is `address: references protocol flags type state inode path`; a socket without a name has no path, and one whose name
/// is none of the file system's begins with `@`.
fn paths_in(list: &str) -> impl Iterator<Item = PathBuf> {
    list.lines().skip(1).filter_map(|line| {
        let at = line.find(" /")?;
        let path = Path::new(&line[at + 1..]);
        path.is_absolute().then(|| path.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_paths_are_taken_whole() {
        let list = "Num       RefCount Protocol Flags    Type St Inode Path\n\
                    0000000000000000: 00000002 00000000 00010000 0001 01 15934 /run/user/1000/bus\n\
                    0000000000000000: 00000003 00000000 00000000 0001 03 16400\n\
                    0000000000000000: 00000002 00000000 00010000 0001 01 15935 @/tmp/.X11-unix/X0\n\
                    0000000000000000: 00000002 00000000 00010000 0005 01 15936 /home/anna b/socket\n";
        let found: Vec<PathBuf> = paths_in(list).collect();
        let expected = ["/run/user/1000/bus", "/home/anna b/socket"].map(PathBuf::from);
        assert_eq!(found, expected);
    }
}
