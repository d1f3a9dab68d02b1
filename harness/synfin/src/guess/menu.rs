//! What a client's user types, guessed from the texts in its source: `1. List files`, `LIST`.

use regex::Regex;

/// The steps that a client can be told, and the words that mean them; of a text with words of several the first counts.
const STEPS: [(&str, &[&str]); 4] = [
    (
        "list",
        &["list", "ls", "dir", "view", "show", "who", "users"],
    ),
    ("upload", &["upload", "put", "send", "store", "stor"]),
    (
        "download",
        &["download", "get", "receive", "retrieve", "retr", "fetch"],
    ),
    (
        "quit",
        &[
            "quit",
            "exit",
            "bye",
            "disconnect",
            "close",
            "logout",
            "stop",
            "q",
        ],
    ),
];

/// How clients read what their user types.
const READS_INPUT: [&str; 11] = [
    "input(",
    "stdin",
    "scanf(",
    "cin",
    "System.in",
    "readline",
    "prompt(",
    "getchar(",
    "gets(",
    "System.console",
    "select.select(",
];

/// What is typed for each step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Menu {
    /// The lines for each step that was found, in the order of the steps.
    pub(super) steps: Vec<(&'static str, Vec<Line>)>,
    /// Whether the client has no menu, and takes any line.
    pub(super) takes_any_line: bool,
}

/// A line that is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// What the client prints before.
    pub(super) prompt: Option<String>,
    pub(super) text: String,
}

/// The line that stands for a request where any line does.
const ANY_LINE: &str = "hello";

impl Menu {
    pub(super) fn of(source: &str) -> Self {
        let texts = string_literals(source);
        let items = items(&texts);
        let commands = shell_commands(source);
        let found = STEPS.into_iter().filter_map(|(step, words)| {
            let numbered = || {
                items
                    .iter()
                    .find(|item| step_of(&item.caption) == Some(step))
            };
            let typed = || {
                typed_word(&commands, words)
                    .or_else(|| typed_word(&texts, words))
                    .or_else(|| shown_command(&texts, words))
            };
            let lines = match numbered() {
                Some(item) => with_name(step, item.number.clone(), &texts, Asks::Always),
                None => with_name(step, typed()?, &texts, Asks::IfPrompted),
            };
            Some((step, lines))
        });
        let mut steps: Vec<_> = found.collect();
        let has_request = steps.iter().any(|(step, _)| *step != "quit");
        let takes_any_line = !has_request && reads_input(source);
        if takes_any_line {
            steps.insert(0, ("list", vec![line(ANY_LINE.to_owned())]));
        }
        Self {
            steps,
            takes_any_line,
        }
    }

    /// The steps for which nothing was found.
    pub(super) fn missing(&self) -> Vec<&'static str> {
        let steps = STEPS.into_iter().map(|(step, _)| step);
        steps.filter(|step| !self.has(step)).collect()
    }

    pub(super) fn has(&self, step: &str) -> bool {
        self.steps.iter().any(|(found, _)| *found == step)
    }
}

/// Whether a client reads what a user types at all.
pub(super) fn reads_input(source: &str) -> bool {
    READS_INPUT.iter().any(|read| source.contains(read))
}

/// The words in a source's texts that mean requests, as they are written there: those that a command line can have.
pub(super) fn words_for_requests(source: &str) -> Vec<(&'static str, String)> {
    let texts = string_literals(source);
    let word = |(step, words): (&'static str, &[&str])| Some((step, typed_word(&texts, words)?));
    STEPS.into_iter().take(3).filter_map(word).collect()
}

/// Whether a menu's item asks for a file's name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    Always,
    IfPrompted,
}

/// The line, and for a transfer the file's name: where it is asked for, or on the same line.
fn with_name(step: &str, text: String, texts: &[String], asks: Asks) -> Vec<Line> {
    if !["upload", "download"].contains(&step) {
        return vec![line(text)];
    }
    let prompt = name_prompt(step, texts);
    let is_told = |usage: &String| {
        usage
            .to_lowercase()
            .contains(&format!("{} <", text.to_lowercase()))
    };
    let on_same_line = prompt.is_none() || texts.iter().any(is_told);
    if asks == Asks::IfPrompted && on_same_line {
        return vec![line(format!("{text} {{name}}"))];
    }
    let name = Line {
        prompt,
        text: "{name}".to_owned(),
    };
    vec![line(text), name]
}

fn line(text: String) -> Line {
    Line { prompt: None, text }
}

/// What the client prints when it asks for the file of a step: rather a text with one of the step's words, and none with
/// those of others.
fn name_prompt(step: &str, texts: &[String]) -> Option<String> {
    let prompts = || texts.iter().filter(|text| asks_for_name(text));
    let own = prompts().find(|text| step_of(text) == Some(step));
    let common = || prompts().find(|text| step_of(text).is_none());
    Some(own.or_else(common)?.trim().to_owned())
}

/// The step that a text speaks of.
fn step_of(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let said: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    let is_meant = |words: &[&str]| said.iter().any(|word| words.contains(word));
    let (step, _) = STEPS.into_iter().find(|(_, words)| is_meant(words))?;
    Some(step)
}

/// The texts in quotes, in the source's order; one in triple quotes as its lines.
fn string_literals(source: &str) -> Vec<String> {
    let quoted = Regex::new(r#"(?s)"""(.*?)"""|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'"#)
        .expect("the pattern is well-formed");
    let texts = quoted.captures_iter(source).filter_map(|found| {
        let text = found.get(1).or(found.get(2)).or(found.get(3))?;
        Some(text.as_str().replace("\\n", "\n"))
    });
    texts
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// The commands of a shell made with Python's `cmd`: its methods `do_list`.
fn shell_commands(source: &str) -> Vec<String> {
    let method = Regex::new(r"\bdef do_(\w+)\(").expect("the pattern is well-formed");
    let is_shell = source.contains("Cmd)");
    let found = method.captures_iter(source).filter(|_| is_shell);
    found.map(|it| it[1].to_owned()).collect()
}

/// An item of a menu: `1. List files`, `[1] list`, `1) Send a file` or `[L]ist`.
struct Item {
    number: String,
    caption: String,
}

/// The items in these texts, of which several may stand in one.
fn items(texts: &[String]) -> Vec<Item> {
    let item = Regex::new(r"(?:^|[^\w.])(\d)[^\w\n]+([^\d\n,;|/]*[^\d\n,;|/\s(\[])")
        .expect("the pattern is well-formed");
    let letter = Regex::new(r"[\[(](\w)[\])](\w+)").expect("the pattern is well-formed");
    let numbered = texts.iter().flat_map(|text| item.captures_iter(text));
    let numbered = numbered.map(|found| Item {
        number: found[1].to_owned(),
        caption: found[2].to_owned(),
    });
    let lettered = texts.iter().flat_map(|text| letter.captures_iter(text));
    let lettered = lettered.map(|found| Item {
        number: found[1].to_owned(),
        caption: format!("{}{}", &found[1], &found[2]),
    });
    numbered.chain(lettered).collect()
}

/// The first text that is one of these words, as it is written there.
fn typed_word(texts: &[String], words: &[&str]) -> Option<String> {
    let text = texts.iter().find(|text| is_one_of(text, words))?;
    Some(text.trim().to_owned())
}

/// The first of these words that a help text shows as a command: `get <file>`, `/quit`.
fn shown_command(texts: &[String], words: &[&str]) -> Option<String> {
    let shown = Regex::new(r"(?:^|[\s,;:(])(?:([/!]?\w+)\s+[<\[]\w|([/!]\w+))")
        .expect("the pattern is well-formed");
    let found = texts.iter().flat_map(|text| shown.captures_iter(text));
    let mut found = found.filter_map(|it| it.get(1).or(it.get(2)));
    let word = found.find(|word| is_one_of(word.as_str(), words))?;
    Some(word.as_str().to_owned())
}

/// Whether a text is one of these words, perhaps marked as a command: `/quit`.
fn is_one_of(text: &str, words: &[&str]) -> bool {
    let word = text.trim().trim_start_matches(['/', '!', ':', '\\']);
    words.contains(&word.to_lowercase().as_str())
}

fn asks_for_name(text: &str) -> bool {
    let lower = text.to_lowercase();
    let is_prompt = text.trim_end().ends_with([':', '?', '>']);
    is_prompt
        // The head of a list, or another question.
        && !lower.contains("files")
        && !lower.contains("nick")
        && !lower.contains("your name")
        && (lower.contains("file") || lower.contains("path") || lower.contains("name"))
        && !lower.contains("user")
        && !lower.contains('{')
        && !lower.contains('%')
}
