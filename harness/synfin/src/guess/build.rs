//! The commands that compile what must be compiled.

use regex::Regex;

use super::Source;
use super::program::Program;

/// The commands that build these programs.
pub(super) fn build<'a>(
    sources: &[Source],
    programs: impl Iterator<Item = &'a Program<'a>>,
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for program in programs {
        let compile = program.language.build(program.source, &program.helpers);
        let line = compile.map(|compile| make(sources, program.source).unwrap_or(compile));
        lines.extend(line.filter(|line| !lines.contains(line)));
    }
    lines
}

/// How a Makefile builds the program: the one beside it, or at the top.
fn make(sources: &[Source], program: &Source) -> Option<String> {
    let is_makefile = |it: &&Source| ["Makefile", "makefile"].contains(&it.file());
    let makefiles = || sources.iter().filter(is_makefile);
    let folder = program.folder();
    let beside = makefiles().find(|it| it.folder() == folder);
    let makefile = beside.or_else(|| makefiles().find(|it| it.folder().is_empty()))?;
    let place = match makefile.folder() {
        "" => String::new(),
        folder => format!(" -C {folder}"),
    };
    let target = if builds_all(&makefile.text) {
        ""
    } else {
        program.stem()
    };
    Some(format!("make{place} {target}").trim_end().to_owned())
}

/// Whether `make` alone builds more than the first program, or there are no rules with the programs' names.
fn builds_all(makefile: &str) -> bool {
    let rule = Regex::new(r"(?m)^([\w./-]+)\s*:").expect("the pattern is well-formed");
    rule.captures(makefile)
        .is_none_or(|first| !["server", "client"].iter().any(|it| first[1].contains(it)))
}
