//! The patrols' tables.

mod around;
mod audit;
mod declared;
mod fixes;
mod lists;
mod recall;
mod signs;
mod tail;
mod tracks;
mod units;
mod windows;

pub use around::*;
pub use audit::*;
pub use declared::*;
pub use fixes::*;
pub use lists::*;
pub use recall::*;
pub use signs::*;
pub use tail::*;
pub use tracks::*;
pub use units::*;
pub use windows::*;

/// Every statement of patrols, for the test that prepares them on both databases.
pub const STATEMENTS: &[&str] = &joined::<COUNT>([
    around::STATEMENTS,
    audit::STATEMENTS,
    declared::STATEMENTS,
    fixes::STATEMENTS,
    recall::STATEMENTS,
    signs::STATEMENTS,
    tail::STATEMENTS,
    tracks::STATEMENTS,
    units::STATEMENTS,
    windows::STATEMENTS,
]);

const COUNT: usize = around::STATEMENTS.len()
    + audit::STATEMENTS.len()
    + declared::STATEMENTS.len()
    + fixes::STATEMENTS.len()
    + recall::STATEMENTS.len()
    + signs::STATEMENTS.len()
    + tail::STATEMENTS.len()
    + tracks::STATEMENTS.len()
    + units::STATEMENTS.len()
    + windows::STATEMENTS.len();

const fn joined<const N: usize>(parts: [&[&'static str]; 10]) -> [&'static str; N] {
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
