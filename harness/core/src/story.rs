//! A connection retold: ladder rows with relative numbers, phases, and what is odd about a frame. Values without colours;
//! `report::ladder` draws them.
//!
//! ```text
//! segments ─► flow ─► events ─► Teller ─► rows ─► folded, bounded ─► Story
//! ```
//!
//! Pure acknowledgments are folded away, unless they complete the handshake, acknowledge a FIN or are odd themselves; long
//! runs of payload from one side are one row. Of a very long connection the first and the last rows are kept.

mod excerpt;
mod fold;
mod oddities;
mod row;
mod rows;
mod teller;
mod telling;

pub use oddities::{Occurrence, Oddities};
pub use row::{Anomaly, Control, Phase, Row};
pub use rows::{LeftOut, Rows};
pub use teller::{Scope, Story, Teller};
