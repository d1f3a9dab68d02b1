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

    /// Whether a source reads its command line.
    pub(super) fn reads_arguments(self, text: &str) -> bool {
        let reads: &[&str] = match self {
            Self::Python => &["argv[", "argv)", "argparse", "import click", "= sys.argv"],
            Self::C | Self::Cpp => &["argv[1]", "getopt"],
            Self::Java => &["args[0]", "args.length"],
            Self::Node => &["process.argv"],
        };
        reads.iter().any(|read| text.contains(read))
    }

    /// Whether a source can be started by itself, as far as that shows.
    pub(super) fn has_entry(self, text: &str) -> bool {
        match self {
            Self::Python | Self::Node => true,
            Self::C | Self::Cpp => text.contains("main("),
            Self::Java => text.contains("void main("),
        }
    }

    /// How a source is started, once it is built, and perhaps under this name.
    pub(super) fn command(self, source: &Source, executable: Option<&str>) -> Vec<String> {
        let name = source.file();
        match self {
            Self::Java if is_in_folders(source) => {
                let class = class_name(source);
                ["java", "-cp", CLASSES, class.as_str()]
                    .map(str::to_owned)
                    .to_vec()
            }
            Self::Python => vec!["python3".to_owned(), name.to_owned()],
            Self::C | Self::Cpp => vec![match executable.unwrap_or(source.stem()) {
                elsewhere if elsewhere.starts_with("../") => elsewhere.to_owned(),
                here => format!("./{here}"),
            }],
            Self::Java => vec!["java".to_owned(), source.stem().to_owned()],
            Self::Node => vec!["node".to_owned(), name.to_owned()],
        }
    }

    /// What builds it, with the sources that belong to it, if it must be built.
    pub(super) fn build(self, source: &Source, helpers: &[&Source]) -> Option<String> {
        let name = source.name.as_str();
        let is_part = |it: &&&Source| Self::of(&it.name) == Some(self);
        let parts = helpers
            .iter()
            .filter(is_part)
            .map(|it| format!(" {}", it.name));
        let parts: String = parts.collect();
        let program = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        match self {
            Self::Python | Self::Node => None,
            Self::C => Some(format!("cc -pthread -o {program} {name}{parts}")),
            Self::Cpp => Some(format!("c++ -pthread -o {program} {name}{parts}")),
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
    match package(&source.text) {
        Some(package) => format!("{package}.{}", source.stem()),
        None => source.stem().to_owned(),
    }
}

fn package(text: &str) -> Option<String> {
    super::first(r"(?m)^\s*package\s+([\w.]+)\s*;", text)
}
