//! The ground under every slice: ids, time, paging, actors. No I/O.

pub mod actor;
pub mod ids;
pub mod page;
pub mod refusal;
pub mod time;
pub mod words;
