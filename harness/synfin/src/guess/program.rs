//! A program that was chosen: its source, with what it uses of the folder's others.

use super::arguments::Arguments;
use super::choice::{Side, is_candidate};
use super::folder::{self, ClientFiles};
use super::language::Language;
use super::makefile::Makefile;
use super::menu::{Menu, reads_input, words_for_requests};
use super::{Source, first};

pub(super) struct Program<'a> {
    pub(super) source: &'a Source,
    pub(super) language: Language,
    /// The sources that it uses, which are no programs themselves.
    pub(super) helpers: Vec<&'a Source>,
    /// Its text and theirs.
    pub(super) text: String,
    pub(super) arguments: Arguments,
    /// What a Makefile beside it calls it.
    executable: Option<String>,
}

impl<'a> Program<'a> {
    pub(super) fn of(
        source: Option<&'a Source>,
        sources: &'a [Source],
        side: Side,
    ) -> Option<Self> {
        let source = source?;
        let language = Language::of(&source.name)?;
        let helpers = helpers(source, sources);
        let texts = [source].into_iter().chain(helpers.iter().copied());
        let text = texts
            .map(|it| it.text.as_str())
            .collect::<Vec<_>>()
            .join("\n");
        Some(Self {
            source,
            language,
            helpers,
            arguments: Arguments::of(&text, language, side),
            executable: Makefile::of(source, sources).and_then(|it| it.executable(source)),
            text,
        })
    }

    /// How it is started: in its own folder, as whoever wrote it does.
    pub(super) fn command(&self) -> Vec<String> {
        let executable = self.executable.as_deref();
        let mut words = self.language.command(self.source, executable);
        words.extend(self.arguments.words.iter().cloned());
        match self.own_folder() {
            None => words,
            Some(folder) => {
                let line = format!("cd {folder} && exec {}", words.join(" "));
                ["sh".to_owned(), "-c".to_owned(), line].to_vec()
            }
        }
    }

    /// The folder that it is started in, if that is not the top: Java's classes lie elsewhere, and a source that names its own
    /// folder expects to be started above it.
    fn own_folder(&self) -> Option<&str> {
        let folder = self.source.folder();
        let top = folder.split('/').next().unwrap_or_default();
        let names_it = || {
            first(
                &format!(r#"(["'](?:\./)?{}/)"#, regex::escape(top)),
                &self.text,
            )
        };
        let is_own = !folder.is_empty() && self.language != Language::Java && names_it().is_none();
        is_own.then_some(folder)
    }

    pub(super) fn is_told_its_port(&self) -> bool {
        self.arguments.are("{port}")
    }

    pub(super) fn speaks_http(&self) -> bool {
        let marks = [
            "HTTP/1.",
            "BaseHTTPRequestHandler",
            "createServer((req",
            "HttpServer",
        ];
        marks.iter().any(|it| self.text.contains(it))
    }

    /// Whether it is started once and asks for what to do.
    pub(super) fn is_a_session(&self) -> bool {
        !self.arguments.are_a_request() && reads_input(&self.text)
    }

    /// What it can be started for, with the word for it: what its command line can say, what becomes of the file that it is told,
    /// or, without either, the only thing that it does.
    pub(super) fn requests(&self) -> Vec<(&'static str, String)> {
        if self.arguments.are("{action}") {
            return words_for_requests(&self.text);
        }
        let writes = r#"open\w*\([^)\n]*["'](wb|w|w\+b)["']|(FileOutputStream|O_WRONLY|ofstream|writeFile|createWriteStream)"#;
        let step = match self.arguments.are("{name}") {
            true if first(&format!("({writes})"), &self.text).is_some() => "download",
            true => "upload",
            false => "list",
        };
        [(step, String::new())].to_vec()
    }

    /// Whether it can be told to do the step.
    pub(super) fn can(&self, step: &str) -> bool {
        if self.is_a_session() {
            return Menu::of(&self.text).has(step);
        }
        self.requests().iter().any(|(it, _)| *it == step)
    }

    pub(super) fn server_dir(&self) -> Option<String> {
        self.below_own_folder(folder::server_dir(&self.text))
    }

    pub(super) fn client_files(&self) -> ClientFiles {
        let files = ClientFiles::of(&self.text);
        ClientFiles {
            dir: self.below_own_folder(files.dir),
            ..files
        }
    }

    fn below_own_folder(&self, dir: Option<String>) -> Option<String> {
        match (self.own_folder(), dir) {
            (Some(folder), Some(dir)) => Some(format!("{folder}/{dir}")),
            (Some(folder), None) => Some(folder.to_owned()),
            (None, dir) => dir,
        }
    }
}

/// The sources whose names a program's text has, and theirs: its modules, headers, classes.
fn helpers<'a>(program: &'a Source, sources: &'a [Source]) -> Vec<&'a Source> {
    let mut found = vec![program];
    let mut looked_at = 0;
    while let Some(user) = found.get(looked_at).copied() {
        let used = |it: &&&Source| is_part(it) && !found.contains(*it) && uses(user, it, sources);
        let used: Vec<_> = sources
            .iter()
            .collect::<Vec<_>>()
            .iter()
            .filter(used)
            .copied()
            .collect();
        found.extend(used);
        looked_at += 1;
    }
    found.split_off(1)
}

/// Whether a source belongs to programs, and is none itself.
fn is_part(source: &Source) -> bool {
    match Language::of(&source.name) {
        Some(language @ (Language::C | Language::Cpp)) => !language.has_entry(&source.text),
        Some(language) => !(language.has_entry(&source.text) && is_candidate(source)),
        None => [".h", ".hpp"].iter().any(|end| source.name.ends_with(end)),
    }
}

/// Whether the user's text has the other's name, and means this one: the nearest of that name.
fn uses(user: &Source, other: &Source, sources: &[Source]) -> bool {
    let is_same = |it: &Source| it.file() == other.file();
    let has_nearer = || {
        sources
            .iter()
            .any(|it| is_same(it) && it.folder() == user.folder())
    };
    let mut words = user.text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.any(|word| word == other.stem()) && (other.folder() == user.folder() || !has_nearer())
}
