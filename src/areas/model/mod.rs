//! Communes and risk areas as parsed from files, the checks of a whole set, and the search for a position's commune.

pub mod commune;
pub mod faults;
pub mod gate;
pub mod hamlet;
pub mod locate;
pub mod map;
pub mod names;
pub mod properties;
pub mod reader;
pub mod risk;
mod scan;
pub mod succession;
pub mod topology;
mod vertices;

#[cfg(test)]
mod tests;
