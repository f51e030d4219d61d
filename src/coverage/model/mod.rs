//! The pure part: what a walk sweeps, where risk lies, how the two are folded and what is answered.
//!
//! Weights are whole dm² and unions are bitwise, so figures are bit-equal whatever the order of rows.

pub mod answer;
mod beside;
pub mod block;
mod blocks;
pub mod canvas;
pub mod definition;
pub mod effort;
pub mod fine;
pub mod fold;
pub mod interval;
pub mod lattice;
mod made;
pub mod marks;
pub mod packed;
mod plane;
pub mod region;
pub mod risk;
pub mod scales;
pub mod settle;
pub mod sweep;
pub mod tally;
pub mod timeline;
pub mod union;
pub mod window;

#[cfg(test)]
mod tests;
