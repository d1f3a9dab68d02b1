//! A connection retold: ladder rows with relative numbers, phases, and what is odd about a frame. Values without colours;
//! `report::ladder` draws them.
//!
//! ```text
//! frames ─► Teller ─► flow ─► rows ─► folded ─► Story
//! ```
//!
//! Pure acknowledgments are folded away, unless they complete the handshake, acknowledge a FIN or are odd themselves;
//! long runs of payload from one side are one row.

mod before;
mod excerpt;
mod fold;
mod row;
mod teller;

pub use row::{Anomaly, Control, Phase, Row};
pub use teller::{Story, Teller, stories};
