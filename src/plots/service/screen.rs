//! Which plots may be one on the ground: cells first, then the exact test.

use crate::base::actor::{Actor, Right};
use crate::base::ids::PlotId;
use crate::geo::cells::Cell;
use crate::geo::position::Position;
use crate::plots::model::candidates::{Sighting, distance_m, is_possible_duplicate, search};
use crate::plots::model::draft::PlotDraft;
use crate::plots::sql::{self, CandidateRow, NearRow, Wanted};
use crate::store::{self, Tx};

use super::Error;

/// Cells of resolution 9 are 150 m and more from side to middle, so two steps hold every plot within 200 m.
const STEPS: u32 = 2;
const SEARCHED: u8 = 9;
/// Whoever records locks cells of this resolution.
const LOCKED: u8 = 7;

/// What a plot is compared by.
pub(super) fn sighting(id: PlotId, draft: &PlotDraft) -> Sighting {
    Sighting {
        plot: id,
        position: draft.position,
        hacc_m: draft.hacc_m,
        crop: draft.crop,
        season: draft.season(),
    }
}

/// Keeps others from recording near these, so that no pair is missed. SQLite's one writer runs one act after the other.
async fn lock(tx: &mut Tx, seen: &[Sighting]) -> Result<(), Error> {
    if matches!(tx, Tx::Sqlite(_)) {
        return Ok(());
    }
    let mut locked = Vec::new();
    for own in seen {
        for cell in searched(own)? {
            locked.push(cell.parent(LOCKED).map_err(misplaced)?.to_db());
        }
    }
    sql::lock_screens(tx, &locked).await?;
    Ok(())
}

/// The plots that may be the same, the nearest first; keeps others from recording nearby until the act ends.
pub(super) async fn nearby(
    tx: &mut Tx,
    id: PlotId,
    draft: &PlotDraft,
) -> Result<Vec<CandidateRow>, Error> {
    let seen = sighting(id, draft);
    lock(tx, &[seen]).await?;
    candidates(tx, &seen).await
}

/// The same for several new plots that one act writes: those of each as if the ones before it stood already.
pub(super) async fn nearby_all(
    tx: &mut Tx,
    new: &[(Sighting, NearRow)],
) -> Result<Vec<Vec<CandidateRow>>, Error> {
    let seen: Vec<Sighting> = new.iter().map(|(seen, _)| *seen).collect();
    lock(tx, &seen).await?;
    let mut near: Vec<Vec<NearRow>> = seen.iter().map(|_| Vec::new()).collect();
    let wanted: Result<Vec<Wanted>, Error> = seen.iter().map(wanted).collect();
    for (number, row) in sql::near_all(tx, &wanted?).await? {
        let place = usize::try_from(number).ok();
        if let Some(rows) = place.and_then(|place| near.get_mut(place)) {
            rows.push(row);
        }
    }
    let mut all = Vec::with_capacity(new.len());
    for (at, (own, mut rows)) in seen.iter().zip(near).enumerate() {
        let before = new.iter().take(at);
        let alike =
            before.filter(|(other, _)| other.crop == own.crop && other.season == own.season);
        rows.extend(alike.map(|(_, row)| row.clone()));
        rows.sort_by_key(|row| row.id);
        all.push(nearest_first(own, rows));
    }
    Ok(all)
}

fn wanted(seen: &Sighting) -> Result<Wanted, Error> {
    Ok(Wanted {
        crop: seen.crop.as_str(),
        season: seen.season.to_string(),
        cells: searched(seen)?.into_iter().map(Cell::to_db).collect(),
        search: search(seen),
    })
}

/// The plots that may be the same, the nearest first.
pub(super) async fn candidates(tx: &mut Tx, seen: &Sighting) -> Result<Vec<CandidateRow>, Error> {
    let own = wanted(seen)?;
    let near = sql::near(tx, own.crop, &own.season, &own.cells, &own.search).await?;
    Ok(nearest_first(seen, near))
}

fn nearest_first(seen: &Sighting, near: Vec<NearRow>) -> Vec<CandidateRow> {
    let mut found: Vec<CandidateRow> = near
        .into_iter()
        .filter_map(|row| compared(seen, row))
        .collect();
    found.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m));
    found
}

fn compared(seen: &Sighting, row: NearRow) -> Option<CandidateRow> {
    let other = Sighting {
        plot: row.id,
        position: Position::new(row.lon, row.lat).ok()?,
        hacc_m: row.hacc_m,
        ..*seen
    };
    is_possible_duplicate(seen, &other).then(|| CandidateRow {
        plot: seen.plot,
        other: row.id,
        distance_m: distance_m(seen, &other),
        place: row.place,
        detected_at: row.detected_at,
    })
}

fn searched(seen: &Sighting) -> Result<Vec<Cell>, Error> {
    let cell = Cell::at(seen.position, SEARCHED).map_err(misplaced)?;
    Ok(cell.disk(STEPS))
}

pub(super) fn misplaced(cause: impl std::fmt::Display) -> Error {
    Error::Store(store::Error::Unavailable(cause.to_string()))
}

/// Those that the reader may know of.
pub(super) fn visible(actor: &Actor, found: Vec<CandidateRow>) -> Vec<CandidateRow> {
    found
        .into_iter()
        .filter(|row| actor.may(Right::ReadPlots, row.place.as_deref()))
        .collect()
}
