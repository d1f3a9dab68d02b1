//! The one clock: the realtime clock, which also stamps the frames of a capture, so that both can be put in one order.

#![expect(clippy::disallowed_methods, reason = "the edge's one reader of clocks")]

use std::time::{SystemTime, UNIX_EPOCH};

use synfin_core::time::Timestamp;

/// Now.
pub fn now() -> Timestamp {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_nanos(u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX))
}
