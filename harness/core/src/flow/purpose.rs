//! What a segment is for, told from where it stands.

use super::window::Allowance;

/// What is known of a segment before its payload is taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Situation {
    /// The payload's length by the headers, bytes.
    pub(super) payload_len: u32,
    /// Whether it has neither SYN nor FIN nor RST.
    pub(super) is_bare: bool,
    /// How far its first byte is ahead of what its sender sends next, bytes; `None` if that cannot be told.
    pub(super) ahead: Option<i64>,
    /// Whether all that was sent before was acknowledged.
    pub(super) is_all_acknowledged: bool,
    /// What the other side allowed.
    pub(super) allowance: Allowance,
}

/// What a segment is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To carry payload, acknowledgments and control bits.
    Transfer,
    /// To see whether the other side is there: at most one byte, just before what comes next, all of it acknowledged
    /// (RFC 9293, 3.8.4).
    KeepAlive,
    /// To have a zero window announced anew, by a byte that was sent before, or none (RFC 9293, 3.8.6.1; Linux sends none).
    ZeroWindowProbe,
    /// The same by the first byte that the window has no room for.
    ZeroWindowProbeWithByte,
}

/// Decides what a segment is for.
pub(super) fn of(situation: Situation) -> Purpose {
    if !situation.is_bare || situation.payload_len > 1 {
        return Purpose::Transfer;
    }
    let has_zero_window = situation.allowance == Allowance::Zero;
    match (situation.ahead, has_zero_window, situation.payload_len) {
        (Some(-1), true, _) => Purpose::ZeroWindowProbe,
        (Some(0), true, 1) => Purpose::ZeroWindowProbeWithByte,
        (Some(-1), false, _) if situation.is_all_acknowledged => Purpose::KeepAlive,
        (Some(_) | None, true | false, _) => Purpose::Transfer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROBE: Situation = Situation {
        payload_len: 0,
        is_bare: true,
        ahead: Some(-1),
        is_all_acknowledged: true,
        allowance: Allowance::UpTo(1000),
    };

    #[test]
    fn the_decision_table() {
        let zero = Situation {
            allowance: Allowance::Zero,
            ..PROBE
        };
        let table = [
            (PROBE, Purpose::KeepAlive),
            (
                Situation {
                    payload_len: 1,
                    ..PROBE
                },
                Purpose::KeepAlive,
            ),
            (
                Situation {
                    payload_len: 2,
                    ..PROBE
                },
                Purpose::Transfer,
            ),
            (
                Situation {
                    is_bare: false,
                    ..PROBE
                },
                Purpose::Transfer,
            ),
            (
                Situation {
                    ahead: Some(0),
                    ..PROBE
                },
                Purpose::Transfer,
            ),
            (
                Situation {
                    ahead: Some(-2),
                    ..PROBE
                },
                Purpose::Transfer,
            ),
            (
                Situation {
                    ahead: None,
                    ..PROBE
                },
                Purpose::Transfer,
            ),
            (
                Situation {
                    is_all_acknowledged: false,
                    ..PROBE
                },
                Purpose::Transfer,
            ),
            (
                Situation {
                    allowance: Allowance::Unknown,
                    ..PROBE
                },
                Purpose::KeepAlive,
            ),
            (
                Situation {
                    allowance: Allowance::Unscaled,
                    ..PROBE
                },
                Purpose::KeepAlive,
            ),
            (zero, Purpose::ZeroWindowProbe),
            (
                Situation {
                    payload_len: 1,
                    ..zero
                },
                Purpose::ZeroWindowProbe,
            ),
            (
                Situation {
                    is_all_acknowledged: false,
                    ..zero
                },
                Purpose::ZeroWindowProbe,
            ),
            (
                Situation {
                    ahead: Some(0),
                    ..zero
                },
                Purpose::Transfer,
            ),
            (
                Situation {
                    ahead: Some(0),
                    payload_len: 1,
                    ..zero
                },
                Purpose::ZeroWindowProbeWithByte,
            ),
            (
                Situation {
                    ahead: Some(0),
                    payload_len: 2,
                    ..zero
                },
                Purpose::Transfer,
            ),
            (
                Situation {
                    is_bare: false,
                    ..zero
                },
                Purpose::Transfer,
            ),
        ];
        for (situation, expected) in table {
            assert_eq!(of(situation), expected, "{situation:?}");
        }
    }
}
