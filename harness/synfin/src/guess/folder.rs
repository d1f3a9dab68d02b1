//! Where a program keeps the files that it sends and receives.

use regex::Regex;

/// Where a folder's name stands in a source, the surest first. The pattern of a name is put in for `NAME`.
const PLACES: [&str; 4] = [
    r#"(?i)\w*(?:folder|dir|directory|storage|files|root|uploads?|downloads?|shared|www|public|static|_path)\w*\s*=\s*[^"'\n]*["'](?:\./)?(NAME)/?["']"#,
    r#"["']--(?:root|dir|directory|folder|storage)["'][^)]*?default\s*=\s*["'](?:\./)?(NAME)/?["']"#,
    r#"\b(?:mkdirs?|makedirs|mkdirSync|create_director(?:y|ies)|listdir|scandir|opendir|readdirSync|[jJ]oin|File|Path|get)\(\s*(?:__dirname,\s*)?["'](?:\./)?(NAME)/?["']"#,
    r#"["'](?:\./)?(NAME)/(?:["']\s*(?:\+|<<|,)|%s|\{)"#,
];

/// A folder's name: no mode of `open`, no file with an extension, no path that begins elsewhere.
const NAME: &str = r"[A-Za-z][A-Za-z0-9_-]{2,}(?:/[A-Za-z0-9_-]+)*";

/// What is a text of that shape, and no folder.
const OTHER_TEXTS: [&str; 5] = ["utf-8", "HTTP", "http", "ascii", "latin-1"];

/// What a client puts before the name of a file that it received.
const PREFIX: &str = r#"["']((?:downloaded|download|received|recv|client|copy|new)[_-])(?:["']\s*(?:\+|<<|,)|%s|\{|\$\{)"#;

/// Where a client's files lie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ClientFiles {
    /// Where uploads are read from.
    pub(super) dir: Option<String>,
    /// What a download is called there, with `{name}`; absent if it keeps its name.
    pub(super) download_as: Option<String>,
}

impl ClientFiles {
    pub(super) fn of(text: &str) -> Self {
        let is_for_downloads = |name: &String| {
            let name = name.to_lowercase();
            name.contains("download") || name.contains("receiv") || name.contains("recv")
        };
        let (downloads, others): (Vec<_>, Vec<_>) = folders(text).partition(is_for_downloads);
        let prefix = super::first(PREFIX, text).unwrap_or_default();
        let folder = downloads.first().map(|it| format!("{it}/"));
        let download_as = format!("{}{prefix}{{name}}", folder.unwrap_or_default());
        Self {
            // With a folder of its own for downloads, the other is beside it, and cannot be said.
            dir: others.into_iter().next().filter(|_| downloads.is_empty()),
            download_as: Some(download_as).filter(|it| it != "{name}"),
        }
    }
}

/// Where a server's files lie.
pub(super) fn server_dir(text: &str) -> Option<String> {
    folders(text).next()
}

fn folders(text: &str) -> impl Iterator<Item = String> {
    PLACES.into_iter().flat_map(move |place| {
        let place = place.replace("NAME", NAME);
        let place = Regex::new(&place).expect("the patterns here are well-formed");
        let names = place.captures_iter(text).map(|it| it[1].to_owned());
        names
            .filter(|name| !OTHER_TEXTS.contains(&name.as_str()))
            .collect::<Vec<_>>()
    })
}
