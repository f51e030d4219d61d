//! The ground under every slice: ids, time, paging, actors. No I/O.

pub mod ids;
pub mod time;
pub mod words;
