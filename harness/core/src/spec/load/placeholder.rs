//! The placeholders in a target's texts: one that stands for nothing is a mistake, not text to be typed.

use std::ops::Range;

use super::{Problems, closest};
use crate::spec::placeholder::{Piece, pieces};

const ADDRESS: [&str; 3] = ["addr", "host", "port"];
const CLIENT: [&str; 1] = ["client"];
const FILE: [&str; 2] = ["name", "size"];
const CONTENT: &str = "content";

/// Where a text stands, and with it the placeholders that it may have.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'a> {
    /// In the server's command, or in an environment.
    Command,
    /// In the clients' command for all steps.
    ClientCommand,
    /// In the command of this step.
    StepCommand(&'a str),
    /// In a line that is typed for this step.
    Send(&'a str),
    /// In what a file is called.
    FileName,
    /// In what a raw client sends for this step.
    Raw(&'a str),
}

/// Whether every placeholder of the text stands for something; those that do not are told.
pub(super) fn check(
    text: &str,
    span: Range<usize>,
    place: Place<'_>,
    problems: &mut Problems,
) -> bool {
    let found = problems.0.len();
    let mut before = "";
    for piece in pieces(text) {
        match piece {
            Piece::Placeholder(word) if !place.knows(word) && !place.is_shells(before) => {
                let (message, help) = place.refusal(word);
                problems.suggest(span.clone(), message, Some(help));
            }
            Piece::Placeholder(_) | Piece::Doubled(_) => before = "",
            Piece::Text(text) => before = text,
        }
    }
    problems.0.len() == found
}

impl<'a> Place<'a> {
    fn knows(self, word: &str) -> bool {
        self.known().any(|known| known == word)
    }

    fn known(self) -> impl Iterator<Item = &'static str> {
        let address: &[_] = match self {
            Self::Command | Self::ClientCommand | Self::StepCommand(_) | Self::Send(_) => &ADDRESS,
            Self::FileName | Self::Raw(_) => &[],
        };
        let client: &[_] = match self {
            Self::ClientCommand | Self::StepCommand(_) | Self::Send(_) => &CLIENT,
            Self::Command | Self::FileName | Self::Raw(_) => &[],
        };
        let file: &[_] = match self {
            Self::StepCommand(step) | Self::Send(step) | Self::Raw(step) if has_file(step) => &FILE,
            Self::FileName => &FILE[..1],
            Self::Command
            | Self::ClientCommand
            | Self::StepCommand(_)
            | Self::Send(_)
            | Self::Raw(_) => &[],
        };
        let content: &[_] = match self {
            Self::Raw("upload") => &[CONTENT],
            Self::Command
            | Self::ClientCommand
            | Self::StepCommand(_)
            | Self::Send(_)
            | Self::FileName
            | Self::Raw(_) => &[],
        };
        let all = address.iter().chain(client).chain(file).chain(content);
        all.copied()
    }

    /// `${word}` is a variable to the shell, which only commands meet.
    fn is_shells(self, before: &str) -> bool {
        match self {
            Self::Command | Self::ClientCommand | Self::StepCommand(_) => before.ends_with('$'),
            Self::Send(_) | Self::Raw(_) | Self::FileName => false,
        }
    }

    /// What is wrong with the word, and what is right.
    fn refusal(self, word: &str) -> (String, String) {
        if word == CONTENT {
            let message = "only an upload has `{content}`".to_owned();
            let help = "write it into `upload` of [raw.steps]: a program reads its file itself";
            return (message, help.to_owned());
        }
        if let Some(step) = self.step().filter(|_| FILE.contains(&word)) {
            let message = format!("`{step}` has no file that `{{{word}}}` could stand for");
            return (message, "only `upload` and `download` have".to_owned());
        }
        let message = format!("`{{{word}}}` stands for nothing here");
        (message, format!("{}; {}", self.meant(word), doubled(word)))
    }

    fn step(self) -> Option<&'a str> {
        match self {
            Self::Command | Self::ClientCommand | Self::FileName => None,
            Self::StepCommand(step) | Self::Send(step) | Self::Raw(step) => Some(step),
        }
    }

    /// What was probably meant: the nearest placeholder, or all that there are.
    fn meant(self, word: &str) -> String {
        let of_file = ["file", "filename", "file_name", "path"].contains(&word);
        if of_file && self.knows("name") {
            return "did you mean `{name}`?".to_owned();
        }
        if let Some(near) = closest(word, self.known()) {
            return format!("did you mean `{{{near}}}`?");
        }
        let known: Vec<String> = self.known().map(|word| format!("`{{{word}}}`")).collect();
        match known.as_slice() {
            [] => "there is no placeholder here".to_owned(),
            known => format!("there are {}", known.join(", ")),
        }
    }
}

fn has_file(step: &str) -> bool {
    matches!(step, "upload" | "download")
}

fn doubled(word: &str) -> String {
    format!("`{{{{{word}}}}}` is the text `{{{word}}}`")
}

#[cfg(test)]
mod tests {
    use crate::spec::Target;

    /// What is said of a target whose client has these keys and tables.
    fn said(client: &str) -> Vec<String> {
        let text = format!(
            "schema = 1\n[server]\ncommand = [\"s\"]\nlisten = \"127.0.0.1:5001\"\n\
             [client]\n{client}\n"
        );
        let Err(error) = Target::parse("t.toml", &text) else {
            return Vec::new();
        };
        let place = |at: usize| {
            let before = &text[..at];
            let line = before.matches('\n').count() + 1;
            format!("{line}:{}", at - before.rfind('\n').unwrap_or(0))
        };
        let one = |problem: &crate::spec::Problem| {
            let help = problem.suggestion.as_deref().unwrap_or("-");
            format!("{} {}: {help}", place(problem.span.start), problem.message)
        };
        error.problems().iter().map(one).collect()
    }

    const SESSION: &str = "command = [\"c\"]\n";

    #[test]
    fn an_unknown_placeholder_is_placed_and_set_right() {
        let upload = |line: &str| said(&format!("{SESSION}[client.steps]\nupload = [{line}]"));
        for (line, expected) in [
            (
                r#"{ send = "PUT {file}" }"#,
                "8:20 `{file}` stands for nothing here: did you mean `{name}`?; `{{file}}` is the text `{file}`",
            ),
            (
                r#"{ send = "2" }, { expect = ":", send = "{nmae}" }"#,
                "8:50 `{nmae}` stands for nothing here: did you mean `{name}`?; `{{nmae}}` is the text `{nmae}`",
            ),
            (
                r#"{ send = "{user}" }"#,
                "8:20 `{user}` stands for nothing here: there are `{addr}`, `{host}`, `{port}`, `{client}`, `{name}`, `{size}`; `{{user}}` is the text `{user}`",
            ),
        ] {
            assert_eq!(upload(line), [expected]);
        }
    }

    #[test]
    fn commands_environments_and_raw_clients_have_placeholders_of_their_own() {
        let raw = |step: &str| said(&format!("{SESSION}[raw.steps]\n{step}"));
        assert_eq!(
            said(r#"command = ["c", "{prot}"]"#),
            [
                "6:11 `{prot}` stands for nothing here: did you mean `{port}`?; `{{prot}}` is the text `{prot}`"
            ]
        );
        assert_eq!(
            said(&format!("{SESSION}env = {{ AT = \"{{adress}}\" }}")),
            [
                "7:14 `{adress}` stands for nothing here: did you mean `{addr}`?; `{{adress}}` is the text `{adress}`"
            ]
        );
        assert_eq!(
            said(r#"command = { list = ["ls", "{name}"] }"#),
            [
                "6:11 `list` has no file that `{name}` could stand for: only `upload` and `download` have"
            ]
        );
        assert_eq!(
            raw(r#"upload = [{ hex = "00" }, "{filename}"]"#),
            [
                "8:10 `{filename}` stands for nothing here: did you mean `{name}`?; `{{filename}}` is the text `{filename}`"
            ]
        );
    }

    #[test]
    fn braces_that_are_no_placeholders_are_text() {
        let legal = [
            r#"command = ["sh", "-c", "exec ./c ${dir} {port} {} {a,b} {{print}}"]"#.to_owned(),
            r#"command = { upload = ["put", "{name}", "{size}", "{host}", "user-{client}"] }"#
                .to_owned(),
            r#"command = ["chat", "{addr}", "user-{client}"]"#.to_owned(),
            format!(
                "{SESSION}[client.steps]\nconnect = [{{ send = 'user-{{client}} at {{host}}:{{port}}' }}]"
            ),
            format!(
                "{SESSION}[client.steps]\nlist = [{{ send = '{{\"cmd\": 1}} {{}}', expect = 'a{{2}}[{{]x[}}]' }}]"
            ),
            format!("{SESSION}[raw.steps]\nupload = '${{size}} {{\"data\":{{content}}}}'"),
        ];
        for client in legal {
            assert_eq!(said(&client), [""; 0], "{client}");
        }
    }
}
