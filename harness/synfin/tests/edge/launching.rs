//! Programs on terminals and pipes.

use std::time::Duration;

use synfin::launch::{InputError, Program};
use synfin_core::manifest::{Exit, Role};
use synfin_core::spec::Stdin;

use super::scenario::*;

#[tokio::test]
async fn a_program_on_a_terminal_is_talked_to_line_by_line_without_echo() {
    let sandbox = start().await;
    let script = "import sys; print(sys.stdin.isatty(), open('/dev/tty').isatty()); print('hello ' + input('name? '))";
    let argv = ["python3", "-c", script];
    let client = Program::start(&sandbox, &launch(Role::Client(1), &argv, Stdin::Pty))
        .await
        .unwrap();
    lines(&client, 1).await;
    client.send_line("you", PATIENCE).await.unwrap();
    assert_eq!(
        end_of(client).await,
        (
            Exit::Code { code: 0 },
            "True True\nname? hello you\n".to_owned()
        )
    );
}

#[tokio::test]
async fn input_ends_on_a_terminal_and_on_a_pipe() {
    let sandbox = start().await;
    for stdin in [Stdin::Pty, Stdin::Pipe] {
        let cat = Program::start(&sandbox, &launch(Role::Client(1), &["cat"], stdin))
            .await
            .unwrap();
        cat.send_line("one", PATIENCE).await.unwrap();
        lines(&cat, 1).await;
        cat.end_input().await;
        assert_eq!(
            end_of(cat).await,
            (Exit::Code { code: 0 }, "one\n".to_owned())
        );
    }
}

#[tokio::test]
async fn a_flood_of_output_never_stops_a_program() {
    let sandbox = start().await;
    let script = "head -c 20000000 /dev/zero; echo; echo last";
    let server = shell(&sandbox, Role::Server, script).await;
    let ended = tokio::time::timeout(PATIENCE, server.wait()).await.unwrap();
    assert_eq!(ended.unwrap().exit, Exit::Code { code: 0 });
    let log = tempfile::NamedTempFile::new().unwrap();
    let summary = server.finish(log.path(), PATIENCE).await.unwrap();
    let kept = 2 * 256 * 1024;
    assert_eq!(summary.left_out_bytes, 20_000_006 - kept);
    assert_eq!(summary.last_lines.last().unwrap(), "last");
}

#[tokio::test]
async fn a_program_that_never_reads_is_given_up() {
    let sandbox = start().await;
    let argv = ["sleep", "1000"];
    let deaf = Program::start(&sandbox, &launch(Role::Server, &argv, Stdin::Pipe))
        .await
        .unwrap();
    let flood = "x".repeat(1 << 20);
    let refused = deaf.send_line(&flood, Duration::from_millis(50)).await;
    assert!(matches!(refused, Err(InputError::NotRead)));
}

#[tokio::test]
async fn a_daemon_that_keeps_the_terminal_open_does_not_hold_up_the_end() {
    let sandbox = start().await;
    let server = shell(&sandbox, Role::Server, "echo one; setsid -f sleep 1000").await;
    server.wait().await.unwrap();
    lines(&server, 1).await;
    let log = tempfile::NamedTempFile::new().unwrap();
    let summary = server
        .finish(log.path(), Duration::from_millis(10))
        .await
        .unwrap();
    assert_eq!(summary.last_lines, ["one"]);
}
