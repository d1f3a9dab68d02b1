//! `PUT_`.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest as _, Sha256};
use synfin_protocol::{ClientMessage, DataBuffer, Digest, FileName, PutMode, ServerMessage, Tag};

use crate::connection::{check_tag, unexpected};
use crate::{ClientError, Connection, Transferred};

/// Sends the file at `path`, to be stored as `name`. Nothing is sent before the server agreed to take it, and the
/// function returns when the server has it under that name.
pub fn upload_file(
    connection: &mut Connection,
    path: &Path,
    name: &FileName,
    mode: PutMode,
) -> Result<Transferred, ClientError> {
    let source = Source::open(path)?;
    let size_bytes = source.size_bytes;
    let tag = connection.begin_request()?;
    connection.send(&ClientMessage::Put {
        tag,
        size_bytes,
        mode,
        name: name.to_unchecked(),
    })?;
    match connection.receive()? {
        ServerMessage::Continue { tag: answered } => check_tag(tag, answered)?,
        other => return Err(unexpected(&other)),
    }
    let digest = send_content(connection, tag, source)?;
    Ok(Transferred {
        name: name.clone(),
        size_bytes,
        digest,
    })
}

/// A regular file, and the size that is promised for it.
struct Source<'a> {
    path: &'a Path,
    file: File,
    size_bytes: u64,
}

impl<'a> Source<'a> {
    fn open(path: &'a Path) -> Result<Self, ClientError> {
        // Looked at before it is opened: opening a pipe would wait for its other end.
        if !std::fs::metadata(path)
            .map_err(ClientError::local(path))?
            .is_file()
        {
            return Err(ClientError::NotRegular(path.to_owned()));
        }
        let file = File::open(path).map_err(ClientError::local(path))?;
        let size_bytes = file.metadata().map_err(ClientError::local(path))?.len();
        Ok(Self {
            path,
            file,
            size_bytes,
        })
    }
}

/// All of `DATA`, `DONE`, and the wait for `OKAY`. A source that turns out shorter than promised is ended by an early
/// `DONE`: the server then refuses the upload and the connection stays in order.
fn send_content(
    connection: &mut Connection,
    tag: Tag,
    source: Source<'_>,
) -> Result<Digest, ClientError> {
    let mut buffer = DataBuffer::new(connection.server().max_data_bytes);
    let mut hasher = Sha256::new();
    let mut content = source.file.take(source.size_bytes);
    let mut sent_bytes = 0;
    loop {
        let count = content
            .read(buffer.content_mut())
            .map_err(ClientError::local(source.path))?;
        if count == 0 {
            break;
        }
        hasher.update(buffer.content(count));
        connection.heed_interjection()?;
        connection.send_frame(buffer.frame(tag, count))?;
        sent_bytes += count as u64;
    }
    let digest = Digest(hasher.finalize().into());
    let outcome = finish(connection, tag, digest);
    if sent_bytes < source.size_bytes {
        return Err(ClientError::SourceChanged(source.path.to_owned()));
    }
    outcome.map(|()| digest)
}

fn finish(connection: &mut Connection, tag: Tag, digest: Digest) -> Result<(), ClientError> {
    connection.send(&ClientMessage::Done { tag, digest })?;
    match connection.receive()? {
        ServerMessage::Stored { tag: answered } => {
            check_tag(tag, answered)?;
            connection.end_request();
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}
