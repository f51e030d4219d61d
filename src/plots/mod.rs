//! Illicit-crop plots (điểm trồng) and the incidents (vụ) that group them.
//!
//! Invariants: a plot is never refused for standing near another one, it is flagged and people decide; every version
//! and every measure stays; today's boundaries decide who may see a plot, those of its own day in which figures it
//! counts; nobody learns of a plot outside his reach, not even that it is there.

pub mod http;
pub mod model;
mod service;
mod sql;

pub use model::erased::MARK;
pub use service::{
    Back, DERIVED, EDITED, Error, First, IncidentView, LINK_JOB, ListPage, ListQuery, Listed,
    ListedAct, PlotFault, PlotPlace, PlotRows, PlotView, Plots, Recorded, Returned, SETTLE_JOB,
    Standing, UNSIGNED, is_astray, sight, verify_incidents, verify_made, verify_rows,
};
pub use sql::{CellRange, CodedPlot, Filter, POSTGRES, STATEMENTS, Sight};
