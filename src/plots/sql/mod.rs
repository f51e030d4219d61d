//! The tables of plots and incidents.

mod epoch;
mod erased;
mod incidents;
mod lists;
mod measures;
mod plots;
mod screen;
mod together;

pub use epoch::*;
pub use erased::*;
pub use incidents::*;
pub use lists::*;
pub use measures::*;
pub use plots::*;
pub use screen::*;
pub use together::*;

/// Every fixed statement of plots and incidents, for the test that prepares them on both databases.
pub const STATEMENTS: &[&str] = &joined::<COUNT>([
    plots::STATEMENTS,
    measures::STATEMENTS,
    screen::STATEMENTS,
    incidents::STATEMENTS,
    epoch::STATEMENTS,
    erased::STATEMENTS,
]);

const COUNT: usize = plots::STATEMENTS.len()
    + measures::STATEMENTS.len()
    + screen::STATEMENTS.len()
    + incidents::STATEMENTS.len()
    + epoch::STATEMENTS.len()
    + erased::STATEMENTS.len();

const fn joined<const N: usize>(parts: [&[&'static str]; 6]) -> [&'static str; N] {
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
