//! Reads which modules a module's source names, and holds that against a table of layers.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules in reading order, and what each may name beside itself: only rows above its own, so that no two modules
/// can need each other.
pub(crate) type Layers = [(&'static str, &'static [&'static str])];

/// Stands for every row above.
pub(crate) const ALL_ABOVE: &[&str] = &["*"];

/// What in the sources below a folder its module's row does not allow.
pub(crate) fn violations_below(src: &Path, layers: &Layers) -> Vec<String> {
    let in_file = |file: PathBuf| {
        let text = fs::read_to_string(&file).expect("a source file can be read");
        let violations = violations(layers, &module_of(src, &file), &text);
        violations
            .into_iter()
            .map(move |why| format!("{}: {why}", file.display()))
    };
    sources(src).into_iter().flat_map(in_file).collect()
}

/// The rows that name what does not stand above them.
pub(crate) fn rows_out_of_order(layers: &Layers) -> Vec<String> {
    let mut found = Vec::new();
    for (row, (module, may_name)) in layers.iter().enumerate() {
        for name in may_name.iter().filter(|name| **name != "*") {
            if layers[..row].iter().all(|(module, _)| module != name) {
                found.push(format!(
                    "{module} may name {name}, which does not stand above it"
                ));
            }
        }
    }
    found
}

/// What in a module's source its row does not allow.
pub(crate) fn violations(layers: &Layers, module: &str, source: &str) -> Vec<String> {
    let Some(row) = layers.iter().position(|(name, _)| *name == module) else {
        return vec![format!("{module} is in no row")];
    };
    let code = without_comments(source);
    let mut named = modules_named(&code);
    if code.contains("super::super") {
        named.push("super::super");
    }
    named
        .into_iter()
        .filter(|name| *name != module && !is_allowed(layers, row, name))
        .map(|name| format!("{module} names {name}"))
        .collect()
}

fn is_allowed(layers: &Layers, row: usize, name: &str) -> bool {
    let (_, may_name) = layers[row];
    if may_name == ALL_ABOVE {
        layers[..row].iter().any(|(module, _)| *module == name)
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

/// All source files below a folder but the crate's roots, which name every module; in order.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("a folder can be listed").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension() == Some("rs".as_ref())
            && !["src/lib.rs", "src/main.rs"]
                .iter()
                .any(|root| path.ends_with(root))
        {
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
