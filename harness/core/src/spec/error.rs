//! What is wrong with a user's file, and where: file, line, column, the line itself and a suggestion.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// All that is wrong with one rubric or target file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.render(Palette::Plain))]
pub struct SpecError {
    source_name: String,
    text: String,
    problems: Vec<Problem>,
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands, in bytes of the file's text.
    pub span: Range<usize>,
    /// What is wrong, a lower-case fragment.
    pub message: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

/// How an error is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Palette {
    /// For files, pipes and `NO_COLOR`.
    Plain,
    /// With ANSI colours, for a terminal.
    Coloured,
}

impl SpecError {
    /// One problem of a file, for those who find it after the file was read (a check's parameters).
    pub fn at(
        source_name: &str,
        text: &str,
        span: Range<usize>,
        message: impl Into<String>,
        suggestion: Option<String>,
    ) -> Self {
        let message = message.into();
        let problem = Problem {
            span,
            message,
            suggestion,
        };
        Self::of(source_name, text, vec![problem])
    }

    /// The problems of a file.
    pub(super) fn of(source_name: &str, text: &str, problems: Vec<Problem>) -> Self {
        Self {
            source_name: source_name.to_owned(),
            text: text.to_owned(),
            problems,
        }
    }

    /// Adds what else is wrong with the same file.
    pub fn add(&mut self, other: Self) {
        self.problems.extend(other.problems);
    }

    /// What is wrong, in the order in which it was found.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The errors as a compiler would print them: `error: …`, `--> file:line:column`, the line, `help: …`.
    pub fn render(&self, palette: Palette) -> String {
        let renderer = match palette {
            Palette::Plain => Renderer::plain(),
            Palette::Coloured => Renderer::styled(),
        };
        let reports: Vec<String> = self
            .problems
            .iter()
            .map(|problem| without_c1_controls(&renderer.render(&[self.group(problem)])))
            .collect();
        reports.join("\n")
    }

    fn group<'a>(&'a self, problem: &'a Problem) -> Group<'a> {
        let place = AnnotationKind::Primary.span(self.within_text(&problem.span));
        let snippet = Snippet::source(&self.text)
            .path(&self.source_name)
            .annotation(place);
        let help = problem
            .suggestion
            .iter()
            .map(|suggestion| Level::HELP.message(suggestion));
        Level::ERROR
            .primary_title(&problem.message)
            .element(snippet)
            .elements(help)
    }

    /// The span cut to the text and widened to whole characters.
    fn within_text(&self, span: &Range<usize>) -> Range<usize> {
        let start = self.text.floor_char_boundary(span.start);
        let end = self.text.ceil_char_boundary(span.end);
        start..end.max(start)
    }
}

/// The renderer shows all controls of a stranger's file as pictures but these, of which some terminals obey U+009B as they
/// do ESC [.
fn without_c1_controls(text: &str) -> String {
    text.replace(|c| ('\u{80}'..='\u{9f}').contains(&c), "\u{fffd}")
}

/// "did you mean …?" for a word that is none of `known`.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(word, known).map(|known| format!("did you mean `{known}`?"))
}

/// The known word that is most like `word`, if one is like it at all.
pub(super) fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const ALIKE: f64 = 0.7;
    known
        .into_iter()
        .map(|known| (strsim::jaro_winkler(&word.to_lowercase(), known), known))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_brings_the_nearest_known_one() {
        let known = ["connect", "list", "upload"];
        assert_eq!(closest("uplaod", known), Some("upload"));
        assert_eq!(closest("Lst", known), Some("list"));
        assert_eq!(closest("xyzzy", known), None);
    }

    #[test]
    fn a_span_beyond_the_text_or_inside_a_character_is_harmless() {
        for (start, end) in [(0, 99), (98, 99), (1, 2), (3, 1)] {
            let error = SpecError::at("t.toml", "é = 1", start..end, "wrong", None);
            assert!(error.render(Palette::Coloured).contains("wrong"));
        }
    }
}
