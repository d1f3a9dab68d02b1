//! What a fault was, in words and as evidence.

use crate::checks::{Evidence, program};
use crate::manifest::Role;
use crate::observation::ObservedFault;
use crate::spec::Fault;

/// `client 1 died (frame 12)`.
pub(super) fn told(fault: &ObservedFault<'_>) -> String {
    let what = match fault.fault {
        Fault::Kill { during: None } => "died".to_owned(),
        Fault::Kill { during: Some(step) } => format!("died during its {}", step.name()),
        Fault::Stop => "was stopped".to_owned(),
        Fault::OpenOnly => "connected and said nothing".to_owned(),
        Fault::Reset { during: None } => "reset its connection".to_owned(),
        Fault::Reset { during: Some(step) } => {
            format!("reset its connection during its {}", step.name())
        }
        Fault::HalfClose => "closed its side".to_owned(),
        Fault::Garbage { size } => {
            format!("sent garbage, {}", program::count(size.0, "byte"))
        }
        Fault::Oversized { size } => {
            format!(
                "sent a line without an end, {}",
                program::count(size.0, "byte")
            )
        }
        Fault::Stall { request } => format!("asked for `{request}` and read no reply"),
        Fault::Slow { request } => format!("asked for `{request}` byte by byte"),
        Fault::Flood { connections } => {
            let connections = program::count(*connections, "further connection");
            format!("opened {connections}")
        }
        Fault::Restart => "was restarted".to_owned(),
    };
    match fault.client {
        Some(client) => format!("client {client} {what} (frame {})", fault.seen),
        None => format!("the server {what} (frame {})", fault.seen),
    }
}

/// The frame that shows it, or what is known of its program.
pub(super) fn evidence(fault: &ObservedFault<'_>) -> Evidence {
    match fault.connection {
        Some(connection) => Evidence::frames(what(fault.fault), connection, [fault.seen]),
        None => Evidence::process(
            fault.client.map_or(Role::Server, |it| Role::Client(it.0)),
            told(fault),
        ),
    }
}

fn what(fault: &Fault) -> &'static str {
    match fault {
        Fault::Kill { .. } => "the client's death",
        Fault::Reset { .. } => "the client's RST",
        Fault::HalfClose => "the client's FIN",
        Fault::OpenOnly => "the silent client's handshake",
        Fault::Garbage { .. } => "the first garbage",
        Fault::Oversized { .. } => "the line's beginning",
        Fault::Stall { .. } => "the request whose reply is not read",
        Fault::Slow { .. } => "the request's first byte",
        Fault::Flood { .. } => "the first further SYN",
        Fault::Stop | Fault::Restart => "the fault",
    }
}
