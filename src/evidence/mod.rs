//! Evidence photos: the sidecar signed at capture, the original that is never touched, and pictures derived from it.

pub mod model;
