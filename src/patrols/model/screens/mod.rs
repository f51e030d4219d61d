//! Screens of tracks and of claims: what looks as if a walk had been handed in twice, made at a desk, or never made. A
//! hit is a question to the team, never a verdict.

pub mod asked;
pub mod claims;
pub mod copies;
pub mod keys;
mod line;
pub mod own;
mod rules;
mod words;

pub use line::Line;
pub use rules::{InvalidTrackRules, TrackRules};
pub use words::TrackScreen;
