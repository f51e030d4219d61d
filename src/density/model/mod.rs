//! The pure part: what counts, rates and how sure they are, local statistics, trends, and what outsiders may see.

pub mod definition;
pub mod gi;
pub mod publish;
pub mod rate;
mod special;
pub mod suggest;
pub mod table;
pub mod trend;

#[cfg(test)]
mod tests;
