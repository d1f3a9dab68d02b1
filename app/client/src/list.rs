//! `LIST`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use synfin_protocol::{
    ClientMessage, Entry, FileName, NameError, Page, ServerMessage, UncheckedName,
};

use crate::connection::{check_tag, unexpected};
use crate::{ClientError, Connection};

/// A file on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteFile {
    /// Its name.
    pub name: FileName,
    /// Its size.
    pub size_bytes: u64,
    /// Its last change.
    pub modified: SystemTime,
}

/// The server's files, in the order of their names. Files whose names could do harm here are an error, not an entry.
pub fn list_files(connection: &mut Connection) -> Result<Vec<RemoteFile>, ClientError> {
    let mut files: Vec<RemoteFile> = Vec::new();
    let mut after = UncheckedName::default();
    loop {
        let page = request_page(connection, after)?;
        for entry in &page.entries {
            let file = RemoteFile::try_from(entry)?;
            // In order, and each once: a server cannot send the same page for ever.
            if files.last().is_some_and(|before| before.name >= file.name) {
                return Err(ClientError::Disorder);
            }
            files.push(file);
        }
        match page.entries.into_iter().next_back() {
            Some(last) if page.more => after = last.name,
            Some(_) | None => return Ok(files),
        }
    }
}

fn request_page(connection: &mut Connection, after: UncheckedName) -> Result<Page, ClientError> {
    let expected = connection.begin_request()?;
    connection.send(&ClientMessage::List {
        tag: expected,
        after,
    })?;
    match connection.receive()? {
        ServerMessage::Entries { tag, page } => {
            check_tag(expected, tag)?;
            connection.end_request();
            Ok(page)
        }
        other => Err(unexpected(&other)),
    }
}

impl TryFrom<&Entry> for RemoteFile {
    type Error = NameError;

    fn try_from(entry: &Entry) -> Result<Self, NameError> {
        let since_epoch = Duration::from_nanos(u64::try_from(entry.modified_unix_ns).unwrap_or(0));
        Ok(Self {
            name: FileName::try_from(&entry.name)?,
            size_bytes: entry.size_bytes,
            modified: UNIX_EPOCH + since_epoch,
        })
    }
}
