//! What happens to a plot and what follows from it: facts, the life they make, guards, dues, badges and sums. Pure.

pub mod badges;
mod balance;
pub mod definition;
pub mod evidence;
pub mod facts;
mod guard;
pub mod life;
pub mod pairs;
pub mod parse;
pub mod rates;
pub mod sample;
pub mod tips;
pub mod totals;
mod walk;
pub mod wire;
pub mod words;

pub use definition::Definition;
pub use evidence::{EvidenceSummary, PhotoMinimum, Shot, Shown, Stood};
pub use facts::{Act, Amount, Fact, PlotFacts};
pub use life::{Life, live};

#[cfg(test)]
mod tests;
