//! Pure geometry: positions, shapes, cells and measures. Parses, never validates later; no I/O.

pub mod cells;
pub mod measure;
pub mod position;
pub mod shape;
pub mod tile;
pub mod vn2000;
pub mod wkb;
