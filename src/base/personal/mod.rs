//! Finds what looks like a person's number, or like an exact place, in free text: the server holds no register of people,
//! and a tip no place finer than its cell.
//!
//! Both read the text as people do: digits of every script, without marks that have no width, whatever dots, dashes and
//! spaces stand between them.

mod contacts;
mod folded;
mod numbers;
mod places;
mod spoken;

pub use numbers::looks_personal;
pub use places::looks_like_place;
