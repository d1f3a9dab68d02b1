//! The end of a recording: late replies, clients, teardown on the wire or a grace, a look at
//! what a death left behind, server. What was needed is evidence.

mod aftermath;
mod late;

use std::sync::Arc;
use std::time::Duration;

use synfin_core::manifest::{Role, SampleReason, SignalSent, StepOutcome, StopAction};
use synfin_core::spec::ClientNumber;
use tokio::time::{Instant, timeout_at};

use crate::clock;
use crate::drive::{KILL_GRACE, SERVER_GRACE, Stage, Terminal, is_over, sample, supervise};

/// How long clients that were told to quit may take to end, and the wire to show it.
const TEARDOWN_WITHIN: Duration = Duration::from_secs(2);

/// How long a client may take to end after its input ended or SIGTERM.
const CLIENT_GRACE: Duration = Duration::from_secs(1);

/// Ends every program.
pub(crate) async fn stop(stage: &Stage) {
    late::wait_for_replies(stage).await;
    let teardown = Instant::now() + TEARDOWN_WITHIN;
    wait_for_clients_that_quit(stage, teardown).await;
    wait_for_the_wire(stage, teardown).await;
    aftermath::watch_the_server(stage).await;
    if is_running(stage, Role::Server) {
        supervise(stage, Role::Server).await;
    }
    sample(stage, SampleReason::Stop).await;
    if let Err(error) = stage.collect_uploads().await {
        stage.fault(error);
    }
    stage.log().stopped_at = Some(clock::now());
    stage.hang_up().await;
    for signal in [SignalSent::EndOfInput, SignalSent::Term] {
        let mut clients = running_clients(stage);
        clients.retain(|role| !is_stopped(stage, *role));
        stop_all(stage, &clients, signal).await;
    }
    stop_all(stage, &running_clients(stage), SignalSent::Kill).await;
    for signal in [SignalSent::Term, SignalSent::Kill] {
        stop_all(stage, &[Role::Server], signal).await;
    }
}

/// Ends every program at once, in an interrupted recording, of which nothing is judged.
pub(crate) async fn kill(stage: &Stage) {
    stage.log().stopped_at.get_or_insert_with(clock::now);
    stage.hang_up().await;
    let roles: Vec<Role> = stage.log().programs.keys().copied().collect();
    stop_all(stage, &roles, SignalSent::Kill).await;
}

/// Clients that were told to quit end by themselves.
async fn wait_for_clients_that_quit(stage: &Stage, deadline: Instant) {
    let quitters: Vec<Arc<Terminal>> = {
        let log = stage.log();
        let did_quit = log.steps.iter().filter(|client| {
            let last = client
                .steps
                .iter()
                .rfind(|step| step.outcome != StepOutcome::NotReached);
            last.is_some_and(|step| step.step.starts_with("quit"))
        });
        did_quit
            .filter_map(|client| log.programs.get(&Role::Client(client.client)))
            .cloned()
            .collect()
    };
    for terminal in quitters {
        // One that does not end is stopped later, which is evidence.
        let _ = timeout_at(deadline, terminal.program.wait()).await;
    }
}

/// The connections of clients that have ended are torn down, if both ends do their part.
async fn wait_for_the_wire(stage: &Stage, deadline: Instant) {
    let ended: Vec<ClientNumber> = {
        let log = stage.log();
        let ended = log
            .programs
            .iter()
            .filter(|(_, terminal)| terminal.program.ended().is_some());
        ended
            .filter_map(|(role, _)| role.client())
            .map(ClientNumber)
            .collect()
    };
    let all_over = stage.wire.until(deadline, |wire| {
        ended
            .iter()
            .all(|client| wire.connections_of(*client).all(is_over))
            .then_some(())
    });
    // A teardown that does not come is for the checks to judge.
    let _ = all_over.await;
}

/// Does one thing to each of the roles that still run, and gives them time to end.
async fn stop_all(stage: &Stage, roles: &[Role], signal: SignalSent) {
    let roles: Vec<Role> = roles
        .iter()
        .copied()
        .filter(|role| is_running(stage, *role))
        .collect();
    for role in &roles {
        stage
            .stop(
                *role,
                StopAction {
                    at: clock::now().as_nanos(),
                    signal,
                    is_fault_step: false,
                },
            )
            .await;
    }
    for role in roles {
        let Some(terminal) = program(stage, role) else {
            continue;
        };
        let deadline = Instant::now() + grace(role, signal);
        let gone = timeout_at(deadline, terminal.program.wait_until_role_gone()).await;
        if gone.is_err() && signal == SignalSent::Kill {
            stage.fault(format!("end {role}: it outlived SIGKILL"));
        }
    }
}

fn grace(role: Role, signal: SignalSent) -> Duration {
    match (signal, role) {
        (SignalSent::Kill, _) => KILL_GRACE,
        (_, Role::Server) => SERVER_GRACE,
        (_, Role::Client(_)) => CLIENT_GRACE,
    }
}

fn running_clients(stage: &Stage) -> Vec<Role> {
    let roles: Vec<Role> = stage
        .log()
        .programs
        .keys()
        .copied()
        .filter(|role| role.client().is_some())
        .collect();
    roles
        .into_iter()
        .filter(|role| is_running(stage, *role))
        .collect()
}

/// Whether a step has stopped the client: it can do nothing that it is asked for.
fn is_stopped(stage: &Stage, role: Role) -> bool {
    let log = stage.log();
    let mut actions = log.stop_actions.get(&role).into_iter().flatten();
    actions.any(|action| action.signal == SignalSent::Stop)
}

fn is_running(stage: &Stage, role: Role) -> bool {
    program(stage, role).is_some_and(|terminal| !terminal.program.is_role_gone())
}

fn program(stage: &Stage, role: Role) -> Option<Arc<Terminal>> {
    stage.log().programs.get(&role).cloned()
}
