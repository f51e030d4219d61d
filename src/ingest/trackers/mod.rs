//! Trackers: programs that phones already have, each with its own request, clock and units.
//!
//! Every program's request is read by a pure reader into [`Reading`]s: SI units, degrees, instants. A reading becomes a
//! fix, a sign of life, a call for help, or is set apart with its bytes. No reading is refused to its sender: these
//! programs send what was refused again for ever, and hold everything behind it back.

mod fields;
pub mod held;
mod held_page;
pub mod http;
mod osmand;
mod overland;
mod owntracks;
mod query;
mod reading;
mod traccar;

#[cfg(test)]
mod tests;

pub use reading::{Message, Place, Reading, Said};
