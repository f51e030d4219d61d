//! The tables of evidence.

mod definitions;
mod photos;
mod questions;

pub use definitions::*;
pub use photos::*;
pub use questions::*;

/// Every fixed statement of evidence, for the test that prepares them on both databases.
pub const STATEMENTS: &[&str] = &joined::<COUNT>(&[
    photos::STATEMENTS,
    definitions::STATEMENTS,
    questions::STATEMENTS,
]);

const COUNT: usize =
    photos::STATEMENTS.len() + definitions::STATEMENTS.len() + questions::STATEMENTS.len();

const fn joined<const N: usize>(parts: &[&[&'static str]]) -> [&'static str; N] {
    let mut all = [""; N];
    let (mut part, mut at, mut to) = (0, 0, 0);
    while part < parts.len() {
        if at < parts[part].len() {
            all[to] = parts[part][at];
            (at, to) = (at + 1, to + 1);
        } else {
            (part, at) = (part + 1, 0);
        }
    }
    all
}
