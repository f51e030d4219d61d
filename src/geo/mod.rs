//! Pure geometry: positions, shapes, cells and measures. Parses, never validates later; no I/O.

pub mod position;
