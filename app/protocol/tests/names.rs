//! Names: what is refused, and why.

use NameError::*;
use synfin_protocol::{FileName, NameError, UncheckedName};

#[track_caller]
fn check_accepted(names: &[&str]) {
    let refused: Vec<_> = names
        .iter()
        .filter(|name| FileName::new(name.as_bytes()).is_err())
        .collect();
    assert_eq!(refused, Vec::<&&str>::new());
}

#[track_caller]
fn check_refused(cases: &[(&str, NameError)]) {
    let judged: Vec<_> = cases
        .iter()
        .map(|(name, _)| (*name, FileName::new(name.as_bytes())))
        .collect();
    let expected: Vec<_> = cases
        .iter()
        .map(|(name, error)| (*name, Err(*error)))
        .collect();
    assert_eq!(judged, expected);
}

#[test]
fn ordinary_names_are_accepted() {
    check_accepted(&[
        "a",
        "notes.txt",
        "Über uns.pdf",
        ".profile",
        "...a",
        "日本語",
        "%2e%2e",
        "a'b$c&d",
        "👍.png",
        "-rf",
    ]);
}

#[test]
fn names_that_only_resemble_a_device_are_accepted() {
    check_accepted(&[
        "CONSOLE", "COM", "COM0", "COM10", "LPT", "NULL.txt", "a.CON", "xCON",
    ]);
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    check_refused(&[
        ("", Empty),
        (".", Directory),
        ("..", Directory),
        ("../x", Forbidden('/')),
        ("..\\x", Forbidden('\\')),
        ("a/../../x", Forbidden('/')),
        ("/etc/passwd", Forbidden('/')),
        ("//host/share/x", Forbidden('/')),
        ("\\\\?\\C:\\x", Forbidden('\\')),
        ("C:x", Forbidden(':')),
        ("a:stream", Forbidden(':')),
    ]);
}

#[test]
fn names_that_hide_something_are_refused() {
    check_refused(&[
        ("a\0b", Invisible('\0')),
        ("a\nb", Invisible('\n')),
        ("\u{1b}]0;title\u{7}", Invisible('\u{1b}')),
        ("a\u{9b}b", Invisible('\u{9b}')),
        ("exe\u{202e}txt", Invisible('\u{202e}')),
        ("a\u{200b}b", Invisible('\u{200b}')),
        ("a\u{feff}", Invisible('\u{feff}')),
        ("a\u{2028}b", Invisible('\u{2028}')),
        ("a\u{fffe}", Invisible('\u{fffe}')),
        ("a\u{e0041}", Invisible('\u{e0041}')),
    ]);
}

#[test]
fn names_that_windows_would_change_or_open_as_a_device_are_refused() {
    check_refused(&[
        ("a.", Trailing),
        ("a ", Trailing),
        ("CON", Device),
        ("con.txt", Device),
        ("NUL.tar.gz", Device),
        ("aux .txt", Device),
        ("COM1", Device),
        ("lpt9.log", Device),
        ("COM¹", Device),
        ("LPT³.txt", Device),
        ("CONIN$", Device),
        ("conout$.x", Device),
        ("CLOCK$", Device),
    ]);
}

#[test]
fn only_the_composed_form_of_a_name_is_accepted() {
    check_accepted(&["caf\u{e9}"]);
    check_refused(&[("cafe\u{301}", NotNfc)]);
}

#[test]
fn names_of_temporary_files_are_refused_in_any_case() {
    check_refused(&[
        (".synfin-upload-1-2", ReservedPrefix),
        (".SynFin-x", ReservedPrefix),
    ]);
    check_accepted(&[".synfin", "synfin-1"]);
}

#[test]
fn a_name_has_at_most_255_bytes_whatever_its_characters() {
    let longest = "é".repeat(127) + "x";
    check_accepted(&[&longest]);
    check_refused(&[(&(longest + "x"), TooLong)]);
}

#[test]
fn a_name_that_is_no_text_is_refused() {
    assert_eq!(FileName::new(b"a\xff"), Err(NotUtf8));
}

#[test]
fn names_that_differ_in_case_only_have_the_same_key() {
    let key = |name: &str| FileName::new(name.as_bytes()).unwrap().fold_key();
    assert_eq!(key("README"), key("readme"));
    assert_eq!(key("É"), key("é"));
    assert_eq!(key("straße"), key("STRASSE"));
    assert_ne!(key("readme"), key("readme2"));
}

#[test]
fn an_unchecked_name_is_shown_without_effect_on_a_terminal() {
    let name = UncheckedName(b"\x1b]0;x\x07\xff\xe2\x80\xaeok".to_vec());
    assert_eq!(name.to_string(), "\\u{1b}]0;x\\u{7}\\xff\\u{202e}ok");
}
