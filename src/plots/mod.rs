//! Illicit-crop plots (điểm trồng) and the incidents (vụ) that group them.
//!
//! A plot is never refused for standing near another one; it is flagged, and people decide.

pub mod model;
