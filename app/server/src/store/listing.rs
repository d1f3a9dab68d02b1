//! Lists in pages, in bounded memory however many files there are.

use std::collections::BTreeSet;
use std::time::UNIX_EPOCH;

use cap_std::fs::{DirEntry, Metadata};
use synfin_protocol::{Entry, FileName, Page, UncheckedName};

use super::{Store, StoreError};

impl Store {
    /// The files whose names come after `after`, as many as fit one frame: one pass over the directory that keeps the
    /// smallest names it met. What could not be fetched (other kinds of file, other kinds of name) is not shown.
    pub(crate) fn list(&self, after: &UncheckedName) -> Result<Page, StoreError> {
        let mut smallest = Smallest::default();
        for entry in self.root.entries()? {
            if let Some(name) =
                regular_file_name(&entry?).filter(|name| name.to_unchecked() > *after)
            {
                smallest.offer(name);
            }
        }
        let entries = smallest
            .names
            .iter()
            .filter_map(|name| self.entry(name))
            .collect();
        Ok(Page {
            entries,
            more: smallest.has_dropped,
        })
    }

    /// `None` if the file has gone since its name was read.
    fn entry(&self, name: &FileName) -> Option<Entry> {
        let metadata = self.root.symlink_metadata(name.as_str()).ok()?;
        Some(Entry {
            name: name.to_unchecked(),
            size_bytes: metadata.len(),
            modified_unix_ns: modified_unix_ns(&metadata),
        })
    }
}

fn regular_file_name(entry: &DirEntry) -> Option<FileName> {
    let is_file = entry.file_type().is_ok_and(|file_type| file_type.is_file());
    let name = entry.file_name();
    FileName::new(name.to_str()?.as_bytes())
        .ok()
        .filter(|_| is_file)
}

/// 0 where the file system tells no time.
fn modified_unix_ns(metadata: &Metadata) -> i64 {
    let since_epoch = metadata
        .modified()
        .ok()
        .and_then(|time| time.into_std().duration_since(UNIX_EPOCH).ok());
    since_epoch
        .and_then(|time| i64::try_from(time.as_nanos()).ok())
        .unwrap_or(0)
}

/// The first names, in order, that fit a page.
#[derive(Default)]
struct Smallest {
    names: BTreeSet<FileName>,
    wire_bytes: usize,
    has_dropped: bool,
}

impl Smallest {
    fn offer(&mut self, name: FileName) {
        self.wire_bytes += wire_bytes(&name);
        self.names.insert(name);
        while self.wire_bytes > Page::MAX_ENTRY_BYTES {
            let Some(largest) = self.names.pop_last() else {
                break;
            };
            self.wire_bytes -= wire_bytes(&largest);
            self.has_dropped = true;
        }
    }
}

fn wire_bytes(name: &FileName) -> usize {
    Entry {
        name: name.to_unchecked(),
        size_bytes: 0,
        modified_unix_ns: 0,
    }
    .wire_bytes()
}
