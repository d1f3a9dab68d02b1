//! `GET_`.

use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use synfin_protocol::{ClientMessage, Digest, FileName, FrameError, ServerMessage, Tag};
use tempfile::NamedTempFile;

use crate::connection::{check_tag, unexpected};
use crate::{ClientError, Connection, Transferred};

/// What a download does about a file that is already here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Fail, and leave it alone.
    Keep,
    /// Replace it, in one step, once everything has arrived.
    Replace,
}

/// Fetches `name` into `directory`. The file appears there whole and verified, or not at all.
pub fn download_file(
    connection: &mut Connection,
    name: &FileName,
    directory: &Path,
    existing: Existing,
) -> Result<Transferred, ClientError> {
    let target = directory.join(name.as_str());
    if existing == Existing::Keep && target.symlink_metadata().is_ok() {
        return Err(ClientError::LocalExists(target));
    }
    let mut arrival = Arrival::begin(directory, target)?;
    let (size_bytes, digest) = fetch(connection, name, &mut arrival)?;
    arrival.publish(existing)?;
    Ok(Transferred {
        name: name.clone(),
        size_bytes,
        digest,
    })
}

fn fetch(
    connection: &mut Connection,
    name: &FileName,
    arrival: &mut Arrival,
) -> Result<(u64, Digest), ClientError> {
    let tag = connection.begin_request()?;
    connection.send(&ClientMessage::Get {
        tag,
        name: name.to_unchecked(),
    })?;
    let size_bytes = match connection.receive()? {
        ServerMessage::Meta {
            tag: answered,
            size_bytes,
        } => {
            check_tag(tag, answered)?;
            size_bytes
        }
        other => return Err(unexpected(&other)),
    };
    let sent = arrival.receive(connection, tag, size_bytes)?;
    connection.end_request();
    Ok((size_bytes, arrival.verify(sent, size_bytes)?))
}

/// A file that is coming in, under a temporary name in its own directory; dropping it removes it.
struct Arrival {
    temporary: NamedTempFile,
    target: PathBuf,
    hasher: Sha256,
    received_bytes: u64,
}

impl Arrival {
    fn begin(directory: &Path, target: PathBuf) -> Result<Self, ClientError> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".synfin-download-");
        // Like any new file; a temporary one would be its owner's alone.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let temporary = builder
            .tempfile_in(directory)
            .map_err(ClientError::local(directory))?;
        Ok(Self {
            temporary,
            target,
            hasher: Sha256::new(),
            received_bytes: 0,
        })
    }

    fn receive(
        &mut self,
        connection: &mut Connection,
        tag: Tag,
        size_bytes: u64,
    ) -> Result<Digest, ClientError> {
        loop {
            match connection.receive()? {
                ServerMessage::Data {
                    tag: answered,
                    content,
                } => {
                    check_tag(tag, answered)?;
                    self.write(content, size_bytes)?;
                }
                ServerMessage::Done {
                    tag: answered,
                    digest,
                } => {
                    check_tag(tag, answered)?;
                    return Ok(digest);
                }
                other => return Err(unexpected(&other)),
            }
        }
    }

    fn write(&mut self, content: &[u8], size_bytes: u64) -> Result<(), ClientError> {
        self.received_bytes = self.received_bytes.saturating_add(content.len() as u64);
        if self.received_bytes > size_bytes {
            return Err(FrameError::SizeOutOfRange(self.received_bytes).into());
        }
        self.hasher.update(content);
        self.temporary
            .write_all(content)
            .map_err(ClientError::local(&self.target))
    }

    fn verify(&mut self, sent: Digest, size_bytes: u64) -> Result<Digest, ClientError> {
        let arrived = Digest(self.hasher.finalize_reset().into());
        if arrived == sent && self.received_bytes == size_bytes {
            Ok(arrived)
        } else {
            Err(ClientError::DigestMismatch)
        }
    }

    fn publish(self, existing: Existing) -> Result<(), ClientError> {
        let Self {
            temporary, target, ..
        } = self;
        temporary
            .as_file()
            .sync_all()
            .map_err(ClientError::local(&target))?;
        let outcome = match existing {
            Existing::Replace => temporary.persist(&target),
            Existing::Keep => temporary.persist_noclobber(&target),
        };
        match outcome {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {
                Err(ClientError::LocalExists(target))
            }
            Err(error) => Err(ClientError::Local {
                path: target,
                source: error.error,
            }),
        }
    }
}
