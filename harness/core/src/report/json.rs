//! `report.json`, and how all JSON is written.

use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::Report;
use crate::text::is_hostile;

/// The report as indented JSON: the same report gives the same bytes, and reading it back gives the same report.
pub fn json(report: &Report) -> String {
    let mut text = Vec::new();
    write_pretty(report, &mut text).expect("a report has string keys only");
    String::from_utf8(text).expect("JSON is UTF-8")
}

/// Writes a value as indented JSON, with a line end.
pub(super) fn write_pretty(value: &impl Serialize, writer: &mut impl io::Write) -> io::Result<()> {
    write(value, PrettyFormatter::new(), writer)
}

/// Writes a value as JSON in one line, with its end.
pub(super) fn write_line(value: &impl Serialize, writer: &mut impl io::Write) -> io::Result<()> {
    write(value, CompactFormatter, writer)
}

fn write(
    value: &impl Serialize,
    layout: impl Formatter,
    writer: &mut impl io::Write,
) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(
        &mut *writer,
        Harmless { layout },
    ))?;
    writer.write_all(b"\n")
}

/// A layout in which what a terminal or a CI log would act on stands as `\u001b`, which JSON reads as the same character.
struct Harmless<F> {
    layout: F,
}

macro_rules! as_laid_out {
    ($($method:ident($($argument:ident: $type:ty)?)),* $(,)?) => {$(
        fn $method<W: ?Sized + io::Write>(&mut self, writer: &mut W $(, $argument: $type)?) -> io::Result<()> {
            self.layout.$method(writer $(, $argument)?)
        }
    )*};
}

impl<F: Formatter> Formatter for Harmless<F> {
    as_laid_out! {
        begin_array(), end_array(), begin_array_value(first: bool), end_array_value(),
        begin_object(), end_object(), begin_object_key(first: bool), end_object_key(),
        begin_object_value(), end_object_value(),
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = next_hostile(rest) {
            let (plain, from) = rest.split_at(at);
            let mut chars = from.chars();
            writer.write_all(plain.as_bytes())?;
            chars.next().map_or(Ok(()), |c| write_escape(c, writer))?;
            rest = chars.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

/// Where the next character stands that is hostile, or is the second of `##`, with which Azure's commands begin.
fn next_hostile(text: &str) -> Option<usize> {
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'#';
    if text.bytes().all(is_plain) {
        return None;
    }
    let hostile = text.find(is_hostile);
    let command = text.find("##").map(|at| at + 1);
    hostile.into_iter().chain(command).min()
}

/// RFC 8259, 7.
fn write_escape<W: ?Sized + io::Write>(c: char, writer: &mut W) -> io::Result<()> {
    let mut units = [0; 2];
    c.encode_utf16(&mut units)
        .iter()
        .try_for_each(|unit| write!(writer, "\\u{unit:04x}"))
}
