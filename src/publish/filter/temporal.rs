//! How two times stand to one another: Allen's relations over instants and intervals.

use super::TemporalOp;
use crate::publish::feature::Value;

/// First and last millisecond of a time, and how far its ends reach inwards: an end that is a day is as long as a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    from: i64,
    to: i64,
    /// The last millisecond of what it begins with.
    begins_until: i64,
    /// The first millisecond of what it ends with.
    ends_since: i64,
}

impl Bounds {
    /// An instant is as long as nothing; a local day as long as a day.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Time(at) => Some(Self::whole(at.as_millis(), at.as_millis())),
            Value::Date(day) => Some(Self::whole(day.start().as_millis(), day.end().as_millis())),
            _ => None,
        }
    }

    const fn whole(from: i64, to: i64) -> Self {
        Self {
            from,
            to,
            begins_until: to,
            ends_since: from,
        }
    }

    /// From the start of one to the end of another; open where there is none.
    pub(super) fn between(from: Option<Self>, to: Option<Self>) -> Self {
        Self {
            from: from.map_or(i64::MIN, |bounds| bounds.from),
            to: to.map_or(i64::MAX, |bounds| bounds.to),
            begins_until: from.map_or(i64::MIN, |bounds| bounds.to),
            ends_since: to.map_or(i64::MAX, |bounds| bounds.from),
        }
    }

    /// Whether it ends with what another begins with: the same instant, the same day, or an instant of that day.
    const fn meets(self, next: Self) -> bool {
        self.ends_since <= next.begins_until && self.to >= next.from
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
        TemporalOp::Equals => a.from == b.from && a.to == b.to,
        TemporalOp::FinishedBy => a.from < b.from && a.to == b.to,
        TemporalOp::Finishes => a.from > b.from && a.to == b.to,
        TemporalOp::Intersects => a.from <= b.to && a.to >= b.from,
        TemporalOp::Meets => a.meets(b),
        TemporalOp::MetBy => b.meets(a),
        TemporalOp::OverlappedBy => stands(TemporalOp::Overlaps, b, a),
        TemporalOp::Overlaps => a.from < b.from && a.to > b.from && a.to < b.to && !a.meets(b),
        TemporalOp::StartedBy => a.from == b.from && a.to > b.to,
        TemporalOp::Starts => a.from == b.from && a.to < b.to,
    }
}
