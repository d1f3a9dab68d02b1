//! A first rubric: what can be asked of programs of which only a guess is known.

use super::target::array;
use super::{ClientCommand, Guess};

/// A rubric that asks for what the client can be told.
pub fn rubric_text(guess: &Guess) -> String {
    let requests = requests(guess);
    let is_session = !matches!(guess.client, Some(ClientCommand::PerStep(_)));
    let holds = is_session && !requests.is_empty();
    let transfers = guess.can("upload") || guess.can("download");
    // A client that nothing ends leaves no close to be judged.
    let closes = !is_session || guess.can("quit");
    let mut text = one_client(&course(guess, &requests));
    if let Some(request) = request_at_once(guess, &requests).filter(|_| holds) {
        text += &five_at_once(&course(guess, &[request, "hold"]));
    }
    let rows = [
        (true, LISTENS),
        (holds, SERVES_FIVE),
        (transfers, FILES),
        (closes, CLOSES),
    ];
    let rows = rows.into_iter().filter(|(is_asked, _)| *is_asked);
    text + &rows.map(|(_, row)| row.text()).collect::<String>()
}

/// The requests that the client can be told, as steps of a scenario.
fn requests(guess: &Guess) -> Vec<&'static str> {
    let requests = [
        ("list", "list"),
        ("upload", "upload notes-{client}.bin 64KiB"),
        ("download", "download notes-{client}.bin"),
    ];
    let known = requests.into_iter().filter(|(step, _)| guess.can(step));
    known.map(|(_, entry)| entry).collect()
}

/// The request of those that are served at once. Without uploads the files that are downloaded lie there from the start: a list
/// of them differs from that of a lone client, by which replies are known.
fn request_at_once(guess: &Guess, requests: &[&'static str]) -> Option<&'static str> {
    let mut requests = requests.iter().copied();
    if guess.can("upload") {
        requests.next()
    } else {
        requests.next_back()
    }
}

/// A client's steps, from its start to its end.
fn course(guess: &Guess, middle: &[&str]) -> String {
    let quit = guess.can("quit").then_some("quit");
    let entries = ["connect"].iter().chain(middle).copied().chain(quit);
    array(&entries.map(str::to_owned).collect::<Vec<_>>())
}

/// A scenario in which a client does everything once.
fn one_client(steps: &str) -> String {
    format!(
        "# What these programs are graded by; docs/rubrics.md tells all of it, `synfin checks` lists the checks.\n\n\
         schema = 1\n\
         title = \"First rubric\"\n\n\
         # One client does everything once.\n\
         [[scenario]]\n\
         name = \"one-client\"\n\
         clients = 1\n\
         steps = {steps}\n\n"
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

/// A row of the rubric.
struct Row {
    id: &'static str,
    fail: &'static str,
    pass: &'static str,
    /// The check that decides it, with its scenario and parameters.
    check: &'static str,
}

const LISTENS: Row = Row {
    id: "listens",
    fail: "The server does not listen at its address and port.",
    pass: "The server listens at its address and port.",
    check: r#"in = "one-client", check = "server-listens""#,
};

const SERVES_FIVE: Row = Row {
    id: "serves-five",
    fail: "Five clients are not served at once.",
    pass: "Five clients are served at once.",
    check: r#"in = "five-at-once", check = "served-concurrently", at_least = 5"#,
};

const FILES: Row = Row {
    id: "files",
    fail: "A file does not arrive, or arrives damaged.",
    pass: "Every file arrives as it was sent.",
    check: r#"in = "one-client", check = "transfer-intact""#,
};

const CLOSES: Row = Row {
    id: "closes",
    fail: "A connection is reset, or stays half open.",
    pass: "Both sides close every connection.",
    check: r#"in = "one-client", check = "orderly-close""#,
};

impl Row {
    fn text(&self) -> String {
        let Self {
            id,
            fail,
            pass,
            check,
        } = self;
        format!(
            "[[item]]\nid = \"{id}\"\nfail = \"{fail}\"\npass = \"{pass}\"\nchecks = [{{ {check} }}]\n\n"
        )
    }
}
