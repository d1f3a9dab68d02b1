//! What a scenario's network does to the packets that cross it.

use std::num::NonZeroU32;
use std::time::Duration;

/// The conditions on `lo` in a scenario. By default packets of 64 KiB cross at once, and all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// The MTU, bytes: no IP packet is longer, and TCP cuts its segments itself. From 576 on (RFC 1122, 3.3.2).
    pub mtu_bytes: Option<u32>,
    /// Of so many TCP segments, both ways together, one is captured and then lost.
    pub loses_one_of: Option<NonZeroU32>,
    /// How much later each packet arrives; a round trip takes twice as long.
    pub delay: Option<Duration>,
}

impl Link {
    /// Whether it does anything.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}
