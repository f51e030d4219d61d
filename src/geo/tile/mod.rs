//! Vector tiles in Web Mercator: places of the world as whole numbers, what a tile shows of a shape, and MVT 2.1.
//!
//! Invariants: a place is rounded to the units of a zoom before anything is cut, so tiles side by side agree on it, and
//! what two areas share is thinned once, so areas side by side agree on it; areas come out as valid rings, exteriors
//! with a positive area by the surveyor's formula and holes with a negative one (y grows southwards).

mod areas;
mod border;
mod clip;
mod encode;
mod label;
mod lines;
#[cfg(test)]
mod tests;
mod thin;
mod world;

pub use areas::{Area, Areas, UnitRing};
pub use encode::{Layer, Tag, tile_of};
pub use lines::Lines;
pub use world::{BUFFER, EXTENT, MAX_ZOOM, Tile, World};
