//! The commands that compile what must be compiled.

use super::Source;
use super::makefile::Makefile;
use super::program::Program;

/// The commands that build these programs.
pub(super) fn build<'a>(
    sources: &[Source],
    programs: impl Iterator<Item = &'a Program<'a>>,
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for program in programs {
        let compile = program.language.build(program.source, &program.helpers);
        let line = compile.map(|compile| {
            let makefile = Makefile::of(program.source, sources);
            makefile.map_or(compile, |it| it.command(program.source))
        });
        lines.extend(line.filter(|line| !lines.contains(line)));
    }
    lines
}
