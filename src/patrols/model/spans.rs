//! Spans of fixes that belong to no patrol: runs without a long pause, each within one local day.

use super::fix::Fix;
use super::legs::GapRule;
use crate::base::time::Timestamp;

/// A run of fixes: when, and how many; no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first fix.
    pub from: Timestamp,
    /// The last fix.
    pub to: Timestamp,
    /// How many.
    pub fixes: usize,
}

/// Parts sorted fixes where the local day changes and where the rule joins no two fixes for the time between them.
#[must_use]
pub fn spans(fixes: &[Fix], rule: &GapRule) -> Vec<Span> {
    let max_gap_ms = rule.max_gap_ms;
    let runs = fixes.chunk_by(move |before, after| {
        after.t.since(before.t) <= max_gap_ms && before.t.local_date() == after.t.local_date()
    });
    runs.filter_map(|run| {
        let (first, last) = (run.first()?, run.last()?);
        Some(Span {
            from: first.t,
            to: last.t,
            fixes: run.len(),
        })
    })
    .collect()
}
