//! Recordings told in packet scripts, and what the checks and the grading say of them.
//!
//! `world` turns a script into a capture and a manifest, as the recorder would have left them; each other file tells the
//! stories of one area.
#![expect(
    clippy::unwrap_used,
    reason = "a story that cannot be told fails its test"
)]

#[path = "judging/world.rs"]
mod world;

#[path = "judging/causes.rs"]
mod causes;
#[path = "judging/close.rs"]
mod close;
#[path = "judging/concurrency.rs"]
mod concurrency;
#[path = "judging/death.rs"]
mod death;
#[path = "judging/faults.rs"]
mod faults;
#[path = "judging/health.rs"]
mod health;
#[path = "judging/hostile.rs"]
mod hostile;
#[path = "judging/leaks.rs"]
mod leaks;
#[path = "judging/link.rs"]
mod link;
#[path = "judging/on_request.rs"]
mod on_request;
#[path = "judging/order.rs"]
mod order;
#[path = "judging/program.rs"]
mod program;
#[path = "judging/replies.rs"]
mod replies;
#[path = "judging/run.rs"]
mod run;
#[path = "judging/sequence.rs"]
mod sequence;
#[path = "judging/setup.rs"]
mod setup;
#[path = "judging/transfer.rs"]
mod transfer;
#[path = "judging/value.rs"]
mod value;
