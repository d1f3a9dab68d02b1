//! Events in the order that a rubric lists them in.

use synfin_core::checks::{SourceText, bind};
use synfin_core::diagnosis::Pattern;
use synfin_core::spec::Rubric;

use crate::setup::{LIFE, STEPS};
use crate::world::{World, world};

fn life() -> World {
    world(STEPS, 1, LIFE)
}

fn sequence(events: &str) -> String {
    format!(r#"check = "sequence", events = [{events}]"#)
}

#[test]
fn events_in_their_order_pass_with_their_frames() {
    let events = r#"{ from = "client", payload = "^LIST\n$" }, { from = "server", payload = "FILES \\d", not = "ERROR" },
        { fin = "client" }, { fin = "server" }"#;
    assert_eq!(
        life().says(&sequence(events)),
        "Pass: 4 events in order on 1 connection"
    );
}

#[test]
fn a_text_may_be_spread_over_segments() {
    let pieces = LIFE.replacen(
        "c1 < \"FILES 2\\n\"",
        "c1 < \"FI\"\n c1 > .\n c1 < \"LES 2\\n\"",
        1,
    );
    let events = r#"{ from = "client", payload = "LIST" }, { from = "server", payload = "^FILES 2\n" }, { fin = "client" }"#;
    assert!(
        world(STEPS, 1, &pieces)
            .says(&sequence(events))
            .starts_with("Pass: ")
    );
}

#[test]
fn a_fin_may_share_its_frame_with_the_last_words_of_its_side() {
    let shared =
        r#"{ from = "server", payload = "FILES" }, { fin = "client" }, { fin = "server" }"#;
    assert!(life().says(&sequence(shared)).starts_with("Pass: "));
}

#[test]
fn a_side_that_never_closed_is_not_told_of_wrong_words() {
    let missing = |end: &str, saw: &str| {
        let asked = LIFE.split("-- c1 quit").next().unwrap();
        let script = format!("{asked}\n-- c1 quit\n{end}\n-- c1 done\n-- stop");
        let call = sequence(r#"{ from = "server", payload = "FILES" }, { fin = "server" }"#);
        let verdict = world(STEPS, 1, &script).verdict(&call);
        let finding = verdict.finding().unwrap();
        let event = "connection 0 (client 1): event 2, FIN from the server, did not come in frames";
        assert_eq!(finding.saw, format!("{event} {saw}"));
        assert_eq!(finding.usually, Pattern::NeverClosed.usually());
    };
    missing(
        "c1 > R.",
        "7–9: the initiator reset the connection (frame 9)",
    );
    missing("c1 > F.\n c1 < .", "7–10");
}

#[test]
fn what_came_before_the_event_before_does_not_count() {
    let events = r#"{ from = "server", payload = "FILES" }, { from = "client", payload = "LIST" }"#;
    assert_eq!(
        life().says(&sequence(events)),
        "Fail: connection 0 (client 1): event 2, /LIST/ from the client, did not come in frames 8–12: it came too early (frame 5)"
    );
    let fins = r#"{ fin = "server" }, { fin = "client" }"#;
    assert_eq!(
        life().says(&sequence(fins)),
        "Fail: connection 0 (client 1): event 2, FIN from the client, did not come in frames 12–12: it came too early (frame 9)"
    );
}

#[test]
fn a_missing_event_is_told_with_what_came_instead() {
    let events =
        r#"{ from = "client", payload = "LIST" }, { from = "server", payload = "^NAMES" }"#;
    assert_eq!(
        life().says(&sequence(events)),
        "Fail: connection 0 (client 1): event 2, /^NAMES/ from the server, did not come in frames 6–12: “FILES 2\\n” came \
         instead (frame 7)"
    );
    assert_eq!(
        life().says(&sequence(r#"{ rst = "server" }"#)),
        "Fail: connection 0 (client 1): event 1, RST from the server, did not come in frames 2–12"
    );
}

#[test]
fn a_missing_event_proves_nothing_where_frames_are_missing() {
    let lossy = life().with(|recorded| recorded.capture.dropped = 1);
    assert!(
        lossy
            .says(&sequence(r#"{ from = "server", payload = "NAMES" }"#))
            .starts_with("Inconclusive(Harness): ")
    );
}

#[test]
fn what_must_not_come_before_an_event_fails() {
    let noisy = LIFE.replacen(
        "c1 < \"FILES 2\\n\"",
        "c1 < \"ERROR\\n\"\n c1 > .\n c1 < \"FILES 2\\n\"",
        1,
    );
    let events = r#"{ from = "client", payload = "LIST" }, { from = "server", payload = "FILES", not = "ERR" }"#;
    assert_eq!(
        world(STEPS, 1, &noisy).says(&sequence(events)),
        "Fail: connection 0 (client 1): before event 2, /FILES/ from the server: “ERR” (frame 7)"
    );
}

#[test]
fn a_fin_that_we_caused_is_no_event() {
    let asked = LIFE.split("-- c1 quit").next().unwrap();
    let stopped = format!(
        "{asked}\n -- c1 quit\n c1 > F.\n c1 < .\n -- c1 done\n -- stop\n c1 < F.\n c1 > ."
    );
    assert_eq!(
        world(STEPS, 1, &stopped).says(&sequence(r#"{ fin = "client" }, { fin = "server" }"#)),
        "Fail: connection 0 (client 1): event 2, FIN from the server, did not come in frames 10–12: that of frame 11 is not the \
         program's own"
    );
}

#[test]
fn what_is_wrong_in_an_event_is_an_error_where_it_stands() {
    for (events, place, message, help) in [
        (
            r#"{ fin = "client" }, { form = "client", payload = "x" }"#,
            "form",
            "an event has no `form`",
            Some("did you mean `from`?"),
        ),
        (
            r#"{ fin = "clinet" }"#,
            "\"clinet\"",
            "a side is `client` or `server`",
            Some("did you mean `client`?"),
        ),
        (
            r#"{ from = "client" }"#,
            "{ from = \"client\" }",
            "an event is `from` with `payload`, or `fin`, or `rst`",
            None,
        ),
        (
            r#"{ from = "client", payload = 5 }"#,
            "5 }",
            "a regex is a string",
            None,
        ),
    ] {
        let text = life().rubric(&sequence(events));
        let rubric = Rubric::parse("rubric.toml", &text).unwrap();
        let name = "rubric.toml";
        let source = SourceText { name, text: &text };
        let error = bind(&rubric.items[0].checks[0], source).unwrap_err();
        let problem = &error.problems()[0];
        assert_eq!(
            (problem.message.as_str(), problem.suggestion.as_deref()),
            (message, help)
        );
        assert!(
            text[problem.span.start..].starts_with(place),
            "{events}: {:?}",
            problem.span
        );
    }
}
