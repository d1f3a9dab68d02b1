use std::borrow::Cow;

use insta::assert_snapshot;

use super::*;
use crate::flow::Side::{Initiator, Responder};
use crate::payload::Piece;
use crate::pcap::FrameNumber;
use crate::text::{HOSTILE, is_hostile};

fn bytes(offset: u64, bytes: &[u8]) -> Piece<'_> {
    Piece::Bytes {
        frame: FrameNumber(1),
        offset,
        bytes: Cow::Borrowed(bytes),
    }
}

fn missing(offsets: Range<u64>) -> Piece<'static> {
    let why = Absence::NotCaptured;
    Piece::Missing { offsets, why }
}

fn talk() -> Vec<(Side, Piece<'static>)> {
    vec![
        (Initiator, bytes(0, b"LIST\nQU")),
        (Responder, bytes(0, b"Files:\r\n\tnot")),
        (Responder, bytes(12, b"es.txt\n")),
        (Initiator, bytes(7, b"IT\n")),
        (Responder, missing(19..119)),
        (
            Responder,
            bytes(119, "Gr\u{fc}\u{df}e\n\u{1b}[2J".as_bytes()),
        ),
    ]
}

#[test]
fn text_says_on_every_line_which_way_it_went() {
    let mut view = TextView::default();
    let drawn: String = talk()
        .iter()
        .map(|(from, piece)| view.push(*from, piece))
        .collect();
    assert_snapshot!(drawn + &view.finish(), @r"
    → LIST
    → QU
    ← Files:\r
    ← \tnotes.txt
    → IT
    !← 100 bytes missing, offsets 19 to 119: acknowledged, and in no frame of the capture
    ← Grüße
    ← \x1b[2J
    ");
}

#[test]
fn digits_stand_beside_their_characters() {
    let mut view = HexView::default();
    let drawn: String = talk()
        .iter()
        .map(|(from, piece)| view.push(*from, piece))
        .collect();
    assert_snapshot!(drawn + &view.finish(), @r"
    → 00000000  4c 49 53 54 0a 51 55                              |LIST.QU|
    ← 00000000  46 69 6c 65 73 3a 0d 0a  09 6e 6f 74 65 73 2e 74  |Files:...notes.t|
    ← 00000010  78 74 0a                                          |xt.|
    → 00000007  49 54 0a                                          |IT.|
    !← 100 bytes missing, offsets 19 to 119: acknowledged, and in no frame of the capture
    ← 00000077  47 72 c3 bc c3 9f 65 0a  1b 5b 32 4a              |Gr....e..[2J|
    ");
}

#[test]
fn a_character_that_two_segments_share_is_shown_whole() {
    let mut view = TextView::default();
    let text = "ä€🙂";
    let drawn: String = text
        .as_bytes()
        .iter()
        .zip(0..)
        .map(|(byte, offset)| view.push(Initiator, &bytes(offset, &[*byte])))
        .collect();
    assert_eq!(drawn + &view.finish(), "→ ä€🙂\n");
}

#[test]
fn a_character_that_never_ends_is_shown_as_bytes() {
    let mut view = TextView::default();
    let drawn = view.push(Initiator, &bytes(0, b"a\xf0\x9f"));
    assert_eq!(drawn + &view.finish(), "→ a\\xf0\\x9f\n");
}

#[test]
fn no_payload_reaches_the_terminal_as_a_command_or_as_a_line_of_ours() {
    for payload in HOSTILE {
        let mut view = TextView::default();
        let drawn = view.push(Responder, &bytes(0, payload)) + &view.finish();
        for line in drawn.lines() {
            assert!(line.starts_with("← "), "{line:?}");
            assert!(!line.contains(is_hostile), "{line:?}");
        }
    }
}
