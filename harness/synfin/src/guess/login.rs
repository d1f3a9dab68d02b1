//! What a client asks for before it has a menu: where the server is, and who its user is.

use regex::Regex;

use super::menu::Line;

/// What whoever completes the target must fill in.
const FILL_IN: &str = "FILL-IN";
const NAME: &str = "user-{client}";

/// What is asked for, by a word of the question, and what is answered; the first that fits decides.
const ANSWERS: [(&[&str], &str); 4] = [
    (&["password", "passwd"], FILL_IN),
    (&["port"], "{port}"),
    (
        &[
            "nickname",
            "nick",
            "username",
            "user",
            "login",
            "your name",
            "alias",
        ],
        NAME,
    ),
    (&["host", "server", "ip", "address"], "{host}"),
];

/// How programs ask: a text, and soon after it a call that reads a line.
const QUESTIONS: [&str; 4] = [
    r#"\b(?:input|getpass|question|prompt)\s*\(\s*f?["']([^"'\n]+)["']"#,
    r#"\bprintf\s*\(\s*"([^"\n]+)"\s*\)[^"{}]{0,120}?(?:scanf|gets|getline)\s*\("#,
    r#"\bcout\s*<<\s*"([^"\n]+)"[^"{}]{0,80}?(?:cin\s*>>|getline)"#,
    r#"\bprint(?:ln)?\(\s*"([^"\n]+)"\s*\)[^"{}]{0,120}?\.(?:next\w*|readLine)\("#,
];

/// The answers to what a client asks when it is started, in the order of its source.
pub(super) fn answers(source: &str) -> Vec<Line> {
    let mut questions: Vec<_> = QUESTIONS
        .iter()
        .flat_map(|pattern| questions(pattern, source))
        .collect();
    questions.sort_by_key(|(at, _)| *at);
    let mut answers: Vec<Line> = Vec::new();
    for (_, question) in questions {
        if let Some(text) = answer(&question)
            && !answers.iter().any(|line| line.text == text)
        {
            answers.push(Line {
                prompt: Some(question.trim().to_owned()),
                text: text.to_owned(),
            });
        }
    }
    // Who has a password has a name that is known.
    if answers.iter().any(|line| line.text == FILL_IN) {
        let names = answers.iter_mut().filter(|line| line.text == NAME);
        names.for_each(|line| FILL_IN.clone_into(&mut line.text));
    }
    answers
}

/// Those of these answers that only the programs' users know.
pub(super) fn unknown(answers: &[Line]) -> Option<String> {
    let open = answers.iter().filter(|line| line.text == FILL_IN);
    let prompts = open.filter_map(|line| Some(format!("“{}”", line.prompt.as_ref()?)));
    let prompts: Vec<String> = prompts.collect();
    let text = format!(
        "what the client is told at {} (`connect`)",
        prompts.join(", ")
    );
    (!prompts.is_empty()).then_some(text)
}

/// What a pattern finds, and where.
fn questions(pattern: &str, source: &str) -> Vec<(usize, String)> {
    let asks = Regex::new(pattern).expect("the patterns here are well-formed");
    let found = asks.captures_iter(source).filter_map(|asks| asks.get(1));
    found
        .map(|text| (text.start(), text.as_str().replace("\\n", "")))
        .collect()
}

fn answer(question: &str) -> Option<&'static str> {
    let lower = question.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    // A file on the server is asked for by a request.
    if words.contains(&"file") || words.contains(&"filename") {
        return None;
    }
    let is_word = |word: &&str| words.contains(word) || word.contains(' ') && lower.contains(*word);
    let is_meant = |asked: &[&str]| asked.iter().any(is_word);
    let (_, text) = ANSWERS.into_iter().find(|(asked, _)| is_meant(asked))?;
    Some(text)
}
