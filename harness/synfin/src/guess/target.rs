//! The target file that a guess becomes, with comments for whoever completes it.

use super::menu::Line;
use super::{ClientCommand, Guess};

/// So many programs that were not chosen are named.
const OTHERS_NAMED: usize = 3;

/// A target file.
pub fn target_text(guess: &Guess) -> String {
    let build = match guess.build.as_slice() {
        [] => "# build = [\"make\"]   # commands that compile the programs, if they must be compiled\n".to_owned(),
        lines => format!("build = {}\n", array(lines)),
    };
    let parts = [server(guess), client(guess), files(guess)];
    format!(
        "# How synfin starts these programs and talks to them; docs/targets.md tells all of it.\n\
         {}\n\
         schema = 1\n\
         {build}\n\
         {}",
        unknown(guess),
        parts.join("\n")
    )
}

fn server(guess: &Guess) -> String {
    let listen = guess.listen.map(|it| format!("listen = \"{it}\"\n"));
    format!(
        "[server]\n{}command = {}\n{}",
        others(&guess.other_servers),
        array(guess.server.as_deref().unwrap_or(&fill_in())),
        listen.unwrap_or_default()
    )
}

fn client(guess: &Guess) -> String {
    let head = format!("[client]\n{}", others(&guess.other_clients));
    match &guess.client {
        Some(ClientCommand::Session(words)) => {
            format!("{head}command = {}\n\n{}", array(words), steps(guess))
        }
        Some(ClientCommand::PerStep(steps)) => {
            let steps = steps.iter();
            let steps = steps.map(|(step, words)| format!("{step} = {}\n", array(words)));
            let steps: String = steps.collect();
            format!(
                "{head}\n# It is started for each step anew; a step without a command it cannot do.\n[client.command]\n{steps}"
            )
        }
        None if guess.server.is_some() => "# A server alone is graded with the client of another target: synfin run --server THIS --client OTHER\n\
             # [client]\n# command = [\"FILL-IN\"]\n"
            .to_owned(),
        None => format!("{head}command = {}\n", array(&fill_in())),
    }
}

fn fill_in() -> [String; 1] {
    ["FILL-IN".to_owned()]
}

fn files(guess: &Guess) -> String {
    let folder = |dir: &Option<String>| quoted(dir.as_deref().unwrap_or("."));
    let download_as = guess.client_files.download_as.as_deref();
    let download_as = download_as.map(|it| format!("download_as = {}\n", quoted(it)));
    format!(
        "# Where uploads are read from and downloads arrive (client), and where they are stored (server).\n\
         [files]\n\
         client_dir = {}\n\
         {}server_dir = {}\n",
        folder(&guess.client_files.dir),
        download_as.unwrap_or_default(),
        folder(&guess.server_dir),
    )
}

fn unknown(guess: &Guess) -> String {
    let lines = guess.unknown.iter().map(|text| format!("#   - {text}\n"));
    match lines.collect::<String>() {
        none if none.is_empty() => String::new(),
        lines => format!("#\n# Could not be guessed; please look at:\n{lines}"),
    }
}

/// The programs that were not chosen, for whoever knows better.
fn others(names: &[String]) -> String {
    let (some, more) = names.split_at(names.len().min(OTHERS_NAMED));
    let mut lines: Vec<String> = some.iter().map(|name| format!("# or {name}?\n")).collect();
    if !more.is_empty() {
        lines.push(format!("# or one of {} more?\n", more.len()));
    }
    lines.concat()
}

fn steps(guess: &Guess) -> String {
    let login = Some(("connect", &guess.login)).filter(|(_, lines)| !lines.is_empty());
    let told = guess.menu.steps.iter().map(|(step, lines)| (*step, lines));
    let found = login.into_iter().chain(told).map(|(step, lines)| {
        let lines: Vec<String> = lines.iter().map(exchange).collect();
        format!("{step} = [{}]\n", lines.join(", "))
    });
    let missing = guess.menu.missing().into_iter();
    let missing = missing.map(|step| format!("# {step} = [{{ send = \"…\" }}]\n"));
    let steps: String = found.chain(missing).collect();
    format!(
        "# What a user would type for each step. `expect` is a regular expression for what the client prints first.\n\
         [client.steps]\n{steps}"
    )
}

fn exchange(line: &Line) -> String {
    let send = format!("send = {}", quoted(&line.text));
    let Some(prompt) = &line.prompt else {
        return format!("{{ {send} }}");
    };
    format!("{{ expect = {}, {send} }}", quoted(&regex::escape(prompt)))
}

pub(super) fn array(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("[{}]", words.join(", "))
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
