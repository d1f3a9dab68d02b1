//! The selection keys of a check call: `clients`, `connections`, `during`.

use toml::Spanned;

use super::rubric::Keys;
use super::{Problems, did_you_mean};
use crate::spec::{ClientNumber, Clients, Connections, Scenario, Selection};

pub(super) fn selection(
    keys: &mut Keys,
    scenario: &Scenario,
    problems: &mut Problems,
) -> Option<Selection> {
    let clients = keys.take("clients", problems);
    let connections = keys.take("connections", problems);
    let during = keys.take("during", problems);
    Some(Selection {
        clients: match clients {
            None => Clients::default(),
            Some(text) => numbered(&text, scenario, problems)?,
        },
        connections: match connections {
            None => Connections::default(),
            Some(text) => which_connections(&text, problems)?,
        },
        during: match during {
            None => None,
            Some(text) => Some(step_name(text, scenario, problems)?),
        },
    })
}

/// `2`, `2..`, `1..3`.
fn numbered(
    text: &Spanned<String>,
    scenario: &Scenario,
    problems: &mut Problems,
) -> Option<Clients> {
    let count = scenario.client_count();
    let Some((from, to)) = range(text.get_ref()) else {
        let message = format!("{:?} selects no clients", text.get_ref());
        let help = r#"write `"2"`, `"2.."` or `"1..3"`; clients are numbered from 1 on"#.to_owned();
        problems.suggest(text.span(), message, Some(help));
        return None;
    };
    if from > count || to.is_some_and(|to| to > count) {
        let message = format!(
            "scenario `{}` has no more than {count} clients",
            scenario.name
        );
        problems.add(text.span(), message);
        return None;
    }
    Some(Clients::Numbered {
        from: ClientNumber(from),
        to: to.map(ClientNumber),
    })
}

fn range(text: &str) -> Option<(u32, Option<u32>)> {
    let number = |digits: &str| digits.trim().parse().ok();
    let (from, to) = match text.split_once("..") {
        None => (number(text)?, Some(number(text)?)),
        Some((from, "")) => (number(from)?, None),
        Some((from, to)) => (number(from)?, Some(number(to)?)),
    };
    (from >= 1 && to.is_none_or(|to| to >= from)).then_some((from, to))
}

fn which_connections(text: &Spanned<String>, problems: &mut Problems) -> Option<Connections> {
    match text.get_ref().as_str() {
        "all" => Some(Connections::All),
        "first" => Some(Connections::First),
        "last" => Some(Connections::Last),
        other => {
            let message = format!("{other:?} is neither `all`, `first` nor `last`");
            let help = did_you_mean(other, ["all", "first", "last"]);
            problems.suggest(text.span(), message, help);
            None
        }
    }
}

fn step_name(
    text: Spanned<String>,
    scenario: &Scenario,
    problems: &mut Problems,
) -> Option<String> {
    let names = || scenario.steps.iter().map(|entry| entry.step.name());
    if names().any(|name| name == text.get_ref()) {
        return Some(text.into_inner());
    }
    let message = format!(
        "scenario `{}` has no step {:?}",
        scenario.name,
        text.get_ref()
    );
    let help = did_you_mean(text.get_ref(), names());
    problems.suggest(text.span(), message, help);
    None
}
