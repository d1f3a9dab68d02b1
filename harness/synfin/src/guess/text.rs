//! The two files that a guess becomes, with comments for whoever completes them.

use super::Guess;

const DEFAULT_PORT: u16 = 5001;

/// So many programs that were not chosen are named.
const OTHERS_NAMED: usize = 3;

/// A target file.
pub fn target_text(guess: &Guess) -> String {
    let build = match guess.build.as_slice() {
        [] => "# build = [\"make\"]   # commands that compile the programs, if they must be compiled\n".to_owned(),
        lines => format!("build = {}\n", array(lines)),
    };
    let missing = ["FILL-IN".to_owned()];
    let server = guess.server.as_deref().unwrap_or(&missing);
    let client = guess.client.as_deref().unwrap_or(&missing);
    format!(
        "# How synfin starts these programs and talks to them; docs/targets.md tells all of it.\n\
         {unknown}\n\
         schema = 1\n\
         {build}\n\
         [server]\n\
         {other_servers}command = {server}\n\
         listen = \"127.0.0.1:{port}\"\n\n\
         [client]\n\
         {other_clients}command = {client}\n\n\
         # What a user would type for each step. `expect` is a regular expression for what the client prints first.\n\
         [client.steps]\n\
         {steps}\n\
         # Where uploads are read from and downloads arrive (client), and where they are stored (server).\n\
         [files]\n\
         client_dir = {client_dir}\n\
         server_dir = {server_dir}\n",
        unknown = unknown(guess),
        other_servers = others(&guess.other_servers),
        other_clients = others(&guess.other_clients),
        server = array(server),
        client = array(client),
        port = guess.port.unwrap_or(DEFAULT_PORT),
        steps = steps(guess),
        client_dir = quoted(guess.client_dir.as_deref().unwrap_or(".")),
        server_dir = quoted(guess.server_dir.as_deref().unwrap_or(".")),
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
    let (named, more) = names.split_at(names.len().min(OTHERS_NAMED));
    let mut lines: Vec<String> = named.iter().map(|name| format!("# or {name}?\n")).collect();
    if !more.is_empty() {
        lines.push(format!("# or one of {} more?\n", more.len()));
    }
    lines.concat()
}

fn steps(guess: &Guess) -> String {
    let name = |step: &str| match (step, &guess.menu.name_prompt) {
        ("upload" | "download", Some(prompt)) => {
            format!(
                ", {{ expect = {}, send = \"{{name}}\" }}",
                quoted(&regex::escape(prompt))
            )
        }
        ("upload" | "download", None) => ", { send = \"{name}\" }".to_owned(),
        _ => String::new(),
    };
    let found = guess.menu.lines.iter();
    let found = found
        .map(|(step, line)| format!("{step} = [{{ send = {} }}{}]\n", quoted(line), name(step)));
    let missing = guess.menu.missing();
    let missing = missing.map(|step| format!("# {step} = [{{ send = \"…\" }}]\n"));
    found.chain(missing).collect()
}

/// A rubric that asks for what the client can be told.
pub fn rubric_text(guess: &Guess) -> String {
    let can = |step: &str| guess.menu.lines.iter().any(|(found, _)| *found == step);
    let requests = [
        ("list", "list"),
        ("upload", "upload notes-{client}.bin 64KiB"),
        ("download", "download notes-{client}.bin"),
    ];
    let requests: Vec<&str> = requests
        .into_iter()
        .filter(|(step, _)| can(step))
        .map(|(_, entry)| entry)
        .collect();
    let course = |middle: &[&str]| {
        let entries = ["connect"].iter().chain(middle).chain(&["quit"]);
        array(&entries.map(|entry| (*entry).to_owned()).collect::<Vec<_>>())
    };
    let first = requests.first().copied();
    let mut text = format!(
        "# What these programs are graded by; docs/rubrics.md tells all of it, `synfin checks` lists the checks.\n\n\
         schema = 1\n\
         title = \"First rubric\"\n\n\
         # One client does everything once.\n\
         [[scenario]]\n\
         name = \"one-client\"\n\
         clients = 1\n\
         steps = {}\n\n",
        course(&requests)
    );
    text += &first.map_or_else(String::new, |first| five_at_once(&course(&[first, "hold"])));
    text += &item(
        "listens",
        "The server listens at its address and port.",
        &[("one-client", "server-listens", "")],
    );
    if first.is_some() {
        text += &item(
            "serves-five",
            "Five clients are served at once.",
            &[("five-at-once", "served-concurrently", ", at_least = 5")],
        );
    }
    if can("upload") || can("download") {
        text += &item(
            "files",
            "Every file arrives as it was sent.",
            &[("one-client", "transfer-intact", "")],
        );
    }
    text + &item(
        "closes",
        "Both sides close every connection.",
        &[("one-client", "orderly-close", "")],
    )
}

/// A scenario in which several are served at once.
fn five_at_once(steps: &str) -> String {
    format!(
        "# Five clients, each answered once, hold their connections open at the same time.\n\
         [[scenario]]\n\
         name = \"five-at-once\"\n\
         clients = 5\n\
         steps = {steps}\n\n"
    )
}

/// A row: its id, what it says, and the checks that decide it with their scenarios and parameters.
fn item(id: &str, pass: &str, checks: &[(&str, &str, &str)]) -> String {
    let call = |(scenario, check, parameters): &(&str, &str, &str)| {
        format!("{{ in = \"{scenario}\", check = \"{check}\"{parameters} }}")
    };
    let checks: Vec<String> = checks.iter().map(call).collect();
    format!(
        "[[item]]\nid = \"{id}\"\npoints = 1\npass = \"{pass}\"\nchecks = [{}]\n\n",
        checks.join(", ")
    )
}

fn array(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("[{}]", words.join(", "))
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
