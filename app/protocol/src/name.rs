//! File names: the one place where they are judged.
//!
//! The name space is flat and the same on every system: what Linux stores, Windows can fetch. A name that breaks a rule
//! is refused, never repaired, because repairing makes one name of two.

use std::fmt;

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Longest name, in bytes of UTF-8.
pub const MAX_NAME_BYTES: usize = 255;
/// Names that begin so (in any case) belong to the programs' own temporary files.
pub const RESERVED_PREFIX: &str = ".synfin-";

/// A name as it came from the peer; good for nothing until [`FileName`] is made of it.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct UncheckedName(pub Vec<u8>);

impl fmt::Display for UncheckedName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(&self.0).fmt(formatter)
    }
}

impl fmt::Debug for UncheckedName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "\"{self}\"")
    }
}

/// Shows a stranger's bytes so that they cannot write on a terminal or into a log: what is no text, or would be
/// invisible, is escaped.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(pub &'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.utf8_chunks().try_for_each(|chunk| {
            chunk
                .valid()
                .chars()
                .try_for_each(|character| write_escaped(formatter, character))?;
            write!(formatter, "{}", chunk.invalid().escape_ascii())
        })
    }
}

fn write_escaped(formatter: &mut fmt::Formatter<'_>, character: char) -> fmt::Result {
    if is_invisible(character) {
        write!(formatter, "{}", character.escape_unicode())
    } else {
        write!(formatter, "{character}")
    }
}

/// A name that can be stored on Linux, macOS and Windows alike and shown anywhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName(String);

impl FileName {
    /// Judges `bytes`.
    pub fn new(bytes: &[u8]) -> Result<Self, NameError> {
        let name = std::str::from_utf8(bytes).map_err(|_| NameError::NotUtf8)?;
        check_shape(name)?;
        check_characters(name)?;
        check_windows(name)?;
        Ok(Self(name.to_owned()))
    }

    /// The name itself, without any separator.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Equal for two names that some file system holds to be one: they differ in case only. (Unicode's full case folding
    /// is approximated by upper-casing and then lower-casing, which also joins `ß` with `SS`.)
    pub fn fold_key(&self) -> String {
        self.0.to_uppercase().to_lowercase().nfc().collect()
    }

    /// The same name, as a message carries it.
    pub fn to_unchecked(&self) -> UncheckedName {
        UncheckedName(self.0.clone().into_bytes())
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<&UncheckedName> for FileName {
    type Error = NameError;

    fn try_from(name: &UncheckedName) -> Result<Self, NameError> {
        Self::new(&name.0)
    }
}

/// Why a name is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing there.
    #[error("a name cannot be empty")]
    Empty,
    /// More than [`MAX_NAME_BYTES`].
    #[error("a name has at most {MAX_NAME_BYTES} bytes")]
    TooLong,
    /// Bytes that are no text.
    #[error("a name has to be UTF-8")]
    NotUtf8,
    /// Two byte strings could look like the same name.
    #[error("a name has to be in Unicode's composed form (NFC)")]
    NotNfc,
    /// Controls, format and bidirectional characters, noncharacters.
    #[error("a name cannot hold the invisible character {}", .0.escape_unicode())]
    Invisible(char),
    /// Separators and what Windows forbids.
    #[error("a name cannot hold the character {0}")]
    Forbidden(char),
    /// `.` and `..`
    #[error("a name cannot be a directory's")]
    Directory,
    /// Windows would drop it.
    #[error("a name cannot end with a dot or a space")]
    Trailing,
    /// `CON`, `NUL.txt`, `COM1` and their like.
    #[error("a name cannot be that of a Windows device")]
    Device,
    /// It looks like a temporary file of ours.
    #[error("names that begin with {RESERVED_PREFIX} are reserved")]
    ReservedPrefix,
}

fn check_shape(name: &str) -> Result<(), NameError> {
    if name.is_empty() {
        return Err(NameError::Empty);
    }
    if name.len() > MAX_NAME_BYTES {
        return Err(NameError::TooLong);
    }
    if name == "." || name == ".." {
        return Err(NameError::Directory);
    }
    let prefix = name.get(..RESERVED_PREFIX.len());
    if prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(RESERVED_PREFIX)) {
        return Err(NameError::ReservedPrefix);
    }
    Ok(())
}

fn check_characters(name: &str) -> Result<(), NameError> {
    if let Some(invisible) = name.chars().find(|character| is_invisible(*character)) {
        return Err(NameError::Invisible(invisible));
    }
    if let Some(forbidden) = name
        .chars()
        .find(|character| r#"/\:*?"<>|"#.contains(*character))
    {
        return Err(NameError::Forbidden(forbidden));
    }
    if is_nfc(name) {
        Ok(())
    } else {
        Err(NameError::NotNfc)
    }
}

fn check_windows(name: &str) -> Result<(), NameError> {
    if name.ends_with(['.', ' ']) {
        return Err(NameError::Trailing);
    }
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    if is_device(stem) {
        Err(NameError::Device)
    } else {
        Ok(())
    }
}

/// Is `stem`, the part before the first dot, a device on Windows whatever follows it?
fn is_device(stem: &str) -> bool {
    const WHOLE: [&str; 7] = ["CON", "PRN", "AUX", "NUL", "CLOCK$", "CONIN$", "CONOUT$"];
    const NUMBERED: [&str; 2] = ["COM", "LPT"];
    let upper = stem.to_ascii_uppercase();
    let is_numbered = |prefix: &&str| {
        upper.strip_prefix(*prefix).is_some_and(|rest| {
            let mut rest = rest.chars();
            rest.next()
                .is_some_and(|digit| "123456789¹²³".contains(digit))
                && rest.next().is_none()
        })
    };
    WHOLE.contains(&upper.as_str()) || NUMBERED.iter().any(is_numbered)
}

/// Characters that show nothing, or that change how others are shown: Unicode's control (Cc), format (Cf) and
/// line-separating (Zl, Zp) characters, and its noncharacters.
fn is_invisible(character: char) -> bool {
    character.is_control() || is_format(character) || is_noncharacter(character)
}

/// General category Cf with Zl and Zp (Unicode 17), and the fillers that look like nothing.
fn is_format(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
        | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

fn is_noncharacter(character: char) -> bool {
    let code = u32::from(character);
    matches!(code, 0xfdd0..=0xfdef) || code & 0xfffe == 0xfffe
}
