//! Provinces, communes and risk areas: dated boundaries, and which commune a position lies in.
//!
//! Invariants: the communes valid on one day cover no ground twice (beyond a stated tolerance), so a position has at
//! most one commune; nothing of a file is kept unless all of it is sound.

pub mod model;
