//! Which network a segment was seen on.

/// The VLANs that a segment was tagged with (IEEE 802.1Q): part of whose connection it is, for the same addresses may
/// live in several VLANs. The two outermost tags count; VLAN 0 is none (a tag with a priority only).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network {
    /// Outermost first; 0 where there is no tag.
    vlan_ids: [u16; 2],
}

impl Network {
    /// The VLAN ids, outermost first.
    pub fn vlan_ids(&self) -> &[u16] {
        let tags = self.vlan_ids.iter().filter(|id| **id != 0).count();
        &self.vlan_ids[..tags]
    }

    /// The same network within one more VLAN, of which only the lowest 12 bits of its tag are read.
    #[must_use]
    pub fn within_vlan(mut self, tag: u16) -> Self {
        const VLAN_ID_MASK: u16 = 0x0FFF;
        if let Some(free) = self.vlan_ids.iter_mut().find(|id| **id == 0) {
            *free = tag & VLAN_ID_MASK;
        }
        self
    }
}
