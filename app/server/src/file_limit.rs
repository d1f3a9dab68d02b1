//! The number of files and sockets that this process may have open.

/// Descriptors beside those of the clients: standard streams, listener, runtime, root, and some air.
#[cfg(target_os = "linux")]
const OWN_DESCRIPTORS: u64 = 64;

/// Raises the soft limit as far as the hard one allows (many systems start programs with 1024), and says so if that is
/// too little for `max_connections` clients. Beyond the limit clients wait until others leave.
#[cfg(target_os = "linux")]
pub(crate) fn raise_for(max_connections: usize) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        },
    ) {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
    let wanted = (max_connections as u64).saturating_add(OWN_DESCRIPTORS);
    if let Some(open_files) = getrlimit(Resource::Nofile)
        .current
        .filter(|current| *current < wanted)
    {
        tracing::warn!(
            open_files,
            wanted,
            "fewer clients than --max-connections can be served"
        );
    }
}

/// Other systems set no such limit, or set it high enough.
#[cfg(not(target_os = "linux"))]
pub(crate) fn raise_for(_max_connections: usize) {}
