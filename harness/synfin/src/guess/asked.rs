//! What a client asks its user for before it connects: where the server is, and who the user is.

use std::net::SocketAddr;

use regex::Regex;

use super::choice::connects_at;
use super::menu::Line;

/// What whoever completes the target must fill in.
const FILL_IN: &str = "FILL-IN";
/// A name as good as any other.
const NAME: &str = "anna";

/// The lines that answer what is asked before the first call that connects; the server is at this address.
pub(super) fn answers(source: &str, server: SocketAddr) -> Vec<Line> {
    let prompts = prompts(source);
    let has_password = prompts.iter().any(|it| asks_for(it, &PASSWORD));
    let answer = |prompt: &String| {
        let told = [
            (&PASSWORD[..], FILL_IN.to_owned()),
            (&PORT, server.port().to_string()),
            (&HOST, server.ip().to_string()),
            (&USER, if has_password { FILL_IN } else { NAME }.to_owned()),
        ];
        let (_, text) = told
            .into_iter()
            .find(|(words, _)| asks_for(prompt, words))?;
        Some(Line {
            prompt: Some(prompt.trim().to_owned()),
            text,
        })
    };
    prompts.iter().filter_map(answer).collect()
}

/// Those of these answers that only the programs' users know.
pub(super) fn unknown(answers: &[Line]) -> Option<String> {
    let open = answers.iter().filter(|it| it.text == FILL_IN);
    let prompts: Vec<String> = open
        .filter_map(|it| Some(format!("“{}”", it.prompt.as_ref()?)))
        .collect();
    let text = format!(
        "what the client is told at {} (`connect`)",
        prompts.join(", ")
    );
    (!prompts.is_empty()).then_some(text)
}

const PASSWORD: [&str; 2] = ["password", "passwd"];
const PORT: [&str; 1] = ["port"];
const HOST: [&str; 5] = ["host", "hostname", "ip", "address", "server"];
const USER: [&str; 5] = ["nickname", "nick", "username", "user", "alias"];

fn asks_for(prompt: &str, words: &[&str]) -> bool {
    let lower = prompt.to_lowercase();
    let said: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    said.iter().any(|word| words.contains(word)) && !said.contains(&"file")
}

/// The prompts of Python's `input` and `getpass` before the first call that connects, in the source's order.
fn prompts(source: &str) -> Vec<String> {
    let asks = Regex::new(r#"\b(?:input|getpass)\(\s*(?:"([^"\n{]+)"|'([^'\n{]+)')\s*\)"#)
        .expect("the pattern is well-formed");
    let before = &source[..connects_at(source).unwrap_or(0)];
    let prompts = asks.captures_iter(before).filter_map(|found| {
        let text = found.get(1).or(found.get(2))?;
        Some(text.as_str().replace("\\n", "\n"))
    });
    prompts.collect()
}
