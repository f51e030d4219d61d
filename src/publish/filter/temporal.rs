//! How two times stand to one another: Allen's relations over instants and intervals.

use super::TemporalOp;
use crate::publish::feature::Value;

/// First and last millisecond of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    from: i64,
    to: i64,
}

impl Bounds {
    /// An instant is as long as nothing; a local day as long as a day.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Time(at) => Some(Self {
                from: at.as_millis(),
                to: at.as_millis(),
            }),
            Value::Date(day) => Some(Self {
                from: day.start().as_millis(),
                to: day.end().as_millis(),
            }),
            _ => None,
        }
    }

    /// From the start of one to the end of another; open where there is none.
    pub(super) fn between(from: Option<Self>, to: Option<Self>) -> Self {
        Self {
            from: from.map_or(i64::MIN, |bounds| bounds.from),
            to: to.map_or(i64::MAX, |bounds| bounds.to),
        }
    }
}

/// Whether the relation holds.
pub(super) fn stands(how: TemporalOp, one: Bounds, other: Bounds) -> bool {
    let (a, b) = (one, other);
    match how {
        TemporalOp::After => a.from > b.to,
        TemporalOp::Before => a.to < b.from,
        TemporalOp::Contains => a.from < b.from && a.to > b.to,
        TemporalOp::Disjoint => a.from > b.to || a.to < b.from,
        TemporalOp::During => a.from > b.from && a.to < b.to,
        TemporalOp::Equals => a == b,
        TemporalOp::FinishedBy => a.from < b.from && a.to == b.to,
        TemporalOp::Finishes => a.from > b.from && a.to == b.to,
        TemporalOp::Intersects => a.from <= b.to && a.to >= b.from,
        TemporalOp::Meets => a.to == b.from,
        TemporalOp::MetBy => a.from == b.to,
        TemporalOp::OverlappedBy => a.from > b.from && a.from < b.to && a.to > b.to,
        TemporalOp::Overlaps => a.from < b.from && a.to > b.from && a.to < b.to,
        TemporalOp::StartedBy => a.from == b.from && a.to > b.to,
        TemporalOp::Starts => a.from == b.from && a.to < b.to,
    }
}
