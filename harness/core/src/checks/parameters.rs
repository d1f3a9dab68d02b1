//! Reads a check's own parameters from a rubric: typed, and nothing left over.

use std::num::NonZeroU32;

use regex::Regex;

use super::bind::SourceText;
use super::catalogue::ParameterDoc;
use crate::spec::{CheckCall, SpecError, did_you_mean};

/// The parameters of one call.
#[derive(Clone, Copy)]
pub(super) struct Parameters<'a> {
    pub(super) call: &'a CheckCall,
    pub(super) source: SourceText<'a>,
}

impl<'a> Parameters<'a> {
    /// Fails on any key that is none of these.
    pub(super) fn only(&self, known: &[ParameterDoc]) -> Result<(), SpecError> {
        let names = known.iter().map(|parameter| parameter.name);
        let Some(stranger) = self
            .call
            .parameters
            .keys()
            .find(|key| !names.clone().any(|name| name == key.as_str()))
        else {
            return Ok(());
        };
        let check = self.call.check.get_ref();
        let message = format!("`{check}` has no parameter `{stranger}`");
        let suggestion = did_you_mean(stranger, names.clone()).or_else(|| {
            let all: Vec<_> = names.collect();
            (!all.is_empty()).then(|| format!("its parameters are {}", all.join(", ")))
        });
        Err(self.error(stranger, message, suggestion))
    }

    /// A count from 1 on, which must be given.
    pub(super) fn count(&self, name: &str) -> Result<NonZeroU32, SpecError> {
        let check = self.call.check.get_ref();
        let Some(value) = self.call.parameters.get(name) else {
            let message = format!("`{check}` needs `{name}`");
            return Err(self.error(
                check,
                message,
                Some(format!("write `{name} = 5`; see `synfin checks {check}`")),
            ));
        };
        value
            .as_integer()
            .and_then(|value| u32::try_from(value).ok())
            .and_then(NonZeroU32::new)
            .ok_or_else(|| self.error(name, format!("`{name}` is a whole number from 1 on"), None))
    }

    /// A text, which must be given.
    pub(super) fn text(&self, name: &str) -> Result<&'a str, SpecError> {
        let check = self.call.check.get_ref();
        let Some(value) = self.call.parameters.get(name) else {
            let message = format!("`{check}` needs `{name}`");
            let help = format!("write `{name} = \"…\"`; see `synfin checks {check}`");
            return Err(self.error(check, message, Some(help)));
        };
        value
            .as_str()
            .ok_or_else(|| self.error(name, format!("`{name}` is a string"), None))
    }

    /// A regular expression, if there is one.
    pub(super) fn pattern(&self, name: &str) -> Result<Option<Regex>, SpecError> {
        if !self.call.parameters.contains_key(name) {
            return Ok(None);
        }
        let pattern = self.text(name)?;
        let not_one = |error| self.error(name, format!("not a regex: {error}"), None);
        Regex::new(pattern).map(Some).map_err(not_one)
    }

    /// A whole number or a text, as it is written.
    pub(super) fn scalar(&self, name: &str) -> Result<String, SpecError> {
        match self.call.parameters.get(name) {
            Some(toml::Value::String(text)) => Ok(text.clone()),
            Some(toml::Value::Integer(number)) => Ok(number.to_string()),
            Some(_) | None => {
                let message = format!("`{name}` is a whole number or a string");
                Err(self.error(name, message, None))
            }
        }
    }

    /// One of these words, each with its value; the first is the default.
    pub(super) fn choice<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<T, SpecError> {
        let Some(value) = self.call.parameters.get(name) else {
            return Ok(words[0].1);
        };
        let word = value.as_str().unwrap_or_default();
        let known = words.iter().map(|(word, _)| *word);
        words
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, value)| *value)
            .ok_or_else(|| {
                let all: Vec<_> = known.clone().map(|word| format!("`{word}`")).collect();
                let message = format!("`{name}` is one of {}", all.join(", "));
                self.error(name, message, did_you_mean(word, known))
            })
    }

    /// An error at the word's place within the call, or at the whole call.
    pub(super) fn error(
        &self,
        word: &str,
        message: String,
        suggestion: Option<String>,
    ) -> SpecError {
        let call = self.call.span.clone();
        let text = self.source.text.get(call.clone()).unwrap_or_default();
        let span = text.find(word).map_or(call.clone(), |at| {
            call.start + at..call.start + at + word.len()
        });
        SpecError::at(
            self.source.name,
            self.source.text,
            span,
            message,
            suggestion,
        )
    }
}
