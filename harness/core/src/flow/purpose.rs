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
    use super::Allowance::{Unknown, Unscaled, UpTo, Zero};
    use super::Purpose::{KeepAlive, Transfer, ZeroWindowProbe, ZeroWindowProbeWithByte};
    use super::*;

    /// Payload length, how far ahead, the window, whether all was acknowledged, and what a bare segment is then for.
    type Row = (u32, Option<i64>, Allowance, bool, Purpose);

    const TABLE: [Row; 22] = [
        (0, Some(-1), UpTo(9), true, KeepAlive),
        (1, Some(-1), UpTo(9), true, KeepAlive),
        (2, Some(-1), UpTo(9), true, Transfer),
        (0, Some(0), UpTo(9), true, Transfer),
        (1, Some(0), UpTo(9), true, Transfer),
        (0, Some(-2), UpTo(9), true, Transfer),
        (1, Some(-2), UpTo(9), true, Transfer),
        (0, None, UpTo(9), true, Transfer),
        (0, Some(-1), UpTo(9), false, Transfer),
        (1, Some(-1), UpTo(9), false, Transfer),
        (0, Some(-1), Unknown, true, KeepAlive),
        (0, Some(-1), Unscaled, true, KeepAlive),
        (1, Some(-1), Unscaled, false, Transfer),
        (0, Some(-1), Zero, true, ZeroWindowProbe),
        (1, Some(-1), Zero, true, ZeroWindowProbe),
        (0, Some(-1), Zero, false, ZeroWindowProbe),
        (1, Some(-1), Zero, false, ZeroWindowProbe),
        (2, Some(-1), Zero, true, Transfer),
        (0, Some(0), Zero, true, Transfer),
        (1, Some(0), Zero, true, ZeroWindowProbeWithByte),
        (1, Some(0), Zero, false, ZeroWindowProbeWithByte),
        (2, Some(0), Zero, true, Transfer),
    ];

    #[test]
    fn the_decision_table_holds_for_bare_segments_and_others_only_transfer() {
        for (payload_len, ahead, allowance, is_all_acknowledged, expected) in TABLE {
            let bare = Situation {
                payload_len,
                is_bare: true,
                ahead,
                is_all_acknowledged,
                allowance,
            };
            assert_eq!(of(bare), expected, "{bare:?}");
            let controls = Situation {
                is_bare: false,
                ..bare
            };
            assert_eq!(of(controls), Transfer, "{controls:?}");
        }
    }
}
