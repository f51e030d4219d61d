//! What a patrol's tracks come to: the cells seen, and the way and time by place.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::base::ids::BoundaryId;
use crate::base::time::LocalDate;
use crate::coverage::model::definition::{Definition, Transport};
use crate::coverage::model::effort::{DayEffort, Moment, gather};
use crate::coverage::model::fine::FineGround;
use crate::coverage::model::lattice::Lattice;
use crate::coverage::model::packed::pack_pieces;
use crate::coverage::model::region::{Region, by_region, pack};
use crate::coverage::model::sweep::{Sweep, Walked as Piece, sweep_each};
use crate::coverage::sql::{NewCells, NewTrip};
use crate::geo::cells::{Cell, Trail};
use crate::patrols::model::ground::distance_m;
use crate::patrols::model::legs::{GapRule, Leg};
use crate::patrols::model::track::{TrackSummary, patrol_totals};
use crate::patrols::model::walked::{WalkedTrack, places};

use super::footprint;
use super::index::Maps;

/// The cells of all tracks together, by local day, radius and region: the usual ones, and finer ones on fine ground.
pub(super) fn cells(
    definition: &Definition,
    transport: Transport,
    tracks: &[WalkedTrack],
    ground: &FineGround,
) -> Vec<NewCells> {
    let (radii_cm, labels) = (
        definition.radii_cm(transport),
        definition.swept_cm(transport),
    );
    let mut rows = Vec::new();
    if radii_cm.is_empty() {
        return rows;
    }
    for (day, pieces) in pieces_by_day(tracks) {
        let mut swept = vec![sweep_each(definition.lattice(), &radii_cm, &pieces)];
        for (lattice, words) in ground.words_in(&regions_around(&pieces)) {
            swept.push(Sweep::within(lattice, &radii_cm, &words).swept(&pieces));
        }
        for by_radius in swept {
            for (radius_cm, masks) in radii_cm.iter().zip(by_radius) {
                let regions = by_region(&masks);
                for (asked_cm, _) in labels.iter().filter(|(_, own)| own == radius_cm) {
                    rows.extend(regions.iter().map(|(region, seen)| NewCells {
                        version: i64::from(definition.version()),
                        footprint: footprint(transport.class(), *asked_cm),
                        region: *region,
                        day,
                        cells: pack(seen),
                    }));
                }
            }
        }
    }
    rows
}

/// The regions in which pieces begin, and those beside them: a piece sees no farther than a few hundred metres.
fn regions_around(pieces: &[Piece]) -> BTreeSet<Region> {
    let begins = pieces.iter().map(|piece| match piece {
        Piece::Corridor { from, .. } => *from,
        Piece::Disc { at } => *at,
    });
    let mut trail = Trail::new(u8::from(Lattice::CURRENT.parent())).ok();
    let cells = begins.filter_map(|at| trail.as_mut()?.cell(at));
    let cells: HashSet<Cell> = cells.collect();
    let regions: BTreeSet<Region> = cells
        .into_iter()
        .map(Cell::index)
        .filter_map(Region::above)
        .collect();
    let around = regions.iter().flat_map(|region| region.with_neighbours());
    around.collect()
}

fn pieces_by_day(tracks: &[WalkedTrack]) -> BTreeMap<LocalDate, Vec<Piece>> {
    let mut by_day = BTreeMap::<LocalDate, Vec<Piece>>::new();
    for track in tracks {
        for step in track.summary.legs.iter().flat_map(Leg::steps) {
            let (from, to) = (step.from.position, step.to.position);
            let pieces = by_day.entry(step.from.day()).or_default();
            pieces.push(Piece::Corridor { from, to });
        }
        for disc in &track.summary.discs {
            let at = disc.position;
            let pieces = by_day.entry(disc.day()).or_default();
            pieces.push(Piece::Disc { at });
        }
    }
    by_day
}

/// Where on the ground and on the map a moment lies.
type TripPlace<'a> = (Region, Option<&'a str>);

/// Way and time of the track with the most credible time: three phones of one team are not three patrols long.
pub(super) fn trips(version: i64, tracks: &[WalkedTrack], maps: &Maps) -> Vec<NewTrip> {
    let summaries = tracks.iter().map(|track| &track.summary);
    let best = patrol_totals(summaries.clone());
    let chosen = summaries.clone().find(|summary| {
        patrol_totals([*summary]) == best
            && (summary.effort.duration_ms() > 0 || !summary.discs.is_empty())
    });
    let Some(summary) = chosen.or_else(|| tracks.first().map(|track| &track.summary)) else {
        return Vec::new();
    };
    let mut ways = BTreeMap::new();
    let gathered = gather(moments(summary), |day, at, cell| -> Option<TripPlace<'_>> {
        let way = ways.entry(day);
        let way = way.or_insert_with(|| maps.get(&day).map(|map| map.follow()));
        let code = way.as_mut().and_then(|way| way.locate(at));
        Some((Region::above(cell?.index())?, code))
    });
    let mut told = Told::default();
    let gathered = gathered.into_iter().filter_map(|((day, place), effort)| {
        let (region, code) = place?;
        let commune = code.and_then(|code| maps.get(&day)?.commune(code));
        let place = commune.map(|commune| (commune.facts.code.clone(), commune.facts.id));
        Some(told.trip(version, day, (region, place), &effort))
    });
    gathered.collect()
}

/// What earlier rows of a patrol have told, in the order of days, so that a sum over rows counts a patrol once.
#[derive(Default)]
struct Told {
    here: BTreeSet<(LocalDate, String)>,
    anywhere: BTreeSet<LocalDate>,
}

impl Told {
    fn trip(
        &mut self,
        version: i64,
        day: LocalDate,
        (region, place): (Region, Option<(String, BoundaryId)>),
        effort: &DayEffort,
    ) -> NewTrip {
        let (commune, boundary) = match place {
            Some((code, boundary)) => (code, Some(boundary)),
            None => (String::new(), None),
        };
        let before_anywhere = self.anywhere.range(..day).next_back().copied();
        let earlier = self.here.iter().rev();
        let mut earlier = earlier.filter(|(other, code)| *other < day && *code == commune);
        let before_here = earlier.next().map(|(other, _)| *other);
        let is_first_here = self.here.insert((day, commune.clone()));
        let is_first_anywhere = boundary.is_some() && self.anywhere.insert(day);
        NewTrip {
            version,
            region,
            day,
            commune,
            boundary,
            length_m: effort.length_m,
            duration_ms: effort.duration_ms,
            night_ms: effort.night_ms,
            last_at: effort.last_at.unwrap_or_else(|| day.start()),
            firsts: i64::from(is_first_here) + 2 * i64::from(is_first_anywhere),
            before_here,
            before_anywhere,
            pieces: pack_pieces(&effort.pieces),
        }
    }
}

/// The steps, the pauses of at most ten minutes and the single fixes of a track. Steps are scaled so that they sum
/// to the track's length, which leaves the receiver's trembling out.
fn moments(summary: &TrackSummary) -> Vec<Moment> {
    let mut moments = Vec::new();
    for step in summary.legs.iter().flat_map(Leg::steps) {
        moments.push(Moment {
            at: step.from.position,
            from: step.from.t,
            to: step.to.t,
            length_m: distance_m(step.from.position, step.to.position),
        });
    }
    let raw_m: f64 = moments.iter().map(|moment| moment.length_m).sum();
    if raw_m > 0.0 {
        let scale = summary.effort.length_m / raw_m;
        for moment in &mut moments {
            moment.length_m *= scale;
        }
    }
    let still = |at, from, to| Moment {
        at,
        from,
        to,
        length_m: 0.0,
    };
    let known: BTreeMap<_, _> = places(summary).collect();
    let longest_ms = GapRule::current().effort_gap_ms;
    for gap in summary
        .gaps
        .iter()
        .filter(|gap| !gap.is_interrupted && gap.duration_ms() <= longest_ms)
    {
        if let Some(at) = known.get(&gap.from) {
            moments.push(still(*at, gap.from, gap.to));
        }
    }
    moments.extend(
        summary
            .discs
            .iter()
            .map(|disc| still(disc.position, disc.t, disc.t)),
    );
    moments.sort_by_key(|moment| moment.from);
    moments
}
