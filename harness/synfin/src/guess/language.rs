//! Programming languages, as far as a first guess needs them.

/// A language that is told by a file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Python,
    C,
    Cpp,
    Java,
    Node,
}

/// What servers call, in any of the languages.
const SERVER_CALLS: [&str; 7] = [
    "bind(",
    "ServerSocket(",
    "createServer(",
    "start_server(",
    "create_server(",
    "socketserver",
    "TCPServer(",
];

/// What clients call.
const CLIENT_CALLS: [&str; 6] = [
    "connect(",
    "connect_ex(",
    "create_connection(",
    "createConnection(",
    "new Socket(",
    "open_connection(",
];

/// How sources read their command lines.
const ARGUMENT_READS: [&str; 5] = [
    "sys.argv[",
    "argparse",
    "argv[1]",
    "args[0]",
    "process.argv",
];

pub(super) fn is_server(text: &str) -> bool {
    SERVER_CALLS.iter().any(|call| text.contains(call))
}

/// A server may connect too; a program that binds is rather that.
pub(super) fn is_client(text: &str) -> bool {
    CLIENT_CALLS.iter().any(|call| text.contains(call)) && !is_server(text)
}

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

    /// How a source is started, once it is built.
    pub(super) fn command(self, name: &str) -> Vec<String> {
        let stem = stem(name);
        match self {
            Self::Python => vec!["python3".to_owned(), name.to_owned()],
            Self::C | Self::Cpp => vec![format!("./{stem}")],
            Self::Java => vec!["java".to_owned(), stem.to_owned()],
            Self::Node => vec!["node".to_owned(), name.to_owned()],
        }
    }

    /// What builds it, if it must be built.
    pub(super) fn build(self, name: &str) -> Option<String> {
        let stem = stem(name);
        match self {
            Self::Python | Self::Node => None,
            Self::C => Some(format!("cc -pthread -o {stem} {name}")),
            Self::Cpp => Some(format!("c++ -pthread -o {stem} {name}")),
            Self::Java => Some("javac *.java".to_owned()),
        }
    }
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
