//! Programming languages, as far as a first guess needs them.

use super::Source;

/// Where Java classes are built that lie in packages or folders.
const CLASSES: &str = "classes";

/// A language that is told by a file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Python,
    C,
    Cpp,
    Java,
    Node,
}

/// How sources read their command lines.
const ARGUMENT_READS: [&str; 5] = [
    "sys.argv[",
    "argparse",
    "argv[1]",
    "args[0]",
    "process.argv",
];

pub(super) fn reads_arguments(text: &str) -> bool {
    ARGUMENT_READS.iter().any(|read| text.contains(read))
}

impl Language {
    pub(super) fn of(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1 {
            "py" => Some(Self::Python),
            "c" => Some(Self::C),
            "cc" | "cpp" | "cxx" => Some(Self::Cpp),
            "java" => Some(Self::Java),
            "js" | "mjs" => Some(Self::Node),
            _ => None,
        }
    }

    /// Whether a source can be started by itself, as far as that shows.
    pub(super) fn has_entry(self, text: &str) -> bool {
        match self {
            Self::Python | Self::Node => true,
            Self::C | Self::Cpp => text.contains("main("),
            Self::Java => text.contains("void main("),
        }
    }

    /// How a source is started, once it is built.
    pub(super) fn command(self, source: &Source) -> Vec<String> {
        let name = source.name.as_str();
        let stem = stem(name);
        match self {
            Self::Java if is_in_folders(source) => {
                let class = class_name(source);
                ["java", "-cp", CLASSES, class.as_str()]
                    .map(str::to_owned)
                    .to_vec()
            }
            Self::Python => vec!["python3".to_owned(), name.to_owned()],
            Self::C | Self::Cpp => vec![format!("./{stem}")],
            Self::Java => vec!["java".to_owned(), stem.to_owned()],
            Self::Node => vec!["node".to_owned(), name.to_owned()],
        }
    }

    /// What builds it, if it must be built.
    pub(super) fn build(self, source: &Source) -> Option<String> {
        let name = source.name.as_str();
        let stem = stem(name);
        match self {
            Self::Python | Self::Node => None,
            Self::C => Some(format!("cc -pthread -o {stem} {name}")),
            Self::Cpp => Some(format!("c++ -pthread -o {stem} {name}")),
            Self::Java if is_in_folders(source) => Some(format!(
                "javac -d {CLASSES} $(find {} -name '*.java')",
                java_root(name)
            )),
            Self::Java => Some("javac *.java".to_owned()),
        }
    }
}

/// Whether a Java source's classes are not simply those of the files beside it.
fn is_in_folders(source: &Source) -> bool {
    source.name.contains('/') || package(&source.text).is_some()
}

/// The folder whose sources are compiled together: tests lie elsewhere and need more.
fn java_root(name: &str) -> &str {
    let maven = "src/main/java";
    match name.split_once('/') {
        _ if name.starts_with(maven) => maven,
        Some((first, _)) => first,
        None => ".",
    }
}

/// The class as `java` is told it: with its package.
fn class_name(source: &Source) -> String {
    let file = source.name.rsplit('/').next().unwrap_or_default();
    match package(&source.text) {
        Some(package) => format!("{package}.{}", stem(file)),
        None => stem(file).to_owned(),
    }
}

fn package(text: &str) -> Option<String> {
    super::first(r"(?m)^\s*package\s+([\w.]+)\s*;", text)
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
