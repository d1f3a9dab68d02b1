//! `[files]` of a target: where transferred files lie, and what must lie there before.

use toml::Spanned;

use super::file::{BesideFile, FilesFile, PlacedFile};
use super::placeholder::{self, Place};
use super::{Problems, is_one_component};
use crate::spec::step_text::bytes;
use crate::spec::{Beside, Files, Placed, PlacedContents};

/// The largest file that is placed, bytes.
const PLACED_BYTES_MAX: u64 = 64 << 20;

pub(super) fn files(file: FilesFile, problems: &mut Problems) -> Option<Files> {
    let client_dir = folder(file.client_dir, problems);
    let download_as = file.download_as.as_ref();
    let download_as = download_as.map_or(Some("{name}".to_owned()), |it| file_name(it, problems));
    let server_dir = folder(file.server_dir, problems);
    let place: Vec<_> = file.place.iter().map(|it| placed(it, problems)).collect();
    Some(Files {
        client_dir: client_dir?,
        download_as: download_as?,
        server_dir: server_dir?,
        place: place.into_iter().collect::<Option<_>>()?,
    })
}

/// A folder inside the program's own; that folder itself if absent.
fn folder(path: Option<Spanned<String>>, problems: &mut Problems) -> Option<String> {
    match path {
        None => Some(".".to_owned()),
        Some(path) if path.get_ref() == "." => Some(path.into_inner()),
        Some(path) => inside(&path, "folder", problems),
    }
}

/// What a file is called whose name stands for `{name}`.
fn file_name(text: &Spanned<String>, problems: &mut Problems) -> Option<String> {
    let is_known = placeholder::check(text.get_ref(), text.span(), Place::FileName, problems);
    inside(text, "file", problems).filter(|_| is_known)
}

fn inside(path: &Spanned<String>, what: &str, problems: &mut Problems) -> Option<String> {
    let text = path.get_ref();
    if text.split('/').all(is_one_component) {
        return Some(text.clone());
    }
    let message = format!("{text:?} is no {what} inside the program's own");
    problems.add(path.span(), message);
    None
}

fn placed(file: &Spanned<PlacedFile>, problems: &mut Problems) -> Option<Placed> {
    let PlacedFile {
        path,
        folder,
        text,
        size,
        beside,
    } = file.get_ref();
    let contents = match (path, folder, text, size) {
        (None, Some(_), None, None) => PlacedContents::Folder,
        (Some(_), None, Some(text), None) => PlacedContents::Text(text.clone()),
        (Some(_), None, None, Some(size)) => PlacedContents::Seeded(size_of(size, problems)?),
        _ => {
            let help = r#"write `{ path = "motd.txt", text = "…" }`, `{ path = "big.bin", size = "70001" }` or `{ folder = "logs" }`"#;
            let message = "what is placed is a file with `text` or `size`, or a folder";
            problems.suggest(file.span(), message, Some(help.to_owned()));
            return None;
        }
    };
    Some(Placed {
        path: inside(path.as_ref().or(folder.as_ref())?, "path", problems)?,
        contents,
        beside: match beside {
            BesideFile::Server => Beside::Server,
            BesideFile::Client => Beside::Client,
            BesideFile::Both => Beside::Both,
        },
    })
}

fn size_of(size: &Spanned<String>, problems: &mut Problems) -> Option<u64> {
    let found = bytes(size.get_ref()).filter(|bytes| *bytes <= PLACED_BYTES_MAX);
    if found.is_none() {
        let message = format!("{:?} is no size up to 64 MiB", size.get_ref());
        let help = "write `70001` or `64KiB`; units are B, KiB and MiB".to_owned();
        problems.suggest(size.span(), message, Some(help));
    }
    found
}
