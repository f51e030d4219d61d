//! Rows of the index as visits, in numbers.

use std::collections::{BTreeMap, HashMap};

use crate::base::ids::PatrolId;
use crate::coverage::model::block::{DayDraft, PatrolFacts, Trip, VisitDraft};
use crate::coverage::model::definition::FootprintClass;
use crate::coverage::model::region::{Region, unpack};
use crate::coverage::sql::{CellsRow, FactsRow, TripRow};
use crate::patrols::model::vocabulary::PatrolState;

use super::Error;
use super::effort::class_of;
use super::words::Words;

/// The facts of patrols, and what their footprints and effort belong to; none of those that are rejected, whose rows wait
/// until they count again.
pub(super) type Walkers = HashMap<PatrolId, Option<(PatrolFacts, FootprintClass)>>;

/// The facts of some patrols in numbers.
pub(super) fn walkers(words: &mut Words, rows: &[FactsRow]) -> Walkers {
    let walker = |row: &FactsRow| {
        let counts = row.state != PatrolState::Rejected.as_str();
        let own = counts.then(|| (words.facts(row), class_of(&row.transport)));
        (row.patrol, own)
    };
    rows.iter().map(walker).collect()
}

/// What patrols did in numbers, beside its rows.
pub(super) fn in_numbers<'a>(words: &mut Words, rows: &'a [TripRow]) -> Vec<(&'a TripRow, Trip)> {
    rows.iter().map(|row| (row, words.trip(row))).collect()
}

/// Visits by region and day.
pub(super) type Drafts = BTreeMap<Region, BTreeMap<i64, DayDraft>>;

/// Rows as visits: of cells all, of trips those of one class. Those of rejected patrols are none.
pub(super) fn drafts(
    (walkers, class): (&Walkers, FootprintClass),
    cells: &[CellsRow],
    trips: Vec<(&TripRow, Trip)>,
) -> Result<Drafts, Error> {
    let mut visits = BTreeMap::<(i64, i64, PatrolId), VisitDraft>::new();
    for row in cells {
        let Some((facts, _)) = walkers.get(&row.patrol).and_then(Option::as_ref) else {
            continue;
        };
        let visit = visits.entry((row.region, row.day.as_days(), row.patrol));
        let visit = visit.or_insert_with(|| VisitDraft::of(*facts));
        visit.seen.extend(unpack(&row.cells)?);
    }
    for (row, trip) in trips {
        let walker = walkers.get(&row.patrol).and_then(Option::as_ref);
        let Some((facts, _)) = walker.filter(|own| own.1 == class) else {
            continue;
        };
        let visit = visits.entry((row.region, row.day.as_days(), row.patrol));
        let visit = visit.or_insert_with(|| VisitDraft::of(*facts));
        visit.trips.push(trip);
    }
    let mut drafts = Drafts::new();
    for ((region, day, _), visit) in visits {
        let days = drafts.entry(Region::from_db(region)).or_default();
        days.entry(day).or_default().visits.push(visit);
    }
    Ok(drafts)
}
