//! What could not be guessed, as sentences for whoever completes the target.

use super::first;
use super::menu::Menu;
use super::program::Program;

/// What could not be guessed of these two.
pub(super) fn unknown(
    server: Option<&Program<'_>>,
    client: Option<&Program<'_>>,
    port: Option<u16>,
) -> Vec<String> {
    let is_told = server.is_some_and(Program::is_told_its_port);
    let no_port = port.is_none() && !is_told;
    let mut unknown: Vec<String> = [
        server.is_none().then(|| nobody("server", "accept()s")),
        client.is_none().then(|| no_client(server)),
        no_port.then(|| "the port; 5001 is assumed (`listen`)".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect();
    for program in [server, client].into_iter().flatten() {
        unknown.extend(arguments(program));
        unknown.extend(address_elsewhere(program));
    }
    unknown.extend(client.and_then(steps));
    let can_transfer =
        client.is_some_and(|it| ["upload", "download"].iter().any(|step| it.can(step)));
    let no_folder = |it: &Program<'_>| can_transfer && it.server_dir().is_none();
    if server.is_some_and(no_folder) {
        let text = "where the server keeps files; its own folder is assumed (`server_dir`)";
        unknown.push(text.to_owned());
    }
    unknown
}

fn nobody(what: &str, calls: &str) -> String {
    format!("which program is the {what}: no source {calls} over TCP (`[{what}]`)")
}

fn no_client(server: Option<&Program<'_>>) -> String {
    let none = nobody("client", "connect()s");
    match server.filter(|it| it.speaks_http()) {
        Some(_) => format!("{none}; the server speaks HTTP, and curl stands for one"),
        None => none,
    }
}

fn arguments(program: &Program<'_>) -> Option<String> {
    let name = &program.source.name;
    let text = || format!("the arguments of {name}, which reads its command line (`command`)");
    (!program.arguments.are_known).then(text)
}

/// An address of the author's own network.
fn address_elsewhere(program: &Program<'_>) -> Option<String> {
    let address = first(
        r#"["']((?:10|172|192)\.\d{1,3}\.\d{1,3}\.\d{1,3})["']"#,
        &program.text,
    )?;
    let name = &program.source.name;
    Some(format!(
        "how {name} is told another address than {address}, which is not there in the sandbox: write 127.0.0.1 into it"
    ))
}

fn steps(client: &Program<'_>) -> Option<String> {
    if !client.is_a_session() {
        return None;
    }
    let menu = Menu::of(&client.text);
    let quit = if menu.has("quit") {
        ""
    } else {
        ", and what ends it"
    };
    if menu.takes_any_line {
        let text = "what the client is told: it has no menu, and `hello` stands for a request";
        return Some(format!("{text}{quit} (`[client.steps]`)"));
    }
    let missing = menu.missing().join(", ");
    let text = format!("what the client is told to {missing}, if it can (`[client.steps]`)");
    (!missing.is_empty()).then_some(text)
}
