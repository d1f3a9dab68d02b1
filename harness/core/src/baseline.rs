//! The wire story of a recording as it would be told of another recording of the same: per connection, who opened it, who
//! sent how much in turn, and who closed. Ports, times, frame numbers and the cutting into segments are left out. And
//! where two such stories part.

mod parting;
mod story;

pub use parting::{Parting, part};
pub use story::{Place, Told, WireEvent, WireStory, wire_story};
