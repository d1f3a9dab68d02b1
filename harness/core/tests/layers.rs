//! Holds the order of the modules: each names only those that its row allows.
#![expect(clippy::disallowed_methods, reason = "the sources are files")]

use std::fs;
use std::path::{Path, PathBuf};

/// The modules in reading order, and what each may name beside itself: only rows above its own, so that no two modules
/// can need each other.
const LAYERS: &[(&str, &[&str])] = &[
    ("time", &[]),
    ("text", &[]),
    ("content", &[]),
    ("pcap", &["time"]),
    ("wire", &["pcap"]),
    ("flow", &["time", "pcap", "wire"]),
    ("spec", &["time"]),
    ("manifest", &["time", "text", "pcap", "wire", "spec"]),
    (
        "observation",
        &[
            "time", "text", "content", "pcap", "wire", "flow", "spec", "manifest",
        ],
    ),
    (
        "story",
        &["time", "text", "pcap", "wire", "flow", "observation"],
    ),
    ("diagnosis", &["flow", "observation", "story"]),
    ("checks", ALL_ABOVE),
    ("report", ALL_ABOVE),
    ("grade", ALL_ABOVE),
    ("baseline", ALL_ABOVE),
];

/// Stands for every row above.
const ALL_ABOVE: &[&str] = &["*"];

#[test]
fn every_module_names_only_those_its_row_allows() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for file in sources(&src) {
        let text = fs::read_to_string(&file).expect("a source file can be read");
        let violations = violations(&module_of(&src, &file), &text);
        found.extend(
            violations
                .iter()
                .map(|why| format!("{}: {why}", file.display())),
        );
    }
    assert_eq!(found, [""; 0]);
}

#[test]
fn every_row_names_only_rows_above_it() {
    for (row, (module, may_name)) in LAYERS.iter().enumerate() {
        for name in may_name.iter().filter(|name| **name != "*") {
            let above = LAYERS[..row].iter().any(|(module, _)| module == name);
            assert!(
                above,
                "{module} may name {name}, which does not stand above it"
            );
        }
    }
}

#[test]
fn a_name_from_above_is_found_in_every_form_it_can_take() {
    let cases = [
        ("use crate::report::Report;", "wire names report"),
        ("use crate::{pcap::Frame, checks};", "wire names checks"),
        (
            "use crate::{\n    pcap::{Frame, Reader},\n    flow::{Side},\n};",
            "wire names flow",
        ),
        (
            "fn f() -> crate::story::Row { todo!() }",
            "wire names story",
        ),
        ("use crate::nowhere::Thing;", "wire names nowhere"),
        ("use super::super::flow;", "wire names super::super"),
    ];
    for (source, expected) in cases {
        assert_eq!(violations("wire", source), [expected], "in {source}");
    }
    assert_eq!(violations("unheard_of", ""), ["unheard_of is in no row"]);
}

#[test]
fn a_name_that_is_allowed_or_only_told_of_is_no_violation() {
    let source = "//! See `crate::report`.\nuse crate::pcap::{Frame, LinkType};\nuse crate::wire::Flags; // crate::flow\n";
    assert_eq!(violations("wire", source), [""; 0]);
    assert_eq!(
        violations("checks", "use crate::{story, flow::Side};"),
        [""; 0]
    );
    assert_eq!(
        violations("checks", "use crate::report::Report;"),
        ["checks names report"]
    );
}

/// What in a module's source its row does not allow.
fn violations(module: &str, source: &str) -> Vec<String> {
    let Some(row) = LAYERS.iter().position(|(name, _)| *name == module) else {
        return vec![format!("{module} is in no row")];
    };
    let code = without_comments(source);
    let mut named = modules_named(&code);
    if code.contains("super::super") {
        named.push("super::super");
    }
    named
        .into_iter()
        .filter(|name| *name != module && !is_allowed(row, name))
        .map(|name| format!("{module} names {name}"))
        .collect()
}

fn is_allowed(row: usize, name: &str) -> bool {
    let (_, may_name) = LAYERS[row];
    if may_name == ALL_ABOVE {
        LAYERS[..row].iter().any(|(module, _)| *module == name)
    } else {
        may_name.contains(&name)
    }
}

fn without_comments(source: &str) -> String {
    let code = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    source.lines().map(code).collect::<Vec<_>>().join("\n")
}

/// The first names of all paths that begin with `crate::`, also of those in one pair of braces.
fn modules_named(code: &str) -> Vec<&str> {
    code.match_indices("crate::")
        .flat_map(
            |(at, prefix)| match code[at + prefix.len()..].strip_prefix('{') {
                Some(group) => first_names(group),
                None => vec![first_name(&code[at + prefix.len()..])],
            },
        )
        .collect()
}

/// The first names of the paths in a group whose opening brace was read.
fn first_names(group: &str) -> Vec<&str> {
    let mut names = vec![first_name(group)];
    let mut depth = 1;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => names.push(first_name(&group[at + 1..])),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn first_name(path: &str) -> &str {
    let path = path.trim_start();
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_');
    &path[..end.unwrap_or(path.len())]
}

/// All source files below a folder but the crate's root, which names every module; in order.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("a folder can be listed").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension() == Some("rs".as_ref()) && !path.ends_with("src/lib.rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The module that a file belongs to: the first part of its path below `src`.
fn module_of(src: &Path, file: &Path) -> String {
    let path = file.strip_prefix(src).expect("the file is below src");
    let first = path.components().next().expect("the file has a name");
    Path::new(first.as_os_str())
        .file_stem()
        .expect("a component has a stem")
        .to_string_lossy()
        .into_owned()
}
