//! What each program must show: `mutants.toml`.

use serde::Deserialize;

use super::SelftestError;
use super::programs;

/// The sound pair, which stands where an entry names no program.
const SERVER: &str = "pair.server";
const CLIENT: &str = "pair.client";

/// What the matrix calls the pair itself.
const PAIR: &str = "the sound pair";

/// `--only sound`.
const SOUND: &str = "sound";

/// Two programs, and what is to be found out about them.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    server: Option<String>,
    client: Option<String>,
    /// Where the server listens, if not where the pair's does.
    pub(super) listen: Option<String>,
    pub(super) duty: Duty,
}

/// What is to be found out.
#[derive(Clone, Debug)]
pub(super) enum Duty {
    /// One check must fail them.
    Broken(Fault),
    /// No check may fail them.
    Sound(Leeway),
}

impl Duty {
    /// Whether the check asks for something that these programs need not do.
    pub(super) fn is_not_asked(&self, check: &String) -> bool {
        match self {
            Self::Broken(_) => false,
            Self::Sound(leeway) => leeway.not_asked.contains(check),
        }
    }

    /// The checks whose conclusion is left open: what they find may depend on who is faster.
    pub(super) fn open(&self) -> impl Iterator<Item = &String> {
        match self {
            Self::Broken(fault) => fault.also.iter(),
            Self::Sound(leeway) => leeway.undecided.iter(),
        }
    }
}

/// Which checks need not pass programs that are sound, by id.
#[derive(Clone, Debug, Default)]
pub(super) struct Leeway {
    /// Checks that may leave them undecided.
    pub(super) undecided: Vec<String>,
    /// Checks that ask for another order than theirs, which is just as legal.
    pub(super) not_asked: Vec<String>,
}

/// How a fault shows.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// The scenario that shows it.
    pub(super) scenario: String,
    /// The check that must fail there.
    pub(super) fails: String,
    /// Checks that may fail too, for they ask for what the fault takes away.
    pub(super) also: Vec<String>,
}

/// The checks whose fault no kernel lets a program commit.
pub(super) fn impossible() -> Vec<String> {
    let impossible = Table::load().impossible.into_iter();
    impossible.map(|one| one.check).collect()
}

/// The entries of the compiled-in table that the names choose, all if there are none.
pub(super) fn entries(only: &[String]) -> Result<Vec<Entry>, SelftestError> {
    let entries = Table::load().entries();
    let stranger = |name: &&String| !entries.iter().any(|entry| entry.is_called(name));
    if let Some(name) = only.iter().find(stranger) {
        return Err(SelftestError::UnknownName(name.clone()));
    }
    let is_wanted = |entry: &Entry| only.is_empty() || only.iter().any(|it| entry.is_called(it));
    Ok(entries.into_iter().filter(is_wanted).collect())
}

impl Entry {
    /// The server.
    pub(super) fn server(&self) -> &str {
        self.server.as_deref().unwrap_or(SERVER)
    }

    /// The client.
    pub(super) fn client(&self) -> &str {
        self.client.as_deref().unwrap_or(CLIENT)
    }

    /// Both programs.
    pub(super) fn programs(&self) -> [&str; 2] {
        [self.server(), self.client()]
    }

    /// The scenario that is recorded; sound programs go through all.
    pub(super) fn scenario(&self) -> Option<&str> {
        match &self.duty {
            Duty::Broken(fault) => Some(&fault.scenario),
            Duty::Sound(_) => None,
        }
    }

    /// What the matrix calls it: the programs that are not the pair's, and the scenario.
    pub(super) fn title(&self) -> String {
        let own: Vec<&str> = self.own().collect();
        let own = if own.is_empty() {
            PAIR.to_owned()
        } else {
            own.join(" + ")
        };
        match self.scenario() {
            Some(scenario) => format!("{own} ({scenario})"),
            None => own,
        }
    }

    /// Whether `--only NAME` means it: by a program, with or without its folder, or by its check or scenario.
    fn is_called(&self, name: &str) -> bool {
        let is_program = |program: &str| {
            let short = program.split_once(['.', '/']).map(|(_, short)| short);
            program == name || short == Some(name)
        };
        let is_duty = match &self.duty {
            Duty::Broken(fault) => fault.fails == name || fault.scenario == name,
            Duty::Sound(_) => name == SOUND,
        };
        is_duty || self.own().any(is_program)
    }

    fn own(&self) -> impl Iterator<Item = &str> {
        self.server.iter().chain(&self.client).map(String::as_str)
    }
}

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    mutant: Vec<Mutant>,
    impossible: Vec<Impossible>,
    sound: Vec<Sound>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Impossible {
    check: String,
    #[expect(dead_code, reason = "for who reads the file")]
    why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutant {
    server: Option<String>,
    client: Option<String>,
    listen: Option<String>,
    scenario: String,
    fails: String,
    #[serde(default)]
    also: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sound {
    server: Option<String>,
    client: Option<String>,
    listen: Option<String>,
    #[serde(default)]
    undecided: Vec<String>,
    #[serde(default)]
    not_asked: Vec<String>,
}

impl Table {
    fn load() -> Self {
        let text = programs::text_of("mutants.toml").expect("the table is compiled in");
        toml::from_str(text).expect("the table that is compiled in is the one that a test reads")
    }

    fn entries(self) -> Vec<Entry> {
        let broken = self.mutant.into_iter().map(Entry::from);
        broken
            .chain(self.sound.into_iter().map(Entry::from))
            .collect()
    }
}

impl From<Mutant> for Entry {
    fn from(mutant: Mutant) -> Self {
        Self {
            server: mutant.server,
            client: mutant.client,
            listen: mutant.listen,
            duty: Duty::Broken(Fault {
                scenario: mutant.scenario,
                fails: mutant.fails,
                also: mutant.also,
            }),
        }
    }
}

impl From<Sound> for Entry {
    fn from(sound: Sound) -> Self {
        Self {
            server: sound.server,
            client: sound.client,
            listen: sound.listen,
            duty: Duty::Sound(Leeway {
                undecided: sound.undecided,
                not_asked: sound.not_asked,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn titles(only: &[&str]) -> Vec<String> {
        let only: Vec<String> = only.iter().map(|name| (*name).to_owned()).collect();
        entries(&only).unwrap().iter().map(Entry::title).collect()
    }

    #[test]
    fn every_entry_is_of_programs_that_are_compiled_in() {
        for entry in entries(&[]).unwrap() {
            for program in entry.programs() {
                let file = if program.contains('/') {
                    program.to_owned()
                } else {
                    program.replace('.', "/") + ".py"
                };
                assert!(programs::text_of(&file).is_some(), "{file}");
            }
        }
    }

    #[test]
    fn every_broken_and_every_unusual_program_has_an_entry() {
        let entries = entries(&[]).unwrap();
        let named: BTreeSet<String> = entries
            .iter()
            .flat_map(Entry::programs)
            .map(|program| program.trim_end_matches(".py").replace('.', "/"))
            .collect();
        let is_program = |file: &&str| file.starts_with("broken/") || file.starts_with("unusual/");
        for file in programs::names().filter(is_program) {
            let name = file.trim_end_matches(".py").replace('.', "/");
            assert!(named.contains(&name), "{file}");
        }
    }

    #[test]
    fn a_name_chooses_a_program_a_check_or_a_scenario() {
        assert_eq!(titles(&["never_accepts"]), ["broken.never_accepts (life)"]);
        assert_eq!(
            titles(&["broken/forgets_htons.c"]),
            ["broken/forgets_htons.c (life)"]
        );
        assert_eq!(titles(&["runs-on-windows"]), ["the sound pair (windows)"]);
        assert!(titles(&["sound"]).contains(&"pair.server + pair.client".to_owned()));
    }

    #[test]
    fn a_name_that_nothing_has_is_an_error() {
        let error = entries(&["never_acepts".to_owned()]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no program, check or scenario of the self-test is called \"never_acepts\""
        );
    }
}
