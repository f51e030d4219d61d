//! Effort on a map that other boundaries held before: trips are laid on it by the places where they really were.
//!
//! The rows of the index tell effort by the boundaries of their own day. Where those are not on the map that is
//! asked for, each piece of a trip goes to the commune that its place lies in, and patrols are counted one by one.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, Weak};

use crate::areas::model::map::{Commune, CommuneMap};
use crate::base::ids::PatrolId;
use crate::base::time::{LocalDate, Timestamp};
use crate::coverage::model::block::{NEVER, Trip, Visit};
use crate::coverage::model::packed::unpack_pieces;
use crate::coverage::model::region::Region;
use crate::coverage::model::tally::Effort;
use crate::coverage::sql::{self, PiecesRow, Slice};
use crate::store::Tx;

use super::material::{Material, Source};
use super::tiles::{Shared, locked};
use super::{Coverage, Error, aside};

/// Regions and windows whose placed trips are kept.
const KEPT: usize = 4_096;
/// Parts of trips in all of them: those of a year of a large province fit. One takes some 50 bytes, and some 150 with its entry
/// where it is the only one of its patrol and day.
const MOST_PARTS: usize = 2_000_000;

/// A part of a trip that lies in one commune of the map.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlacedPart {
    at: u32,
    trip: Trip,
}

/// Parts of trips by day, patrol and the number of their boundary.
type PlacedTrips = HashMap<(i64, PatrolId, u32), Vec<PlacedPart>>;

/// What was placed for a region and window, with the map and the instant of the clock it holds for.
struct Kept {
    map: Weak<CommuneMap>,
    mark: i64,
    placed: Arc<PlacedTrips>,
}

impl Kept {
    fn parts(&self) -> usize {
        self.placed.values().map(Vec::len).sum()
    }
}

/// What trips are placed of: the version of the definition that they are read under, the region, and the days with their
/// end excluded.
type PlacedKey = (i64, Region, i64, i64);

/// Placed trips in memory.
#[derive(Default)]
pub(super) struct PlacedCache(Mutex<Placed>);

#[derive(Default)]
struct Placed {
    all: HashMap<PlacedKey, Kept>,
    /// How many parts of trips all of them hold.
    parts: usize,
}

impl std::fmt::Debug for PlacedCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PlacedCache")
    }
}

/// Effort by the place of a commune on the map, and the distinct patrols in those that are shown.
pub(super) type Efforts = (Vec<Effort>, HashSet<PatrolId>);

impl Coverage {
    /// Effort with every trip placed on the map that is asked for.
    pub(super) async fn placed_efforts(
        &self,
        tx: &mut Tx,
        material: &Arc<Material>,
        lines: &[(Region, Shared)],
    ) -> Result<Vec<Arc<PlacedTrips>>, Error> {
        let mut all = Vec::with_capacity(lines.len());
        for (region, _) in lines {
            all.push(self.placed(tx, material, *region).await?);
        }
        Ok(all)
    }

    async fn placed(
        &self,
        tx: &mut Tx,
        material: &Arc<Material>,
        region: Region,
    ) -> Result<Arc<PlacedTrips>, Error> {
        let days = &material.days;
        let key = (material.view.version, region, days.start, days.end);
        let mark = self.tiles.mark(region)?;
        let slice = match &material.source {
            Source::Tiles => Slice {
                version: material.view.version,
                region,
                from: LocalDate::from_days(days.start),
                to: LocalDate::from_days(days.end - 1),
            },
            Source::Rechecked(own) => {
                let rows = own.pieces.get(&region).cloned().unwrap_or_default();
                return self.place(material, rows).await;
            }
        };
        if let Some(placed) = self.placed.get(&key, mark, &material.map) {
            return Ok(placed);
        }
        let rows = sql::pieces_in(tx, slice).await?;
        let placed = self.place(material, rows).await?;
        let kept = Kept {
            map: Arc::downgrade(&material.map),
            mark,
            placed: Arc::clone(&placed),
        };
        self.placed.keep(key, kept);
        Ok(placed)
    }

    async fn place(
        &self,
        material: &Arc<Material>,
        rows: Vec<PiecesRow>,
    ) -> Result<Arc<PlacedTrips>, Error> {
        let numbered = {
            let words = self.tiles.words()?;
            let number = |row: PiecesRow| {
                let boundary = row.boundary.map_or(Some(0), |own| words.boundary(own));
                Some((boundary?, row))
            };
            rows.into_iter().filter_map(number).collect::<Vec<_>>()
        };
        let material = Arc::clone(material);
        let placed = aside(move || {
            let mut placed = PlacedTrips::new();
            for (boundary, row) in numbered {
                if material.place_of(boundary).is_none() {
                    let key = (row.day.as_days(), row.patrol, boundary);
                    let parts = placed.entry(key).or_default();
                    parts.extend(parts_on(&material.map, &row)?);
                }
            }
            // Most have one part, and room for four.
            placed.values_mut().for_each(Vec::shrink_to_fit);
            Ok::<_, Error>(Arc::new(placed))
        });
        placed.await?
    }
}

impl PlacedCache {
    fn get(&self, key: &PlacedKey, mark: i64, map: &Arc<CommuneMap>) -> Option<Arc<PlacedTrips>> {
        let kept = self.0.lock().ok()?;
        let own = kept.all.get(key).filter(|own| own.mark == mark)?;
        let is_same = own
            .map
            .upgrade()
            .is_some_and(|known| Arc::ptr_eq(&known, map));
        is_same.then(|| Arc::clone(&own.placed))
    }

    fn keep(&self, key: PlacedKey, own: Kept) {
        if let Ok(mut kept) = self.0.lock() {
            kept.keep(key, own, MOST_PARTS);
        }
    }
}

impl Placed {
    /// Keeps what was placed; all else goes where that would be too much.
    fn keep(&mut self, key: PlacedKey, own: Kept, most_parts: usize) {
        if let Some(before) = self.all.remove(&key) {
            self.parts -= before.parts();
        }
        let parts = own.parts();
        if self.all.len() >= KEPT || self.parts + parts > most_parts {
            self.all.clear();
            self.parts = 0;
        }
        self.parts += parts;
        self.all.insert(key, own);
    }
}

/// The parts of a trip on a map; what lies outside every commune goes.
fn parts_on(map: &CommuneMap, row: &PiecesRow) -> Result<Vec<PlacedPart>, Error> {
    let mut parts = Vec::new();
    for piece in unpack_pieces(&row.pieces)? {
        let Some(code) = map.locate(piece.at) else {
            continue;
        };
        let by_code = |commune: &Commune| commune.facts.code.as_str().cmp(code);
        let Ok(at) = map.communes().binary_search_by(by_code) else {
            continue;
        };
        let last_at: Timestamp = row.day.start().plus_millis(i64::from(piece.last_s) * 1000);
        parts.push(PlacedPart {
            at: u32::try_from(at).unwrap_or(u32::MAX),
            trip: Trip {
                boundary: 0,
                length_um: i64::from(piece.length_cm) * 10_000,
                duration_ms: piece.duration_ms,
                night_ms: piece.night_ms,
                last_at,
                is_first_here: false,
                is_first_anywhere: false,
                before_here: NEVER,
                before_anywhere: NEVER,
            },
        });
    }
    Ok(parts)
}

/// Patrols counted one by one, beside the sums.
struct Counted {
    efforts: Vec<Effort>,
    patrols: HashSet<(u32, PatrolId)>,
    visits: HashSet<(u32, i64, PatrolId)>,
    shown: HashSet<PatrolId>,
}

/// Whether any trip lies within boundaries of another map than the one that is asked for.
pub(super) fn has_foreign(material: &Material, lines: &[(Region, Shared)]) -> Result<bool, Error> {
    let since = material.map_since.as_days();
    let mut found = false;
    for (_, shared) in lines {
        let line = locked(shared)?;
        line.each_visit(&material.days, |block, day, visit| {
            let mut trips = block.trips(visit).iter();
            found |= trips.any(|trip| {
                let is_elsewhere = material.place_of(trip.boundary).is_none();
                is_elsewhere && (trip.boundary != 0 || day < since)
            });
        });
    }
    Ok(found)
}

/// Sums effort over regions with every trip placed.
pub(super) fn counted(
    material: &Material,
    lines: &[(Region, Shared)],
    placed: &[Arc<PlacedTrips>],
) -> Result<Efforts, Error> {
    let mut all = Counted {
        efforts: vec![Effort::default(); material.map.communes().len()],
        patrols: HashSet::new(),
        visits: HashSet::new(),
        shown: HashSet::new(),
    };
    for ((_, shared), placed) in lines.iter().zip(placed) {
        let line = locked(shared)?;
        line.each_visit(&material.days, |block, day, visit| {
            if !material.chosen.counts(visit) {
                return;
            }
            for trip in block.trips(visit) {
                if let Some(at) = material.place_of(trip.boundary) {
                    all.add(material, (at, day), visit, trip);
                    continue;
                }
                let parts = placed.get(&(day, visit.facts.patrol, trip.boundary));
                for part in parts.into_iter().flatten() {
                    all.add(material, (part.at, day), visit, &part.trip);
                }
            }
        });
    }
    Ok((all.efforts, all.shown))
}

impl Counted {
    fn add(&mut self, material: &Material, (at, day): (u32, i64), visit: &Visit, trip: &Trip) {
        let Some(effort) = self.efforts.get_mut(at as usize) else {
            return;
        };
        if !material.counts_on(at, day) {
            return;
        }
        let patrol = visit.facts.patrol;
        effort.sum.add(visit, trip);
        effort.patrols += usize::from(self.patrols.insert((at, patrol)));
        if self.visits.insert((at, day, patrol)) {
            effort.visits += 1;
            effort.people += u64::from(visit.facts.people);
            effort.told += usize::from(visit.facts.people > 0);
            effort.mark(day - material.days.start);
        }
        if material.shows_at(at) {
            self.shown.insert(patrol);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(parts: usize) -> Kept {
        let part = PlacedPart {
            at: 0,
            trip: Trip {
                boundary: 0,
                length_um: 1,
                duration_ms: 1,
                night_ms: 0,
                last_at: LocalDate::from_days(0).start(),
                is_first_here: false,
                is_first_anywhere: false,
                before_here: NEVER,
                before_anywhere: NEVER,
            },
        };
        let key = (0, PatrolId(uuid::Uuid::nil()), 0);
        Kept {
            map: Weak::new(),
            mark: 0,
            placed: Arc::new(PlacedTrips::from([(key, vec![part; parts])])),
        }
    }

    #[test]
    fn placed_trips_in_memory_are_bounded_by_their_parts() {
        let key = |number: i64| (1, Region::from_db(number), 0, 30);
        let mut kept = Placed::default();
        for number in 0..3 {
            kept.keep(key(number), placed(10), 35);
        }
        assert_eq!((kept.all.len(), kept.parts), (3, 30));
        // What is kept under one key again takes the place of what was there.
        kept.keep(key(2), placed(12), 35);
        assert_eq!((kept.all.len(), kept.parts), (3, 32));
        kept.keep(key(3), placed(10), 35);
        assert_eq!((kept.all.len(), kept.parts), (1, 10));
        // What is too much by itself is kept alone.
        kept.keep(key(4), placed(100), 35);
        assert_eq!((kept.all.len(), kept.parts), (1, 100));
    }
}
