//! What the wire was made to do.

use std::num::NonZeroU32;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spec::Link;

/// What the wire was made to do to the packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LinkRecord {
    /// Its MTU, bytes, if it was not `lo`'s own.
    pub mtu_bytes: Option<u32>,
    /// Of so many TCP segments one was lost.
    pub loses_one_of: Option<NonZeroU32>,
    /// How much later each packet arrived, milliseconds.
    pub delay_ms: Option<u64>,
}

impl LinkRecord {
    /// The record of a link; `None` of one that does nothing to the packets.
    pub fn of(link: &Link) -> Option<Self> {
        let record = Self {
            mtu_bytes: link.mtu_bytes,
            loses_one_of: link.loses_one_of,
            delay_ms: link
                .delay
                .map(|delay| u64::try_from(delay.as_millis()).unwrap_or(u64::MAX)),
        };
        (!link.is_plain()).then_some(record)
    }

    /// The link that it is the record of.
    pub fn link(self) -> Link {
        Link {
            mtu_bytes: self.mtu_bytes,
            loses_one_of: self.loses_one_of,
            delay: self.delay_ms.map(Duration::from_millis),
        }
    }
}
