//! Rows of the index as visits, in numbers.

use std::collections::BTreeMap;

use crate::base::ids::PatrolId;
use crate::coverage::model::block::{DayDraft, VisitDraft};
use crate::coverage::model::region::unpack;
use crate::coverage::sql::{CellsRow, TripRow};

use super::Error;
use super::words::Words;

/// Rows of one region as visits by day.
pub(super) fn drafts(
    words: &mut Words,
    cells: &[CellsRow],
    trips: &[TripRow],
) -> Result<BTreeMap<i64, DayDraft>, Error> {
    let mut visits = BTreeMap::<(i64, PatrolId), VisitDraft>::new();
    for row in cells {
        let visit = visits.entry((row.day.as_days(), row.facts.patrol));
        let visit = visit.or_insert_with(|| VisitDraft::of(words.facts(&row.facts)));
        visit.seen.extend(unpack(&row.cells)?);
    }
    for row in trips {
        let trip = words.trip(row);
        let visit = visits.entry((row.day.as_days(), row.facts.patrol));
        let visit = visit.or_insert_with(|| VisitDraft::of(words.facts(&row.facts)));
        visit.trips.push(trip);
    }
    let mut days = BTreeMap::<i64, DayDraft>::new();
    for ((day, _), visit) in visits {
        days.entry(day).or_default().visits.push(visit);
    }
    Ok(days)
}
