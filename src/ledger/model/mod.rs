//! What happens to a plot and what follows from it: facts, the life they make, guards, dues, badges and sums. Pure.

mod act;
mod apart;
pub mod badges;
mod balance;
pub mod behind;
pub mod carried;
pub mod circles;
pub mod definition;
mod dues;
pub mod evidence;
pub mod facts;
mod guard;
pub mod life;
mod look_back;
pub mod pairs;
pub mod parse;
pub mod pressure;
pub mod rates;
pub mod returns;
pub mod sample;
mod standing;
pub mod tips;
pub mod totals;
mod walk;
pub mod wire;
pub mod words;
pub mod work;

pub use balance::{AREA, Conflict, Quantities};
pub use definition::Definition;
pub use evidence::{EvidenceSummary, PhotoMinimum, Shot, Shown, Stood};
pub use facts::{Act, Amount, Fact, PlotFacts};
pub use life::{Life, live, live_without};

#[cfg(test)]
mod tests;
