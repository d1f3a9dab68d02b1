//! Fields of a connection's record.

use synfin_core::checks::{SourceText, bind};
use synfin_core::spec::Rubric;

use crate::setup::{LIFE, STEPS};
use crate::world::{World, world};

fn life() -> World {
    world(STEPS, 1, LIFE)
}

fn value(comparison: &str) -> String {
    format!(r#"check = "value", {comparison}"#)
}

#[test]
fn numbers_times_sizes_and_words_compare() {
    for (comparison, says) in [
        (
            r#"field = "retransmitted", at_most = 0"#,
            "Pass: `retransmitted` at most 0 on 1 connection, the first: 0 bytes",
        ),
        (
            r#"field = "responder_bytes", equals = 8"#,
            "Pass: `responder_bytes` equals 8 on 1 connection, the first: 8 bytes",
        ),
        (
            r#"field = "responder_bytes", below = "8B""#,
            "Fail: connection 0 (client 1): `responder_bytes` is 8 bytes",
        ),
        (
            r#"field = "rtt", below = "5ms""#,
            "Pass: `rtt` below 5ms on 1 connection, the first: 2.000 ms",
        ),
        (
            r#"field = "rtt", above = "2ms""#,
            "Fail: connection 0 (client 1): `rtt` is 2.000 ms",
        ),
        (
            r#"field = "ending", equals = "orderly""#,
            "Pass: `ending` equals orderly on 1 connection, the first: orderly",
        ),
        (
            r#"field = "closed_first", differs_from = "initiator""#,
            "Fail: connection 0 (client 1): `closed_first` is initiator",
        ),
    ] {
        assert_eq!(life().says(&value(comparison)), says);
    }
}

#[test]
fn a_field_that_the_connection_has_not_proves_nothing() {
    assert_eq!(
        life().says(&value(r#"field = "reset_by", equals = "responder""#)),
        "Inconclusive(Program): connection 0 (client 1): it has no `reset_by`"
    );
}

#[test]
fn too_little_may_be_the_captures_fault_and_too_much_is_not() {
    let lossy = life().with(|recorded| recorded.capture.dropped = 1);
    assert_eq!(
        lossy.says(&value(r#"field = "responder_bytes", at_least = 9"#)),
        "Inconclusive(Harness): connection 0 (client 1): `responder_bytes` is 8 bytes, but the capture is not whole: 1 frame \
         dropped"
    );
    assert_eq!(
        lossy.says(&value(r#"field = "responder_bytes", at_most = 7"#)),
        "Fail: connection 0 (client 1): `responder_bytes` is 8 bytes"
    );
}

#[test]
fn what_does_not_fit_is_an_error_where_it_stands() {
    for (comparison, message, help) in [
        (
            r#"field = "retransmited", at_most = 0"#,
            "no field is called `retransmited`",
            Some("did you mean `retransmitted`?"),
        ),
        (
            r#"field = "rtt", below = 5"#,
            "here must stand a time with its unit, such as 20ms or 1.5s",
            None,
        ),
        (
            r#"field = "rtt", below = 0.5"#,
            "`below` is a whole number or a string",
            None,
        ),
        (
            r#"field = "ending", below = "orderly""#,
            "`ending` is no number: it can be compared by = and != only",
            None,
        ),
        (
            r#"field = "ending", equals = "orderyl""#,
            "`ending` is never `orderyl`",
            Some("did you mean `orderly`?"),
        ),
        (
            r#"field = "rtt""#,
            "`value` needs exactly one of equals, differs_from, below, at_most, above, at_least",
            None,
        ),
        (
            r#"field = "syns", above = 1, below = 3"#,
            "`value` needs exactly one of equals, differs_from, below, at_most, above, at_least",
            None,
        ),
        (
            "at_most = 1",
            "`value` needs `field`",
            Some("write `field = \"…\"`; see `synfin checks value`"),
        ),
    ] {
        let text = life().rubric(&value(comparison));
        let rubric = Rubric::parse("rubric.toml", &text).unwrap();
        let name = "rubric.toml";
        let source = SourceText { name, text: &text };
        let error = bind(&rubric.items[0].checks[0], source).unwrap_err();
        let problem = &error.problems()[0];
        assert_eq!(
            (problem.message.as_str(), problem.suggestion.as_deref()),
            (message, help)
        );
    }
}
